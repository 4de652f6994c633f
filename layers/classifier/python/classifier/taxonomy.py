"""The taxonomy in use, and what of it the dictionary has rules of its own for."""

from chatsync.taxonomy import taxonomy

DEFECT, RETURN_REFUND, SIZE_FIT = "defect", "return_refund", "size_fit"
PRODUCT_QUESTION, REVIEW_CHANGE, THANKS = "product_question", "review_change", "thanks"
BROKEN = "broken"

TAXONOMY = taxonomy()
TAGS = TAXONOMY.tags
KEYS = TAXONOMY.keys
CAUSES = TAXONOMY.causes
CAUSE_KEYS = TAXONOMY.cause_keys
