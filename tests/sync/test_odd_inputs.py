"""What WB may send beyond its description: each costs itself at most, and no run says success over a loss."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chatsync.errors import WildberriesUnavailableError
from database import connection
from database.connection import transaction
from database.problems import dismiss_problem
from database.run_ends import release_store
from local.simulator import named_faults
from local.simulator.faults import changed_body, status
from tests.support.given import START_MS, a_chat, a_store, an_event
from tests.support.given_rows import ABOUT_RETURNS, AUTOMATIC, PREFIX
from tests.support.machine import TOKENS, Machine
from tests.support.odd_store import (
    CARD,
    EVENTS,
    Row,
    given_store,
    heal,
    missing,
    odd,
    problems,
    requested,
    run_of,
    stored,
)
from tests.support.stored import rows
from wildberries import client
from wildberries.walk import EVENTS_PATH

LATER = START_MS + 60_000


# The envelope's own signs are believed.


@pytest.mark.parametrize("name", ["errors-in-answer", "errors-beside-data"])
def test_an_answer_that_says_it_failed_is_tried_again_and_then_an_error(machine: Machine, name: str) -> None:
    with odd(machine, name) as (wb, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], run["error_type"]) == ("error", "WildberriesUnavailableError")
        assert requested(wb, "chats") == 4
        assert rows("SELECT last_success_at FROM stores") == [{"last_success_at": None}]
        assert "upstream" not in run["error_message"]
        heal(wb, store_id)
        assert run_of(machine, store_id)["status"] == "success"
    assert (stored(), missing(), problems()) == (EVENTS, 0, [])


def test_errors_beside_good_events_are_a_failed_answer_too(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        body = {"result": {"events": [], "totalEvents": 0, "next": 0}, "errors": ["x"]}
        wb.faults.let_stand(store_id, "events", changed_body(lambda _: json.dumps(body).encode()))
        assert run_of(machine, store_id)["status"] == "error"
        assert (requested(wb, "chats"), requested(wb, "events")) == (1, 5)
        assert (stored(), missing()) == (0, 0)


def test_a_short_page_is_read_again_by_the_next_run_with_one_request(machine: Machine) -> None:
    with odd(machine, "short-page") as (wb, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], run["stretches"], run["problems"]) == ("partial", 1, 1)
        assert (stored(), problems()) == (EVENTS - 1, ["stretch"])
        before = requested(wb, "events")
        assert run_of(machine, store_id)["status"] == "success"
        assert requested(wb, "events") == before + 2
    assert (stored(), problems(), problems("closed_as = 'solved'")) == (EVENTS, [], ["stretch"])


def test_a_page_that_stays_short_is_read_again_three_times_and_then_only_by_request(machine: Machine) -> None:
    with odd(machine, "short-pages") as (wb, store_id):
        requests, statuses = [], []
        for _ in range(6):
            before = requested(wb, "events")
            statuses.append(run_of(machine, store_id)["status"])
            requests.append(requested(wb, "events") - before)
        assert set(statuses) == {"partial"}
        assert requests[1:4] == [2, 2, 2]
        assert requests[4:] == [1, 1]
        assert (stored(), problems()) == (EVENTS - 1, ["stretch"])
        heal(wb, store_id)
        assert run_of(machine, store_id)["status"] == "partial"
        assert run_of(machine, store_id, full=True)["status"] == "success"
    assert (stored(), problems()) == (EVENTS, [])


def test_a_page_that_holds_none_of_what_it_announces_is_a_problem_too(machine: Machine) -> None:
    def emptied(body: bytes) -> bytes:
        answer = json.loads(body)
        answer["result"]["events"] = []
        return json.dumps(answer).encode()

    with odd(machine) as (wb, store_id):
        wb.faults.add(store_id, "events", changed_body(emptied))
        run = run_of(machine, store_id)
        assert (run["status"], problems()[0]) == ("partial", "stretch")
        assert run_of(machine, store_id)["status"] == "success"
    assert (stored(), problems()) == (EVENTS, [])


def test_a_null_result_is_a_seller_without_chats(machine: Machine) -> None:
    with odd(machine, "null-result", store=a_store(chats=0)) as (_, store_id):
        assert run_of(machine, store_id)["status"] == "success"


def test_a_list_that_lost_all_chats_is_said_and_marked_only_when_another_says_the_same(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        assert run_of(machine, store_id)["status"] == "success"
        named_faults.order(wb, "empty-list", store_id)
        run = run_of(machine, store_id)
        assert (run["status"], missing(), problems()) == ("partial", 0, ["list"])
        assert "lacks 3 of 3 chats" in run["error_message"]
        assert (run_of(machine, store_id)["status"], missing(), problems()) == ("success", 3, [])
        heal(wb, store_id)
        assert (run_of(machine, store_id)["status"], missing()) == ("success", 0)


def test_a_bot_guards_403_is_a_passing_fault_and_not_the_tokens(machine: Machine) -> None:
    with odd(machine, "bot-guard") as (wb, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], run["error_type"]) == ("error", "WildberriesUnavailableError")
        assert "token" not in run["error_message"]
        assert requested(wb, "chats") == 4
        heal(wb, store_id)
        wb.faults.add(store_id, "chats", status(403))
        assert run_of(machine, store_id)["error_type"] == "WildberriesRefusedError"
        assert run_of(machine, store_id)["status"] == "success"


def test_a_request_time_out_is_tried_again(machine: Machine) -> None:
    with odd(machine, "request-timeout") as (_, store_id):
        assert run_of(machine, store_id)["status"] == "success"
    assert stored() == EVENTS


# What WB was seen to send, beside what it describes.


def test_an_event_of_a_retired_type_is_stored_as_it_is(machine: Machine) -> None:
    with odd(machine, "retired-type") as (_, store_id):
        for full in (False, True):
            run = run_of(machine, store_id, full=full)
            assert (run["status"], stored(), problems()) == ("success", EVENTS + 1, [])
    kept = rows("SELECT sender, text, event_type, raw -> 'message' AS said FROM chat_messages ORDER BY sent_at")[-1]
    assert kept == {"sender": "wb", "text": None, "event_type": "refund", "said": None}


def test_a_last_page_with_empty_times_ends_the_walk(machine: Machine) -> None:
    with odd(machine, "empty-times") as (wb, store_id):
        assert (run_of(machine, store_id)["status"], stored(), problems()) == ("success", EVENTS, [])
        before = requested(wb, "events")
        assert run_of(machine, store_id)["status"] == "success"
        assert requested(wb, "events") == before + 1


def test_fields_that_nobody_describes_are_kept(machine: Machine) -> None:
    with odd(machine, "undocumented-fields") as (_, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], run["damaged_values"], stored(), problems()) == ("success", 0, EVENTS, [])
    assert rows("SELECT DISTINCT raw ->> 'clientID' AS id FROM chat_messages") == [{"id": ""}]
    assert rows("SELECT DISTINCT raw ->> 'clientID' AS id FROM chats") == [{"id": ""}]


# One bad value costs itself.


@pytest.mark.parametrize(
    ("name", "damaged"),
    [
        ("control-character", 1),
        ("broken-utf8", 1),
        ("nan", 1),
        ("endless-number", 1),
        ("deep-nesting", 1),
        ("doubled-keys", 1),
        ("float-next", 0),
        ("empty-timestamp", 0),
        ("zero-timestamp", 0),
        ("endless-rid", 0),
        ("price-as-text", 0),
        ("price-as-float", 0),
    ],
)
def test_one_bad_value_costs_nothing_else_and_is_counted(machine: Machine, name: str, damaged: int) -> None:
    with odd(machine, name) as (wb, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], stored(), problems()) == ("success", EVENTS, [])
        assert (run["damaged_values"] > 0) is (damaged > 0)
        assert rows("SELECT count(*) AS n FROM chats WHERE raw IS NOT NULL") == [{"n": 3}]
        again = run_of(machine, store_id)
        assert (again["status"], again["messages_added"]) == ("success", 0)
        heal(wb, store_id)
        assert run_of(machine, store_id)["status"] == "success"
        assert rows("SELECT DISTINCT price_kopecks, rid FROM chats") == [{"price_kopecks": 39800, "rid": "r-1"}]


def test_what_was_damaged_is_stored_visibly(machine: Machine) -> None:
    with odd(machine, "control-character", "broken-utf8") as (_, store_id):
        run_of(machine, store_id)
        run_of(machine, store_id, full=True)
    texts = "SELECT text FROM chat_messages UNION ALL SELECT text FROM message_versions"
    said = {row["text"] for row in rows(texts)}
    assert "до\nпосле" in said
    assert any("\ufffd" in text for text in said)


def test_a_price_that_is_no_number_leaves_its_column_empty(machine: Machine) -> None:
    with odd(machine, "nan") as (_, store_id):
        run_of(machine, store_id)
    prices = rows("SELECT price_kopecks FROM chats ORDER BY price_kopecks NULLS FIRST")
    assert [row["price_kopecks"] for row in prices] == [None, 39800, 39800]


def test_an_endless_rid_is_kept_in_raw_alone(machine: Machine) -> None:
    with odd(machine, "endless-rid") as (_, store_id):
        run_of(machine, store_id)
    found = rows("SELECT rid, length(raw::text) > 4000 AS is_whole FROM chats WHERE rid IS NULL")
    assert found == [{"rid": None, "is_whole": True}]


def test_the_price_follows_what_wb_says_in_whatever_form(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        for price, column in ((39800, 39800), ("41000", 41000), (42000.0, 42000), ("?", None), (43000, 43000)):
            wb.set_chats(store_id, [a_chat(number, good_card={**CARD, "price": price}) for number in range(3)])
            assert run_of(machine, store_id)["status"] == "success"
            assert rows("SELECT DISTINCT price_kopecks FROM chats") == [{"price_kopecks": column}]


def test_an_event_of_the_future_holds_nothing_back(machine: Machine) -> None:
    with odd(machine, "future-event") as (_, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], stored(), problems()) == ("partial", EVENTS, ["event"])
        again = run_of(machine, store_id)
        full = run_of(machine, store_id, full=True)
    assert (again["status"], full["status"], stored(), problems()) == ("partial", "partial", EVENTS, ["event"])
    assert rows("SELECT to_timestamp(events_cursor / 1000.0) <= now() AS is_past FROM stores") == [{"is_past": True}]


def test_a_null_among_events_is_no_event_and_all_others_are_stored(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        wb.faults.add(store_id, "events", named_faults.NULL_ENTRY)
        assert (run_of(machine, store_id)["status"], stored(), problems()) == ("success", EVENTS, [])


def test_a_null_among_listed_chats_is_said_and_marks_none(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        run_of(machine, store_id)
        wb.set_chats(store_id, [a_chat(0), a_chat(1)])
        wb.faults.let_stand(store_id, "chats", named_faults.NULL_ENTRY)
        run = run_of(machine, store_id)
        assert (run["status"], missing(), problems()) == ("partial", 0, ["list"])
        assert "1 of 3 entries" in run["list_unchecked"]
        wb.set_chats(store_id, [a_chat(number) for number in range(3)])
        heal(wb, store_id)
        assert (run_of(machine, store_id)["status"], problems()) == ("success", [])


def test_a_broken_list_keeps_its_whole_entries_and_says_what_it_lost(machine: Machine) -> None:
    with odd(machine, "broken-entry") as (_, store_id):
        run = run_of(machine, store_id)
        assert (run["status"], stored(), problems()) == ("partial", EVENTS, ["list"])
        assert "entries of WB's chat list could not be compared" in run["list_unchecked"]
        assert (run_of(machine, store_id)["status"], problems()) == ("success", [])


# An id says which message, not what it says.


def test_a_changed_message_has_its_new_words_and_the_old_ones_beside_it(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        run_of(machine, store_id)
        old = wb.events(store_id)[7]
        wb.add_event(store_id, replace(old, at=LATER, text="Уже пришёл, спасибо"))
        run = run_of(machine, store_id)
        assert (run["status"], run["gaps"], stored()) == ("success", 0, EVENTS)
        assert run_of(machine, store_id, full=True)["status"] == "success"
    assert rows("SELECT text FROM chat_messages WHERE id = 'event-7'") == [{"text": "Уже пришёл, спасибо"}]
    assert rows("SELECT text FROM message_versions") == [{"text": old.text}]
    assert rows("SELECT last_message_id FROM chats WHERE id = '1:chat-1'") == [{"last_message_id": "event-7"}]


def test_a_message_again_with_a_later_time_has_that_time(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        run_of(machine, store_id)
        wb.add_event(store_id, replace(wb.events(store_id)[8], at=LATER))
        assert (run_of(machine, store_id)["status"], stored()) == ("success", EVENTS)
    at = "SELECT (extract(epoch FROM sent_at) * 1000)::bigint AS ms FROM chat_messages WHERE id = 'event-8'"
    assert rows(at) == [{"ms": LATER}]


def test_an_older_version_never_comes_back(machine: Machine) -> None:
    with odd(machine, "changed-message", "old-version-again") as (_, store_id):
        for full in (False, True, True):
            assert run_of(machine, store_id, full=full)["status"] == "success"
            changed, again = rows("SELECT text FROM chat_messages WHERE id IN ('event-4', 'event-5') ORDER BY id")
            assert changed["text"].endswith("(изменено)")
            assert not again["text"].endswith("(раньше)")
    kept = rows("SELECT message_id AS id, text FROM message_versions ORDER BY 1")
    assert [row["id"] for row in kept] == ["event-4", "event-5"]
    assert kept[1]["text"].endswith("(раньше)")


# A cross-check that cannot check says so.


def test_a_list_with_ids_of_another_type_says_how_many_could_not_be_compared(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        run_of(machine, store_id)
        named_faults.order(wb, "numeric-chat-ids", store_id)
        for _ in range(2):
            run = run_of(machine, store_id)
            assert (run["status"], missing(), problems()) == ("partial", 0, ["list"])
            assert run["list_unchecked"].startswith("3 of 3 entries")
        heal(wb, store_id)
        assert (run_of(machine, store_id)["status"], problems()) == ("success", [])


# Numbers from outside are bounded; what is remembered can be forgotten.


def test_a_wait_of_more_than_a_day_is_not_believed(machine: Machine) -> None:
    with odd(machine, "epoch-retry") as (_, store_id):
        synced = machine.sync([store_id])
    assert synced.runs[store_id]["status"] == "success"
    assert sum(synced.waits(store_id)) < 60
    assert stored() == EVENTS


def test_a_person_can_let_a_limit_be_forgotten(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        run_of(machine, store_id)
        limit = "INSERT INTO rate_limits SELECT seller_key, 'chats', now() + interval '20 h' FROM sync_logs LIMIT 1"
        with transaction() as database:
            database.run(limit)
            release_store(database, store_id)
        synced = machine.sync([store_id])
    assert (synced.runs[store_id]["status"], synced.waits(store_id)) == ("success", [])
    assert requested(wb, "chats") == 2


@pytest.mark.parametrize(("kind", "waits"), [("base", False), ("personal", True)])
def test_a_limit_belongs_to_the_kind_of_token_that_met_it(machine: Machine, kind: str, waits: bool) -> None:
    with odd(machine) as (_, store_id):
        with transaction() as database:
            database.run("UPDATE stores SET token_type = 'personal'")
            database.run(
                "INSERT INTO rate_limits (seller_key, method, ready_at, token_type)"
                " SELECT seller_id, 'chats', now() + interval '1 h', :kind FROM stores",
                kind=kind,
            )
        synced = machine.sync([store_id])
    assert synced.runs[store_id]["status"] == "success"
    assert (sum(synced.waits(store_id)) > 3500) is waits


def test_headers_that_drip_are_given_up_in_time(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.5)
    store = given_store()
    with odd(machine, "slow-headers", store=store) as (wb, store_id):
        began = time.monotonic()
        with pytest.raises(WildberriesUnavailableError):
            client.WildberriesClient(wb.url, store.token).get(EVENTS_PATH, {}, "eventID")
        assert time.monotonic() - began < 5
        assert run_of(machine, store_id)["status"] == "success"


# Whose fault is it?


def assert_an_error_that_sets_nothing_aside(run: Row) -> None:
    assert run["status"] == "error"
    assert (stored(), problems(), rows("SELECT FROM quarantined_events")) == (0, [], [])
    assert rows("SELECT events_cursor FROM stores") == [{"events_cursor": None}]


def test_a_lock_that_is_held_is_an_error_and_sets_no_event_aside(machine: Machine, functions_url: str) -> None:
    user = connection.read_address(functions_url).user
    with odd(machine) as (_, store_id), own_connection() as other:
        try:
            other.run(f"ALTER ROLE {user} SET lock_timeout = '40 ms'")
            end_connections_of(other, user)
            other.run("BEGIN")
            other.run("LOCK TABLE chat_messages IN SHARE MODE")
            run = run_of(machine, store_id)
            other.run("ROLLBACK")
            assert_an_error_that_sets_nothing_aside(run)
        finally:
            other.run(f"ALTER ROLE {user} RESET lock_timeout")
            end_connections_of(other, user)
        assert (run_of(machine, store_id)["status"], stored()) == ("success", EVENTS)


def test_a_right_that_lacks_is_an_error_that_says_so_and_sets_no_event_aside(
    machine: Machine, functions_url: str
) -> None:
    user = connection.read_address(functions_url).user
    with odd(machine) as (_, store_id), own_connection() as owner:
        try:
            owner.run(f"REVOKE INSERT ON chat_messages FROM {user}")
            run = run_of(machine, store_id)
            assert_an_error_that_sets_nothing_aside(run)
            assert "lacks a right" in run["error_message"]
        finally:
            owner.run(f"GRANT INSERT ON chat_messages TO {user}")
        assert (run_of(machine, store_id)["status"], stored()) == ("success", EVENTS)


@contextmanager
def own_connection() -> Iterator[Any]:
    """A connection of the tables' owner, beside the functions' and the tests' own."""
    with closing(connection.connect(connection.read_address(os.environ["DATABASE_URL"]))) as opened:
        yield opened


