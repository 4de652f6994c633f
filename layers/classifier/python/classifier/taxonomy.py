"""The taxonomy in use, and the tags of it that the dictionary has rules of its own for."""

from chatsync.taxonomy import taxonomy

THANKS = "thanks"
REVIEW_CHANGE = "review_change"

TAXONOMY = taxonomy()
TAGS = TAXONOMY.tags
KEYS = TAXONOMY.keys
CAUSES = TAXONOMY.causes
CAUSE_KEYS = TAXONOMY.cause_keys
