"""The tags and causes a chat can get, and the rules between them: read from taxonomy.toml, or from the owner's file.

A tag is what the buyer needs answered, a cause is what went wrong. They lie here and not with the classifier, for the
database's functions need them too: their version is part of what makes a label stale, and people label chats with them.
"""

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from chatsync.errors import ClassifierRefusedError
from chatsync.owner_files import read_toml

OWN_FILE = Path(__file__).with_name("taxonomy.toml")
SETTING = "TAXONOMY_FILE"

UNDEFINED = "undefined"  # the tag of a chat whose classifier abstained: every taxonomy has it
NOTHING = "nothing"  # the cause of a chat in which nothing went wrong: every taxonomy has it

EXAMPLES = 2  # of each tag and cause
CAUSE_FIELDS = ("cause_ties", "causes")  # A file without both, such as one from before there were causes, takes ours.
KEY_SHAPE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Tag:
    """One tag: its key in the database, its titles for people, its description and examples for people and models."""

    key: str
    title_ru: str
    title_en: str
    description: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Cause(Tag):
    """One cause, described as a tag is."""


@dataclass(frozen=True, kw_only=True)
class Taxonomy:
    """The tags and causes, and in words which of several wins; `version` tells labels by another taxonomy apart."""

    version: str
    ties: str
    tags: tuple[Tag, ...]
    cause_ties: str
    causes: tuple[Cause, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the tags' keys, in the file's order."""
        return tuple(tag.key for tag in self.tags)

    @property
    def cause_keys(self) -> tuple[str, ...]:
        """Return the causes' keys, in the file's order."""
        return tuple(cause.key for cause in self.causes)


@cache
def taxonomy() -> Taxonomy:
    """Return the taxonomy in use; raises as read_taxonomy. Here, and nowhere else, the setting is read."""
    return read_taxonomy(Path(os.environ.get(SETTING) or OWN_FILE))


def read_taxonomy(file: Path) -> Taxonomy:
    """Return the taxonomy a TOML file holds; raises ClassifierRefusedError saying what is wrong in which file.

    A file without causes takes those of our own file, whose version then joins its own: "tea-1+causes-2".
    """
    content, wrong = read_toml(file)
    if not wrong and not set(CAUSE_FIELDS) & set(content):
        content = _with_our_causes(content)
    if wrong := wrong or next(_faults(content), ""):
        raise ClassifierRefusedError(
            f"The taxonomy {file} cannot be used: {wrong}. Correct the file, or the setting TAXONOMY_FILE."
        )
    return Taxonomy(
        version=content["version"],
        ties=content["ties"].strip(),
        tags=tuple(Tag(**_entry(tag)) for tag in content["tags"]),
        cause_ties=content["cause_ties"].strip(),
        causes=tuple(Cause(**_entry(cause)) for cause in content["causes"]),
    )


def _with_our_causes(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return an owner's file with our own causes; a version that is no text stays as it is, to be refused as that."""
    ours, version = tomllib.loads(OWN_FILE.read_text("utf-8")), content.get("version")
    both = {"version": f"{version}+causes-{ours['version']}"} if _is_text(version) else {}
    return {field: ours[field] for field in CAUSE_FIELDS} | dict(content) | both


def _entry(table: Mapping[str, Any]) -> dict[str, Any]:
    return {**table, "examples": tuple(table["examples"])}


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _shape_faults("the file", content, {field.name for field in fields(Taxonomy)})
    texts = ("version", "ties", "cause_ties")
    yield from (f"{name} is no text" for name in texts if not _is_text(content[name]))
    yield from _list_faults("tag", content["tags"], UNDEFINED, "classifiers abstain with it")
    yield from _list_faults("cause", content["causes"], NOTHING, "chats in which nothing went wrong have it")


def _list_faults(name: str, entries: object, needed: str, why: str) -> Iterator[str]:
    """Yield what is wrong with the tags or the causes, the first fault first: what follows relies on it."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield f"{name}s are no [[{name}s]] tables"
        return
    for number, entry in enumerate(entries, start=1):
        yield from _entry_faults(f"{name} {number}", entry)
    times = Counter(entry["key"] for entry in entries)
    yield from (f"the key {key!r} of a {name} stands there twice" for key in times if times[key] > 1)
    if needed not in times:
        yield f"the {name} {needed!r} is missing; {why}"


def _entry_faults(name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    texts = [field.name for field in fields(Tag) if field.name != "examples"]
    yield from _shape_faults(name, entry, {*texts, "examples"})
    yield from (f"{text} of {name} is no text" for text in texts if not _is_text(entry[text]))
    if not KEY_SHAPE.fullmatch(entry["key"]):
        yield f"the key {entry['key']!r} is not made of small Latin letters, digits and _"
    examples = entry["examples"]
    if not isinstance(examples, list) or len(examples) != EXAMPLES or not all(map(_is_text, examples)):
        yield f"examples of {name} are not {EXAMPLES} texts"


def _shape_faults(name: str, table: Mapping[str, Any], wanted: set[str]) -> Iterator[str]:
    yield from (f"{name} has no {field}" for field in sorted(wanted - set(table)))
    yield from (f"{name} has an unknown {field!r}" for field in sorted(set(table) - wanted))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
