"""docs/guarantees.md is what `make mutants` wrote, for the promises and mutants as they are now."""

from tests.mutants.run import FRAME, PAGE, page, read_guarantees


def test_the_page_lists_every_promise_and_mutant_as_tried() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_guarantees(), FRAME.read_text(encoding="utf-8"))


def test_every_line_has_a_promise_and_a_mutant() -> None:
    guarantees = read_guarantees()
    assert [entry.line for entry in guarantees] == list(range(1, 39))
    assert all(entry.promise and entry.mutants for entry in guarantees)
