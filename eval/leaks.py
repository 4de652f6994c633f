"""How much the masking lets through: recall of each kind, texts that still leak, clean texts masked in vain."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.masking import Kind, Span, spans
from local.terminal.tables import console, show_figures

SNIPPETS = Path(__file__).resolve().parent / "masking" / "snippets.jsonl"
# As the ids begin: to tune the rules on, and for the score alone. The new ones were written later, without sight of the
# rules.
PARTS = ("tune-new", "score-new", "tune", "score")
KINDS: tuple[str, ...] = tuple(Kind)

# What must not be left of a secret: any digit, or two letters in a row. The «г.» of a town tells nothing.
TELLING = re.compile(r"\d|[^\W\d_]{2}")
HIDDEN = "\n"  # stands for a masked character, so that what is left on its two sides makes no word together


@dataclass(frozen=True)
class Secret:
    """A piece of a text that must not leave."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Snippet:
    """A text and its secrets; a clean one has none, and nothing in it may be masked."""

    part: str
    text: str
    secrets: tuple[Secret, ...]


@dataclass(frozen=True)
class Recall:
    """How many secrets there are of a kind, how many are hidden, and how many of those by their own placeholder."""

    secrets: int
    hidden: int
    as_its_kind: int


@dataclass(frozen=True)
class Leaks:
    """What masking did to some snippets. Counts of texts, but for those of `kinds` and the last."""

    kinds: Mapping[str, Recall]  # of the kinds that occur
    telling: int  # with a secret at least
    leaking: int  # of those: with a secret that is still to be read
    clean: int
    masked_in_vain: int  # of the clean ones: anything in them masked
    pieces_in_vain: int  # masked pieces that touch no secret, in texts of both sorts


def read_snippets(file: Path = SNIPPETS) -> list[Snippet]:
    """Return the snippets of a file of {"id", "text", "spans": [{"kind", "value"}]} lines; values stand in order.

    Raises ValueError for a kind that is not in KINDS, a value that is not in its text, or an id of no part.
    """
    return [_snippet(json.loads(line)) for line in file.read_text("utf-8").split("\n") if line]


def count_leaks(snippets: Sequence[Snippet], find: Callable[[str], Sequence[Span]] = spans) -> Leaks:
    """Return what `find` would mask, and leave, of the snippets."""
    masked_snippets = [(snippet, find(snippet.text)) for snippet in snippets]
    left = [
        (snippet, [secret for secret in snippet.secrets if _shows(secret, snippet, masked)])
        for snippet, masked in masked_snippets
    ]
    occurring = {secret.kind for snippet in snippets for secret in snippet.secrets}
    return Leaks(
        kinds={kind: _recall(kind, masked_snippets) for kind in KINDS if kind in occurring},
        telling=sum(bool(snippet.secrets) for snippet in snippets),
        leaking=sum(bool(shown) for _, shown in left),
        clean=sum(not snippet.secrets for snippet in snippets),
        masked_in_vain=sum(bool(masked) for snippet, masked in masked_snippets if not snippet.secrets),
        pieces_in_vain=sum(_in_vain(span, snippet) for snippet, masked in masked_snippets for span in masked),
    )


def headline(leaks: Leaks) -> str:
    """Return what leaks and what is masked in vain in one line."""
    return (
        f"{leaks.telling} texts with secrets, {leaks.leaking} still leak ({leaks.leaking / leaks.telling:.1%}); "
        f"{leaks.clean} clean texts, {leaks.masked_in_vain} masked in vain ({leaks.masked_in_vain / leaks.clean:.1%}); "
        f"{leaks.pieces_in_vain} pieces masked in vain"
    )


def recall_table(leaks: Leaks) -> tuple[str, list[str], list[list[str]]]:
    """Return the recall of each kind as a table: its title, its columns' names, its rows."""
    rows = [[kind, *_recall_cells(recall)] for kind, recall in leaks.kinds.items()]
    return "recall of each kind", ["kind", "secrets", "hidden", "recall", "as its kind"], rows


def print_leaks() -> None:
    """Mask the snippets of each part and print what is still to be read in them."""
    snippets = read_snippets()
    for part in PARTS:
        leaks = count_leaks([snippet for snippet in snippets if snippet.part == part])
        console.sentence(f"{part}: {headline(leaks)}")
        show_figures(*recall_table(leaks))


def _snippet(row: Mapping[str, Any]) -> Snippet:
    text = row["text"]
    secrets: list[Secret] = []
    for span in row["spans"]:
        kind, value = span["kind"], span["value"]
        start = text.find(value, secrets[-1].end if secrets else 0)
        if kind not in KINDS or start < 0:
            raise ValueError(f"Snippet {row['id']}: unknown kind {kind!r}, or its value is not in the text.")
        secrets.append(Secret(kind, start, start + len(value)))
    return Snippet(_part(row["id"]), text, tuple(secrets))


def _part(snippet_id: str) -> str:
    """Return the part that an id begins with; raises ValueError where it begins with none."""
    part = next((part for part in PARTS if snippet_id.startswith(part)), None)
    if part is None:
        raise ValueError(f"Snippet {snippet_id}: its id begins with none of {', '.join(PARTS)}.")
    return part


def _recall(kind: str, masked_snippets: Sequence[tuple[Snippet, Sequence[Span]]]) -> Recall:
    of_kind = [
        (secret, snippet, masked)
        for snippet, masked in masked_snippets
        for secret in snippet.secrets
        if secret.kind == kind
    ]
    hidden = [(secret, masked) for secret, snippet, masked in of_kind if not _shows(secret, snippet, masked)]
    named = [secret for secret, masked in hidden if kind in {span.kind for span in masked if _overlap(span, secret)}]
    return Recall(len(of_kind), len(hidden), len(named))


def _recall_cells(recall: Recall) -> list[str]:
    shares = (recall.hidden / recall.secrets, recall.as_its_kind / recall.secrets)
    return [str(recall.secrets), str(recall.hidden), *(f"{share:.3f}" for share in shares)]


def _overlap(span: Span, secret: Secret) -> bool:
    return span.start < secret.end and secret.start < span.end


def _in_vain(span: Span, snippet: Snippet) -> bool:
    return not any(_overlap(span, secret) for secret in snippet.secrets)


def _shows(secret: Secret, snippet: Snippet, masked: Sequence[Span]) -> bool:
    """Tell whether what is left of a secret still tells something."""
    hidden = {place for span in masked for place in range(span.start, span.end)}
    left = (HIDDEN if at in hidden else snippet.text[at] for at in range(secret.start, secret.end))
    return TELLING.search("".join(left)) is not None
