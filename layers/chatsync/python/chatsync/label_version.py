"""What a label goes by besides the chat's own words: a label of another version is stale.

It lies here because both zones must say the same: the classifier signs its labels with it, and the database, which
cannot import the classifier, looks for labels that are signed otherwise.
"""

from chatsync.taxonomy import taxonomy

KEYWORDS = "keywords"  # the classifier that needs no server; any other is "openai/MODEL"

# Change them with every change of what they name: tests hold a digest of both against these numbers.
DICTIONARY_VERSION = "4"  # of keywords.json, the rules in classifier/dictionary/, and what of a chat is judged
PROMPT_VERSION = "3"  # of the words and the answer's shape in classifier/model/prompt.py, and of what is sent of a chat


def label_version(classifier: str) -> str:
    """Return what stands on the labels of a classifier, such as "openai/gpt-5-mini/prompt-3/taxonomy-2".

    `classifier` is the setting CLASSIFIER: "keywords", or "openai/" and a model. Raises ClassifierRefusedError where
    the operator's own taxonomy cannot be read.
    """
    own = DICTIONARY_VERSION if classifier == KEYWORDS else f"prompt-{PROMPT_VERSION}"
    return f"{classifier}/{own}/taxonomy-{taxonomy().version}"
