"""Who labels the chats: what the command line and openai's own variables say, as the template's parameters."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from chatsync.automatic import SETTING as AUTOMATIC_FILE
from chatsync.prices import SETTING as PRICES_FILE
from chatsync.taxonomy import SETTING as TAXONOMY_FILE
from local.errors import UsageError

OPENAI, NONE = "openai", "none"
MODEL = re.compile(r"\S+")
BUDGETS = {
    "LABEL_CHATS_A_RUN": "LabelChatsARun",
    "LABEL_TOKENS_A_RUN": "LabelTokensARun",
    "LABEL_CHATS_A_DAY": "LabelChatsADay",
    "LABEL_TOKENS_A_DAY": "LabelTokensADay",
}
FILES = {TAXONOMY_FILE: "TaxonomyFile", PRICES_FILE: "PricesFile", AUTOMATIC_FILE: "AutomaticFile"}
# {} is one of the next two.
NO_KEY = "OPENAI_API_KEY is not set, so {}. For a server that asks for no key, set it to any word."
BY_KEYWORDS = NO_KEY.format("the keywords label the chats on this machine")
UNLABELLED = NO_KEY.format("no chat is labelled: the keywords would replace the labels that a model gave")


@dataclass(frozen=True)
class Labelling:
    """What of the template's parameters is not its default, and the model server's key."""

    parameters: dict[str, str]
    key: str = field(default="none", repr=False)  # Secrets Manager holds no empty secret
    keyless: bool = False  # A model was asked for, and there is no key.


def labelling(classifier: str) -> Labelling:
    """Return what a sync labels with; raises UsageError for a variable that cannot work."""
    if classifier != OPENAI:
        return Labelling(_settings())
    if not (key := os.environ.get("OPENAI_API_KEY", "")):
        return Labelling(_settings(), keyless=True)
    base = os.environ.get("OPENAI_BASE_URL")
    address = {"OpenAiBaseUrl": base} if base else {}
    return Labelling(_settings() | {"Classifier": classifier_setting(classifier)} | address, key)


def classifier_setting(classifier: str) -> str:
    """Return the setting CLASSIFIER for a word of the command line, such as openai/gpt-5-mini; raises UsageError."""
    return f"{OPENAI}/{model()}" if classifier == OPENAI else classifier


def model() -> str:
    """Return the model that OPENAI_MODEL names; raises UsageError where it names none."""
    name = os.environ.get("OPENAI_MODEL", "")
    if not MODEL.fullmatch(name):
        raise UsageError("OPENAI_MODEL is not set. Name the model, such as gpt-5-mini.")
    return name


def _settings() -> dict[str, str]:
    """Return the budgets and the operator's own files that the environment names."""
    budgets = {parameter: os.environ[name] for name, parameter in BUDGETS.items() if os.environ.get(name)}
    if wrong := [number for number in budgets.values() if not number.isdecimal()]:
        raise UsageError(f"{', '.join(BUDGETS)} are whole numbers, not {wrong[0]!r}.")
    files = {parameter: os.environ[name] for name, parameter in FILES.items() if os.environ.get(name)}
    return budgets | {parameter: str(Path(file).absolute()) for parameter, file in files.items()}