def end_connections_of(owner: Any, user: str) -> None:
    """Let the functions connect anew, so that a changed setting holds for them."""
    owner.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :user", user=user)


def test_an_event_without_a_chat_keeps_its_store_partial(machine: Machine) -> None:
    with odd(machine, "chatless-event") as (_, store_id):
        for full in (False, False, True):
            run = run_of(machine, store_id, full=full)
            assert (run["status"], run["quarantined"], problems()) == ("partial", 1, ["event"])
            assert stored() == EVENTS
        problem = rows("SELECT id FROM problems")[0]["id"]
        with transaction() as database:
            dismiss_problem(database, problem, "WB's support says it is void", "owner")
        assert run_of(machine, store_id)["status"] == "success"
        assert run_of(machine, store_id, full=True)["status"] == "success"


def test_another_sellers_token_is_refused_before_any_request(machine: Machine) -> None:
    with odd(machine, "another-seller") as (wb, store_id):
        machine.engine.put_secret_parameter(f"{TOKENS}/{store_id}/token", wb.token(store_id))
        run = run_of(machine, store_id)
        assert (run["status"], run["error_type"]) == ("error", "SellerChangedError")
        assert "--same-store" in run["error_message"]
        assert wb.requests == []
    assert stored() == 0


# What WB itself writes counts for nobody.


