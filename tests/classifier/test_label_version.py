"""What makes a label stale: classifier and database name it alike, and what it stands for does not change unnoticed."""

import hashlib
import json
from pathlib import Path

import pytest

from chatsync import label_version, taxonomy
from chatsync.label_version import DICTIONARY_VERSION, PROMPT_VERSION
from classifier.choice import choose_provider
from classifier.model import prompt
from classifier.model.excerpt import excerpt
from classifier.provider import Settings
from eval.golden_set import PARTS, read_golden_set
from tests.support.project import ROOT

CLASSIFIER = ROOT / "layers/classifier/python/classifier"
CHATS = [chat.transcript for chat in read_golden_set(PARTS[0]) if not chat.is_new]
PROMPT = "c16e5f83c7c7b0be"
DICTIONARY = "51ce7ae69d339479"


def digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


@pytest.mark.parametrize("setting", ["keywords", "openai/gpt-5-mini", "openai/org/some-model"])
def test_what_a_classifier_signs_with_is_what_the_database_looks_for(setting: str) -> None:
    name, _, model = setting.partition("/")
    assert choose_provider(Settings(name, model)).name == label_version.label_version(setting)


def test_the_version_names_all_it_goes_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = {label_version.label_version("openai/a"), label_version.label_version("openai/b")}
    monkeypatch.setattr(label_version, "PROMPT_VERSION", "next")
    seen.add(label_version.label_version("openai/a"))
    own = tmp_path / "own.toml"
    own.write_text(taxonomy.OWN_FILE.read_text("utf-8").replace('version = "2"', 'version = "mine"'), "utf-8")
    monkeypatch.setattr(label_version, "taxonomy", lambda: taxonomy.read_taxonomy(own))
    seen.add(label_version.label_version("openai/a"))
    assert len(seen) == 4


def test_neither_the_prompt_nor_what_is_sent_has_changed_under_its_version() -> None:
    """Red: raise PROMPT_VERSION, so that labels of the old words become stale, and write the new digest here."""
    words = prompt.SYSTEM_PROMPT
    taxonomy_parts = (prompt.TAG_LINES, prompt.TAXONOMY.ties, prompt.CAUSE_LINES, prompt.TAXONOMY.cause_ties)
    for part in taxonomy_parts:  # these have a version of their own
        words = words.replace(part, "")
    sent = [line.text for chat in CHATS for line in excerpt(chat)]
    assert (PROMPT_VERSION, digest(words, json.dumps(prompt.ANSWER_SCHEMA), *sent)) == ("3", PROMPT)


def test_the_keywords_labels_have_not_changed_under_their_version() -> None:
    """Red: raise DICTIONARY_VERSION, so that labels of the old rules become stale, and write the new digest here."""
    labels = choose_provider(Settings("keywords")).classify(CHATS).labels
    book = (CLASSIFIER / "dictionary" / "keywords.json").read_text("utf-8")
    assert (DICTIONARY_VERSION, digest(book, *(f"{label.tag} {label.cause}" for label in labels))) == ("4", DICTIONARY)
