"""The end of a run: a success only if what WB lists is stored, no event was refused, and all chats are labelled."""

from typing import Any

import pytest

from chatsync.contracts import SaveLabels
from chatsync.errors import LeaseLostError
from chatsync.label_tokens import Tokens
from database import run_ends
from database.connection import Database
from database.labels import history, reservations
from database.labels.budgets import LabelPlan, PlannedChatPage
from database.labels.costs import settle_reservation
from database.reconciliation import Reconciled, close_run
from reading.gaps import list_gaps
from reading.runs import list_runs
from tests.support.given_rows import STORE, a_chat, a_run, an_event, column, save, save_list


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
    assert close_run(database, STORE, run) == Reconciled("partial", 3, 1, 2, 0, 0)
    assert "2 chats whose newest message WB lists" in row(database, run)["error_message"]
    assert column(database, "SELECT last_success_at FROM stores") == [None]


def test_a_listed_chat_without_any_stored_message_is_a_gap(database: Database, run: int) -> None:
    save_list(database, *[a_chat(number, newest=6) for number in range(4)])
    assert close_run(database, STORE, run).gaps == 1


def test_the_chats_with_gaps_are_listed_newest_first(database: Database, run: int) -> None:
    save_list(database, a_chat(0, newest=40), a_chat(1, newest=7), a_chat(2, newest=50))
    assert [gap["id"] for gap in list_gaps(database)] == ["1:chat-2", "1:chat-0"]
    save_list(database, a_chat(0, newest=40), a_chat(1, newest=7))
    assert [gap["id"] for gap in list_gaps(database)] == ["1:chat-0"]


@pytest.mark.parametrize(
    "listed",
    [a_chat(3), a_chat(3, lastMessage=None), a_chat(3, lastMessage={"addTimestamp": 0}), a_chat(0, newest=1)],
    ids=["no last message", "null", "impossible time", "older than stored"],
)
def test_what_the_list_does_not_show_as_newer_is_no_gap(database: Database, run: int, listed: Any) -> None:
    save_list(database, *{chat["chatID"]: chat for chat in [*[a_chat(n) for n in range(3)], listed]}.values())
    assert close_run(database, STORE, run).status == "success"


def test_a_chat_gone_from_the_list_is_neither_counted_nor_a_gap(database: Database, run: int) -> None:
    save_list(database, a_chat(1, newest=50), a_chat(0, newest=6))
    save_list(database, a_chat(0, newest=6))
    assert close_run(database, STORE, run) == Reconciled("success", 1, 1, 0, 0, 0)


def test_a_chat_known_from_events_alone_is_not_counted(database: Database, run: int) -> None:
    save(database, run, an_event(20, chat=7))
    assert close_run(database, STORE, run).chats_total == 3


def test_a_quarantined_event_makes_it_partial(database: Database, run: int) -> None:
    save(database, run, "junk", {"more": "junk"})
    assert close_run(database, STORE, run) == Reconciled("partial", 3, 3, 0, 2, 0)
    assert "2 events that could not be stored" in row(database, run)["error_message"]


def test_an_event_quarantined_by_a_run_that_was_killed_still_counts(database: Database, run: int) -> None:
    save(database, run, "junk")
    run_ends.fail_run(database, STORE, "execution-1", "States.Timeout", "Killed.")
    assert close_run(database, STORE, a_run(database, execution="execution-2")).quarantined == 1


def test_an_event_quarantined_before_the_last_end_counts_no_more(database: Database, run: int) -> None:
    save(database, run, "junk")
    close_run(database, STORE, run)
    assert close_run(database, STORE, a_run(database, execution="execution-2")).status == "success"


def plan(database: Database, run: int, chats: int, left: int = 0) -> None:
    """Note that so many chats are to be labelled, and so many more were left by a budget."""
    page = PlannedChatPage([{}] * chats, chats, Tokens())
    reservations.save_plan(database, run, LabelPlan([page], left, "The budget is reached." if left else None))


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
    assert close_run(database, "other", other) == Reconciled("partial", 1, 0, 1, 1, 0)
