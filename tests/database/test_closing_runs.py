"""The end of a run: a success only if what WB lists is stored, no event was refused, and all chats are labelled."""

from typing import Any

import pytest

from chatsync.contracts import SaveLabels
from chatsync.errors import LeaseLostError, ProblemUnknownError
from chatsync.label_tokens import Tokens
from database import run_ends
from database.connection import Database
from database.labels import history, reservations
from database.labels.budgets import LabelPlan, PlannedChatPage
from database.labels.costs import settle_reservation
from database.problems import dismiss_problem, open_gaps, save_list_problem
from database.reconciliation import Reconciled, close_run
from reading.gaps import list_gaps
from reading.runs import list_runs
from tests.support.given_rows import AT, STORE, a_chat, a_run, an_event, column, save, save_list


@pytest.fixture
def run(database: Database) -> int:
    """A run that stored three chats of three messages, all of them as WB lists them."""
    opened = a_run(database)
    save(database, opened, *[an_event(number, chat=number % 3) for number in range(9)])
    save_list(database, *[a_chat(number, newest=6 + number) for number in range(3)])
    return opened


def row(database: Database, run: int) -> dict[str, Any]:
    return next(row for row in list_runs(database, 10) if row["id"] == run)


def test_all_that_wb_lists_is_stored_so_it_is_a_success(database: Database, run: int) -> None:
    assert close_run(database, STORE, run) == Reconciled("success", 3, 3, 0, 0, 0)
    closed = row(database, run)
    assert (closed["status"], closed["chats_total"], closed["chats_synced"], closed["gaps"]) == ("success", 3, 3, 0)
    assert closed["error_message"] is None
    assert closed["completed_at"] is not None
    assert column(database, "SELECT last_success_at IS NOT NULL AND total_chats = 3 FROM stores") == [True]


def test_a_listed_message_newer_than_all_stored_makes_it_partial_with_the_number(database: Database, run: int) -> None:
    save_list(database, a_chat(0, newest=6), a_chat(1, newest=50), a_chat(2, newest=51))
    assert close_run(database, STORE, run) == Reconciled("partial", 3, 1, 2, 0, 0, problems=2)
    assert "2 chats whose newest message WB lists" in row(database, run)["error_message"]
    assert column(database, "SELECT last_success_at IS NOT NULL FROM stores") == [True]  # the store is read to its end


def test_a_listed_chat_without_any_stored_message_is_a_gap(database: Database, run: int) -> None:
    save_list(database, *[a_chat(number, newest=6) for number in range(4)])
    assert close_run(database, STORE, run).gaps == 1


def test_the_chats_with_gaps_are_listed_newest_first(database: Database, run: int) -> None:
    save_list(database, a_chat(0, newest=40), a_chat(1, newest=7), a_chat(2, newest=50))
    assert [gap["id"] for gap in list_gaps(database, 9)] == ["1:chat-2", "1:chat-0"]
    for later in (1, 2):
        save_list(database, a_chat(0, newest=40), a_chat(1, newest=7), run=run + later)
    assert [gap["id"] for gap in list_gaps(database, 9)] == ["1:chat-0"]


@pytest.mark.parametrize(
    "listed",
    [a_chat(3), a_chat(3, lastMessage=None), a_chat(3, lastMessage={"addTimestamp": 0}), a_chat(0, newest=1)],
    ids=["no last message", "null", "impossible time", "older than stored"],
)
def test_what_the_list_does_not_show_as_newer_is_no_gap(database: Database, run: int, listed: Any) -> None:
    save_list(database, *{chat["chatID"]: chat for chat in [*[a_chat(n) for n in range(3)], listed]}.values())
    assert close_run(database, STORE, run).status == "success"


def test_a_chat_gone_from_the_list_is_neither_counted_nor_a_gap(database: Database, run: int) -> None:
    save_list(database, a_chat(1, newest=50), a_chat(0, newest=6), run=run)
    for later in (1, 2):
        save_list(database, a_chat(0, newest=6), run=run + later)
    assert close_run(database, STORE, run) == Reconciled("success", 1, 1, 0, 0, 0)


