"""The tags a chat can get, and the rule between them: read from taxonomy.toml, or from the operator's own file.

It lies here and not with the classifier, for the database's functions need it too: its version is part of what makes a
label stale, and people label chats with its tags.
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

OWN_FILE = Path(__file__).with_name("taxonomy.toml")
SETTING = "TAXONOMY_FILE"

UNDEFINED = "undefined"  # the tag of a chat whose classifier abstained: every taxonomy has it

EXAMPLES = 2  # of each tag
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
class Taxonomy:
    """The tags, and in words which of several wins; `version` tells labels made by another taxonomy apart."""

    version: str
    ties: str
    tags: tuple[Tag, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the tags' keys, in the file's order."""
        return tuple(tag.key for tag in self.tags)


@cache
def taxonomy() -> Taxonomy:
    """Return the taxonomy in use; raises as read_taxonomy. Here, and nowhere else, the setting is read."""
    return read_taxonomy(Path(os.environ.get(SETTING) or OWN_FILE))


def read_taxonomy(file: Path) -> Taxonomy:
    """Return the taxonomy a TOML file holds; raises ClassifierRefusedError saying what is wrong in which file."""
    content, wrong = _content(file)
    if wrong := wrong or next(_faults(content), ""):
        raise ClassifierRefusedError(
            f"The taxonomy {file} cannot be used: {wrong}. Correct the file, or the setting TAXONOMY_FILE."
        )
    tags = tuple(Tag(**tag | {"examples": tuple(tag["examples"])}) for tag in content["tags"])
    return Taxonomy(content["version"], content["ties"].strip(), tags)


def _content(file: Path) -> tuple[dict[str, Any], str]:
    """Return what the file holds, and why it cannot be read, if so."""
    try:
        return tomllib.loads(file.read_text("utf-8-sig")), ""
    except OSError as error:
        return {}, f"it cannot be read ({error.strerror})"
    except ValueError as error:
        return {}, f"it is not valid TOML ({error})"


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _shape_faults("the file", content, {field.name for field in fields(Taxonomy)})
    yield from (f"{name} is no text" for name in ("version", "ties") if not _is_text(content[name]))
    tags = content["tags"]
    if not isinstance(tags, list) or not all(isinstance(tag, dict) for tag in tags):
        yield "tags are no [[tags]] tables"
        return
    for number, tag in enumerate(tags, start=1):
        yield from _tag_faults(f"tag {number}", tag)
    times = Counter(tag["key"] for tag in tags)
    yield from (f"the key {key!r} stands there twice" for key in times if times[key] > 1)
    if UNDEFINED not in times:
        yield f"the tag {UNDEFINED!r} is missing; classifiers abstain with it"


def _tag_faults(name: str, tag: Mapping[str, Any]) -> Iterator[str]:
    texts = [field.name for field in fields(Tag) if field.name != "examples"]
    yield from _shape_faults(name, tag, {*texts, "examples"})
    yield from (f"{text} of {name} is no text" for text in texts if not _is_text(tag[text]))
    if not KEY_SHAPE.fullmatch(tag["key"]):
        yield f"the key {tag['key']!r} is not made of small Latin letters, digits and _"
    examples = tag["examples"]
    if not isinstance(examples, list) or len(examples) != EXAMPLES or not all(map(_is_text, examples)):
        yield f"examples of {name} are not {EXAMPLES} texts"


def _shape_faults(name: str, table: Mapping[str, Any], wanted: set[str]) -> Iterator[str]:
    yield from (f"{name} has no {field}" for field in sorted(wanted - set(table)))
    yield from (f"{name} has an unknown {field!r}" for field in sorted(set(table) - wanted))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
