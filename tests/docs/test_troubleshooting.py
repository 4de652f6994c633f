"""docs/troubleshooting.md lists every sentence that the code can say, and no sentence that it cannot."""

import re

from chatsync import errors
from tests.docs.sentences import sentences
from tests.support.project import ROOT

WITHOUT_SECTION = {"UnexpectedError", "PricesInvalidError"}  # each is a row of a section on more than it
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def test_every_sentence_of_the_code_is_on_the_page() -> None:
    assert {sentence for sentence in sentences() if sentence not in PAGE} == set()


def test_every_error_of_a_run_has_a_section() -> None:
    headings = "\n".join(line for line in PAGE.splitlines() if line.startswith("## "))
    named = {kind.__name__ for kind in errors.ChatSyncError.__subclasses__()} - WITHOUT_SECTION
    assert {name for name in named if f"`{name}`" not in headings} == set()


def test_every_sentence_on_the_page_is_in_the_code() -> None:
    listed = re.findall(r"^\| ([^|]+?) \| [^|]+ \| [^|]+ \|$", PAGE, re.M)
    assert {sentence for sentence in listed if sentence != "sentence"} - sentences() == set()
