"""A state machine is parsed once, also for the processes that come later, and anew wherever that could be wrong."""

import stat
from pathlib import Path
from typing import Any

import moto
import pytest

from local.engine.programs import parsed_once


class Parser:
    """Counts what it parses; a program is a list with its definition."""

    def __init__(self) -> None:
        self.parsed: list[str] = []

    def parse(self, definition: str) -> tuple[Any, Any]:
        self.parsed.append(definition)
        return [definition], "tree"


@pytest.fixture
def parser() -> Parser:
    return Parser()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "machine.parsed"


def test_a_definition_is_parsed_once_and_each_execution_has_a_program_of_its_own(parser: Parser) -> None:
    parse = parsed_once(parser.parse, None)
    first, second = parse("a")[0], parse("a")[0]
    assert first == second == ["a"]
    assert first is not second
    assert parser.parsed == ["a"]


def test_the_next_process_parses_nothing(parser: Parser, kept: Path) -> None:
    parsed_once(parser.parse, kept)("a")
    assert parsed_once(parser.parse, kept)("a")[0] == ["a"]
    assert parser.parsed == ["a"]
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_another_definition_is_parsed(parser: Parser, kept: Path) -> None:
    parsed_once(parser.parse, kept)("a")
    assert parsed_once(parser.parse, kept)("b")[0] == ["b"]
    assert parser.parsed == ["a", "b"]


def test_another_moto_parses_anew(parser: Parser, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed_once(parser.parse, kept)("a")
    monkeypatch.setattr(moto, "__version__", "0.0.0")
    parsed_once(parser.parse, kept)("a")
    assert parser.parsed == ["a", "a"]


@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: whole[:-1], lambda whole: bytes(len(whole))])
def test_a_file_that_is_not_whole_is_parsed_anew_and_replaced(parser: Parser, kept: Path, damage: Any) -> None:
    parsed_once(parser.parse, kept)("a")
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert parsed_once(parser.parse, kept)("a")[0] == ["a"]
    assert parser.parsed == ["a", "a"]
    assert kept.read_bytes() == whole


def test_a_folder_that_takes_no_file_costs_only_the_time(parser: Parser, tmp_path: Path) -> None:
    parse = parsed_once(parser.parse, tmp_path / "missing" / "machine.parsed")
    assert parse("a")[0] == ["a"]