@pytest.mark.parametrize("automatic", [AUTOMATIC, ABOUT_RETURNS])
def test_wbs_automatic_message_is_no_answer_no_statistic_and_no_word_to_label_by(
    machine: Machine, automatic: str
) -> None:
    """Given a buyer who asks, and WB's template an hour later in the seller's name, then he waits, unanswered."""
    hour = 3600
    asked = an_event(0, text="Где мой заказ?")
    store = a_store([asked, an_event(hour, text=automatic, sender="seller", source="seller-portal")], chats=1)
    with machine.wildberries(store) as wb:
        first = machine.sync([store.id]).runs[store.id]
        [turn] = rows("SELECT last_writer, first_response_seconds, seller_messages FROM chat_overview")
        assert turn == {"last_writer": "buyer", "first_response_seconds": None, "seller_messages": 0}
        wb.add_event(store.id, an_event(2 * hour, text=automatic, sender="seller"))
        again = machine.sync([store.id]).runs[store.id]
    assert (first["chats_classified"], again["messages_added"], again["chats_classified"]) == (1, 1, 0)
    assert rows("SELECT count(*) AS waiting FROM chat_turns WHERE waiting_since IS NOT NULL") == [{"waiting": 1}]
    assert rows("SELECT tag FROM chats") == [{"tag": "delivery"}]


