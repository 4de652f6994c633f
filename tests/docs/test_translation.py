"""README.ru.md says what README.md says: the same sections in the same order, the same commands, the same tables."""

import re

from tests.support.project import ROOT

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
RUSSIAN = (ROOT / "README.ru.md").read_text(encoding="utf-8")
HOW = "translate the change into README.ru.md too"


def sections(page: str) -> list[str]:
    return re.split(r"^## ", page, flags=re.M)


def commands(page: str) -> list[str]:
    """Return the code blocks without their comments."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", page, re.M | re.S)
    return [re.sub(r"\s+# .*", "", block) for block in blocks]


def first_cells(page: str) -> list[str]:
    """Return what the tables' rows are about, where that is code."""
    return re.findall(r"^\| (`.+?) \|", page, re.M)


def test_the_sections_are_the_same() -> None:
    titles = [section.splitlines()[0] for section in sections(ENGLISH)[1:]]
    assert re.findall(r"^## .+ <!-- (.+) -->$", RUSSIAN, re.M) == titles, HOW
    assert len(sections(RUSSIAN)) == len(titles) + 1


def test_the_commands_are_the_same() -> None:
    assert commands(RUSSIAN) == commands(ENGLISH), HOW


def test_the_tables_and_lists_are_about_the_same() -> None:
    assert first_cells(RUSSIAN) == first_cells(ENGLISH), HOW
    for english, russian in zip(sections(ENGLISH), sections(RUSSIAN), strict=True):
        assert len(re.findall("^- ", russian, re.M)) == len(re.findall("^- ", english, re.M)), HOW