def test_a_chat_known_from_events_alone_is_not_counted(database: Database, run: int) -> None:
    save(database, run, an_event(20, chat=7))
    assert close_run(database, STORE, run).chats_total == 3


def test_a_quarantined_event_makes_it_partial(database: Database, run: int) -> None:
    save(database, run, "junk", {"more": "junk"})
    assert close_run(database, STORE, run) == Reconciled("partial", 3, 3, 0, 2, 0, problems=2)
    assert "2 events that could not be stored" in row(database, run)["error_message"]


def test_an_event_quarantined_by_a_run_that_was_killed_still_counts(database: Database, run: int) -> None:
    save(database, run, "junk")
    run_ends.fail_run(database, STORE, "execution-1", "States.Timeout", "Killed.")
    assert close_run(database, STORE, a_run(database, execution="execution-2")).quarantined == 1


def test_no_run_is_a_success_while_an_event_is_missing(database: Database, run: int) -> None:
    save(database, run, "junk")
    close_run(database, STORE, run)
    assert close_run(database, STORE, a_run(database, execution="execution-2")).status == "partial"


def test_an_event_that_comes_again_in_order_solves_its_problem(database: Database, run: int) -> None:
    save(database, run, an_event(30, addTimestamp="soon"))
    assert close_run(database, STORE, run).quarantined == 1
    again = a_run(database, execution="execution-2")
    save(database, again, an_event(30))
    assert close_run(database, STORE, again) == Reconciled("success", 3, 3, 0, 0, 0)


def test_an_event_from_the_future_is_stored_by_itself_when_its_day_has_come(database: Database, run: int) -> None:
    save(database, run, an_event(30, addTimestamp="soon", addTime="soon"))
    database.run(
        "UPDATE quarantined_events SET raw = replace(raw::text, '\"soon\"', :time)::json", time=f"{AT + 30_000}"
    )
    assert close_run(database, STORE, run) == Reconciled("success", 3, 3, 0, 0, 0)
    assert column(database, "SELECT count(*) FROM chat_messages") == [10]


def test_what_a_person_dismissed_stays_dismissed_until_its_details_change(database: Database, run: int) -> None:
    save(database, run, "junk")
    problem_id = column(database, "SELECT id FROM problems")[0]
    dismiss_problem(database, problem_id, reason="WB's test", by="anna")
    save(database, run, "junk")
    assert close_run(database, STORE, run).status == "success"


def test_a_gap_that_a_person_dismissed_is_open_again_once_wb_lists_a_newer_message(
    database: Database, run: int
) -> None:
    save_list(database, a_chat(0, newest=50), run=run)
    open_gaps(database, STORE, run)
    dismiss_problem(database, column(database, "SELECT id FROM problems")[0], reason="deleted at WB", by="anna")
    assert close_run(database, STORE, run).status == "success"
    again = a_run(database, execution="execution-2")
    save_list(database, a_chat(0, newest=60), run=again)
    assert close_run(database, STORE, again) == Reconciled("partial", 1, 0, 1, 0, 0, problems=1)


def test_only_an_open_problem_can_be_dismissed(database: Database) -> None:
    with pytest.raises(ProblemUnknownError, match="No open problem has the id 5"):
        dismiss_problem(database, 5, reason="", by="anna")


@pytest.mark.parametrize("listed", [[], [a_chat(0, newest=6)]])
def test_a_list_that_collapsed_is_said_and_believed_only_when_another_runs_says_the_same(
    database: Database, run: int, listed: list[Any]
) -> None:
    def close(run: int) -> Reconciled:
        saved = save_list(database, *listed, run=run)
        save_list_problem(database, STORE, run, saved.unchecked_sentence())
        return close_run(database, STORE, run)

    first, second = close(run), close(a_run(database, execution="execution-2"))
    assert first.status == "partial"
    assert "chats at once" in str(first.unchecked)
    assert first.chats_total == 3
    assert (second.status, second.chats_total) == ("success", len(listed))


