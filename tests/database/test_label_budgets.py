"""Budgets: what a run and a day may label, over all stores, also where two stores list their chats at once."""

import threading
from typing import Any

import pytest

from chatsync.contracts import SaveLabels
from chatsync.label_requests import chat_cost, chat_page_tokens
from chatsync.label_tokens import Tokens
from database import connection, run_ends
from database.connection import Database, connect, read_address, transaction
from database.labels.budgets import Budgets, PlannedChatPage, Spent, chat_pages_within_budgets, plan_labels
from database.labels.costs import settle_reservation
from database.labels.relabelling import describe_relabelling
from database.labels.reservations import LOCK, lock_budgets, reserve_tokens
from database.labels.spending import spent_today
from database.labels.stale_chats import StaleChats
from tests.support.given_rows import a_run, column

MODEL = "openai/gpt-5-mini"
LARGE = 10**9
NOTHING = Spent()
PAID = [{"sender": "client", "text": "Где мой заказ?"}]
FREE = [{"sender": "seller", "text": "Здравствуйте!"}]
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = :lock"


def chats(*said: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"chat_id": f"1:{number}", "messages": messages} for number, messages in enumerate(said)]


def budgets(**changes: int) -> Budgets:
    usual = {"chats_a_run": 100, "tokens_a_run": LARGE, "chats_a_day": LARGE, "tokens_a_day": LARGE, "chats_a_page": 2}
    return Budgets(**usual | changes)


def planned(transcripts: list[dict[str, Any]], classifier: str = MODEL, spent: Spent = NOTHING, **limits: int) -> Any:
    pages, reached = chat_pages_within_budgets(transcripts, classifier, budgets(**limits), spent)
    return [[row["chat_id"] for row in page.transcripts] for page in pages], reached


def took(*chats: list[dict[str, str]]) -> int:
    """Return what these chats are estimated to take as one page."""
    return chat_page_tokens([chat_cost(messages) for messages in chats]).total


def test_within_all_budgets_the_chats_fill_pages() -> None:
    assert planned(chats(PAID, PAID, PAID)) == ([["1:0", "1:1"], ["1:2"]], None)


def test_the_tokens_of_a_run_end_in_the_middle_of_a_page() -> None:
    enough = took(PAID, PAID) + took(PAID)
    assert planned(chats(PAID, PAID, PAID), tokens_a_run=enough) == ([["1:0", "1:1"], ["1:2"]], None)
    pages, reached = planned(chats(PAID, PAID, PAID, PAID), tokens_a_run=enough - 1)
    assert pages == [["1:0", "1:1"]]
    assert reached == f"{enough - 1} tokens of a run (LabelTokensARun)"


def test_the_days_chats_and_tokens_count_what_was_spent_before() -> None:
    assert planned(chats(PAID, PAID), chats_a_day=3, spent=Spent(2, 0)) == (
        [["1:0"]],
        "3 chats of a day (LabelChatsADay)",
    )
    pages, reached = planned(chats(PAID, PAID), tokens_a_day=1000 + took(PAID), spent=Spent(2, 1000))
    assert (pages, reached) == ([["1:0"]], f"{1000 + took(PAID)} tokens of a day (LabelTokensADay)")


def test_what_costs_nothing_is_in_no_budgets_way() -> None:
    said = chats(FREE, PAID, FREE)
    assert planned(said, chats_a_day=0) == ([["1:0", "1:2"]], "0 chats of a day (LabelChatsADay)")
    assert planned(said, "keywords", tokens_a_run=0, chats_a_day=0, tokens_a_day=0) == ([["1:0", "1:1"], ["1:2"]], None)


def test_after_the_first_chat_that_does_not_fit_no_smaller_one_is_taken() -> None:
    long = [{"sender": "client", "text": "слово " * 100}]
    assert planned(chats(PAID, long, PAID), tokens_a_run=took(PAID, PAID))[0] == [["1:0"]]


def outdated(*said: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{**row, "chat_id": f"1:old-{number}", "outdated": True} for number, row in enumerate(chats(*said))]


def test_labels_of_another_version_are_given_anew_from_one_half_of_a_day() -> None:
    new, old = chats(PAID, PAID), outdated(PAID, PAID, PAID)
    assert planned([*new, *old], chats_a_day=6) == (
        [["1:0", "1:1"], ["1:old-0"]],
        "3 chats of a day while labels of another version are given anew (half of LabelChatsADay)",
    )
    half = took(PAID, PAID) - 1
    assert planned(outdated(PAID, PAID), tokens_a_day=2 * half) == (
        [["1:old-0"]],
        f"{half} tokens of a day while labels of another version are given anew (half of LabelTokensADay)",
    )
    assert planned(new, chats_a_day=6, spent=Spent(4, 0)) == ([["1:0", "1:1"]], None)
    assert planned(old, chats_a_day=6, spent=Spent(4, 0))[0] == []


def a_relabelling(transcripts: list[dict[str, Any]], total: int, old: int, model: str = MODEL, **limits: int) -> Any:
    plan = plan_labels(transcripts, total, model, budgets(**limits), NOTHING)
    return describe_relabelling(StaleChats(transcripts, total, old), plan, model)


def test_what_a_new_version_takes_is_told_for_all_chats_and_the_runs_own() -> None:
    read = [{**row, "outdated": False} for row in chats(PAID)] + outdated(PAID, PAID)
    tokens = chat_page_tokens([chat_cost(PAID)] * 2)
    all_of_them = Tokens(tokens.into * 1000, tokens.out * 1000)
    price = (all_of_them.into * 0.25 + all_of_them.out * 2) / 1_000_000
    assert a_relabelling(read, 2001, 2000, chats_a_day=4) == (
        "2,000 chats have a label by another model, prompt or taxonomy. Labelling all of them again takes about "
        f"{all_of_them.total:,} tokens (${price:,.2f}); this run labels 1 of them again, after all chats with new "
        "words."
    )
    assert "tokens (price not known);" in a_relabelling(read, 3, 2, "openai/tiny")