def test_wbs_words_before_a_buyers_are_not_the_buyers(machine: Machine) -> None:
    asked = an_event(0, text=f"{PREFIX} где мой заказ")
    store = a_store([asked, an_event(2, chat=1, text=PREFIX)], chats=2)
    with machine.wildberries(store):
        machine.sync([store.id])
    assert rows("SELECT tag FROM chats ORDER BY id") == [{"tag": "delivery"}, {"tag": "undefined"}]
    assert rows("SELECT count(*) AS waiting FROM chat_overview WHERE last_writer = 'buyer'") == [{"waiting": 2}]
    assert {row["nm_id"] for row in rows("SELECT nm_id FROM chats")} == {174902332}


def test_a_chat_that_the_list_does_not_show_gets_its_product_from_its_events(machine: Machine) -> None:
    card = CARD | {"name": "Куртка зимняя", "date": "2026-11-05T09:30:00Z", "statusID": 4}
    store = a_store([an_event(0, attachments={"goodCard": card})], chats=0)
    with machine.wildberries(store):
        machine.sync([store.id])
    [chat] = rows("SELECT nm_id, rid, product_title, product_size, price_kopecks, order_status FROM chats")
    assert chat == {
        "nm_id": CARD["nmID"],
        "rid": CARD["rid"],
        "product_title": "Куртка зимняя",
        "product_size": CARD["size"],
        "price_kopecks": CARD["price"],
        "order_status": 4,
    }