def test_a_list_that_could_not_be_compared_says_how_much_of_it_and_is_no_success(database: Database, run: int) -> None:
    saved = save_list(database, a_chat(0, newest=6), {"chatID": 5}, a_chat(1, lastMessage={"text": "да"}), run=run)
    save_list_problem(database, STORE, run, saved.unchecked_sentence())
    closed = close_run(database, STORE, run)
    assert (closed.status, closed.unchecked) == (
        "partial",
        "2 of 3 entries of WB's chat list could not be compared",
    )
    assert column(database, "SELECT last_success_at FROM stores") == [None]
    assert column(database, "SELECT count(*) FROM chats WHERE unlisted_by_run IS NOT NULL") == [0]


def plan(database: Database, run: int, chats: int, left: int = 0) -> None:
    """Note that so many chats are to be labelled, and so many more were left by a budget."""
    page = PlannedChatPage([{}] * chats, chats, Tokens())
    reservations.save_plan(database, run, LabelPlan([page], left, "The budget is reached." if left else None), 0, None)


def test_what_a_budget_leaves_is_no_matter_of_success(database: Database, run: int) -> None:
    plan(database, run, 0, left=500)
    assert close_run(database, STORE, run).status == "success"
    closed = row(database, run)
    assert (closed["error_message"], closed["chats_over_budget"]) == (None, 500)
    assert closed["budget_reached"] == "The budget is reached."


def test_labels_that_stopped_make_it_partial_and_say_why(database: Database, run: int) -> None:
    plan(database, run, 2)
    reason = "The model's endpoint gave no answer in time."
    settle_reservation(database, SaveLabels(STORE, run, "a", {}), "openai/gpt-5-mini", Tokens(), reason)
    assert close_run(database, STORE, run).status == "partial"
    assert row(database, run)["error_message"] == (
        "2 chats left unlabelled until the next run. The model's endpoint gave no answer in time."
    )


def test_labels_that_could_not_begin_make_it_partial_too(database: Database, run: int) -> None:
    reservations.stop_labels(database, run, "The taxonomy cannot be used.")
    assert close_run(database, STORE, run).status == "partial"
    assert row(database, run)["error_message"] == "The taxonomy cannot be used."


def test_chats_left_unlabelled_make_it_partial(database: Database, run: int) -> None:
    plan(database, run, 3)
    label = {"chat_id": "1:chat-0", "messages_total": 3, "tag": "thanks", "confidence": 1.0, "reason": "", "model": "m"}
    history.save_labels(database, STORE, run, [label])
    assert close_run(database, STORE, run) == Reconciled("partial", 3, 3, 0, 0, 2)
    assert "2 chats left unlabelled" in row(database, run)["error_message"]


def test_all_that_is_missing_is_said_in_one_sentence(database: Database, run: int) -> None:
    save(database, run, "junk")
    save_list(database, a_chat(0, newest=50))
    plan(database, run, 1)
    close_run(database, STORE, run)
    assert row(database, run)["error_message"].count(";") == 2


@pytest.mark.parametrize("trouble", [[], ["junk"]])
def test_closing_again_says_the_same_and_changes_nothing(database: Database, run: int, trouble: list[Any]) -> None:
    save(database, run, *trouble)
    closed = close_run(database, STORE, run)
    before = row(database, run)
    save(database, run, an_event(30, chat=9))
    save_list(database, a_chat(0, newest=99))
    assert close_run(database, STORE, run) == closed
    assert row(database, run) == before


def test_a_run_that_failed_cannot_be_closed_as_a_success(database: Database, run: int) -> None:
    run_ends.fail_run(database, STORE, "execution-1", "States.Timeout", "Killed.")
    with pytest.raises(LeaseLostError):
        close_run(database, STORE, run)
    assert row(database, run)["status"] == "error"


def test_another_stores_gaps_and_junk_are_its_own(database: Database, run: int) -> None:
    other = a_run(database, "other")
    save(database, other, "junk", store="other")
    save_list(database, a_chat(0, newest=99), store="other")
    assert close_run(database, STORE, run).status == "success"
    assert close_run(database, "other", other) == Reconciled("partial", 1, 0, 1, 1, 0, problems=2)
