"""The rows of a person's own query: each comes as a JSON object's text, as Postgres wrote it."""

import csv
import json
import re
import sys
from collections.abc import Sequence
from itertools import pairwise

from local.terminal.tables import Terminal, console, count_of, show_rows, visible

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
CUT = "There are more rows than one answer holds. Ask for less: fewer columns, LIMIT and OFFSET, or a condition."


def show_answer(rows: Sequence[str], *, complete: bool) -> None:
    """Print the rows as a table."""
    cells = [read_row(row) for row in rows]
    if cells:
        show_rows([name for name, _ in cells[0]], [[value for _, value in row] for row in cells])
    console.sentence(f"{count_of(len(rows), 'row')}. {'' if complete else CUT}".rstrip())


def print_csv(rows: Sequence[str], *, complete: bool) -> None:
    """Print the rows as comma-separated values below their columns' names; NULL is empty."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, row in enumerate(map(read_row, rows)):
        if not number:
            writer.writerow(_harmless(name) for name, _ in row)
        writer.writerow(_harmless(value) for _, value in row)
    _warn(complete)


def print_json(rows: Sequence[str], *, complete: bool) -> None:
    """Print the rows as an array of objects, as Postgres wrote them."""
    print("[" + ",\n ".join(map(_harmless, rows)) + "]")
    _warn(complete)


def read_row(row: str) -> list[tuple[str, str]]:
    """Return the columns of a row in their order, with texts as they are and all else as JSON; NULL is empty.

    Not json.loads: names may be there twice, numbers have all their digits, and `raw` may be nested too deeply for it.
    """
    members = [row[begin + 1 : end] for begin, end in pairwise(_cuts(row))]
    return [_read_member(member) for member in members if member]


def _cuts(row: str) -> list[int]:
    """Return where the object's members begin and end."""
    cuts, depth = [], 0
    for token in TOKEN.finditer(row):
        depth -= token[0] in "]}"
        if (depth, token[0]) in {(0, "{"), (1, ","), (0, "}")}:
            cuts.append(token.start())
        depth += token[0] in "[{"
    return cuts


def _read_member(member: str) -> tuple[str, str]:
    name, end = json.JSONDecoder().raw_decode(member)
    value = member[end + 1 :].strip()
    return name, json.loads(value) if value.startswith('"') else "" if value == "null" else value


def _harmless(text: str) -> str:
    """Return the text: in a file as it is, on a terminal so that it cannot command it."""
    return visible(text) if console.is_terminal else text


def _warn(complete: bool) -> None:
    if not complete:
        Terminal(stderr=True).sentence(CUT)