def test_nothing_is_told_where_a_new_version_costs_nothing() -> None:
    assert a_relabelling(outdated(PAID), 1, 1, "keywords") is None
    assert a_relabelling([{**row, "outdated": False} for row in chats(PAID)], 1, 0) is None
    assert a_relabelling([], 5, 5, chats_a_run=0) is None


def test_what_a_budget_leaves_is_told_in_words() -> None:
    plan = plan_labels(chats(PAID, PAID), 5, MODEL, budgets(chats_a_day=1), Spent())
    assert (plan.chats, plan.left) == (1, 4)
    assert plan.reached == (
        "4 chats wait for a next run to label them: the budget of 1 chats of a day (LabelChatsADay) is reached."
    )
    by_run = plan_labels(chats(PAID, PAID), 5, MODEL, budgets(chats_a_run=2), Spent())
    assert by_run.left == 3
    assert "2 chats of a run (LabelChatsARun)" in str(by_run.reached)
    assert plan_labels(chats(PAID), 1, MODEL, budgets(), Spent()).reached is None


def a_page(tokens: int = 500) -> PlannedChatPage:
    return PlannedChatPage(chats(PAID), 1, Tokens(tokens, 0))


def settle(database: Database, run: int, page: str, *tokens: int, classifier: str = MODEL) -> None:
    settle_reservation(database, SaveLabels("shop", run, page, {}), classifier, Tokens(*tokens), "")


def test_a_reservation_counts_until_its_run_ends_and_what_was_taken_for_the_whole_day(database: Database) -> None:
    run = a_run(database)
    reserve_tokens(database, run, {"a": a_page(), "b": a_page()})
    assert spent_today(database) == Spent(2, 1000)
    settle(database, run, "a", 100, 20)
    assert spent_today(database) == Spent(2, 620)
    run_ends.release_store(database, "shop")
    assert spent_today(database) == Spent(1, 120)
    database.run("UPDATE label_pages SET day = day - 1")
    assert spent_today(database) == Spent(0, 0)


def test_a_repeated_listing_is_not_in_its_own_way(database: Database) -> None:
    run, other = a_run(database), a_run(database, "other")
    reserve_tokens(database, run, {"a": a_page(), "b": a_page()})
    reserve_tokens(database, other, {"a": a_page(7)})
    settle(database, run, "a", 100)
    lock_budgets(database, run)
    assert spent_today(database) == Spent(2, 107)


def test_a_page_that_failed_gives_back_what_it_reserved(database: Database) -> None:
    run = a_run(database)
    reserve_tokens(database, run, {"a": a_page()})
    settle(database, run, "a", 0)
    assert spent_today(database) == Spent(0, 0)


def test_the_runs_tokens_and_cost_are_its_pages_sums_however_often_they_are_saved(database: Database) -> None:
    run = a_run(database)
    reserve_tokens(database, run, {"a": a_page(), "b": a_page()})
    for _ in range(2):
        settle(database, run, "a", 1000, 100)
        settle(database, run, "b", 3000, 300)
    spent = database.rows("SELECT label_tokens_in, label_tokens_out, label_cost_microusd FROM sync_logs")[0]
    assert list(spent.values()) == [4000, 400, 1800]  # gpt-5-mini: 0.25 and 2 dollars a million


def test_tokens_from_a_servers_cache_are_kept_and_cost_less(database: Database) -> None:
    run = a_run(database)
    settle(database, run, "a", 1000, 100, 600)
    assert column(database, "SELECT label_cost_microusd FROM sync_logs") == [315]  # 400 x 0.25 + 600 x 0.025 + 100 x 2
    assert column(database, "SELECT tokens_cached FROM label_pages") == [600]


def test_a_model_without_a_known_price_makes_the_cost_unknown_not_nothing(database: Database) -> None:
    run = a_run(database)
    assert column(database, "SELECT label_cost_microusd FROM sync_logs") == [0]
    settle(database, run, "a", 1000)
    settle(database, run, "b", 1000, classifier="openai/of-tomorrow")
    assert column(database, "SELECT label_cost_microusd FROM sync_logs") == [None]
    settle(database, run, "b", 0, classifier="openai/of-tomorrow")
    assert column(database, "SELECT label_cost_microusd FROM sync_logs") == [250]


def test_two_stores_that_list_at_once_reserve_one_after_the_other(
    emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first's commit, and then sees what it reserved."""
    with transaction() as database:
        runs = [a_run(database, store) for store in ("a", "b")]
    seen: list[Spent] = []
    opened = [connect(read_address(emptied)) for _ in range(2)]
    first, watching = map(Database, opened)
    first.run("BEGIN")
    lock_budgets(first, runs[0])
    reserve_tokens(first, runs[0], {"a": a_page()})

    def second() -> None:
        with transaction() as database:
            lock_budgets(database, runs[1])
            seen.append(spent_today(database))

    monkeypatch.setattr(connection, "CONTAINER", connection.Container())
    waiting = threading.Thread(target=second)
    waiting.start()
    while column(watching, WAITING, lock=LOCK) != [1]:
        assert waiting.is_alive(), "the second did not wait"
    first.run("COMMIT")
    waiting.join()
    connection.CONTAINER.discard()
    for each in opened:
        each.close()
    assert seen == [Spent(1, 500)]
