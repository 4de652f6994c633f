"""Labels that cost money, through the machine and a model's server: what is unchanged costs nothing, budgets hold."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatsync.label_stops import LABEL_STOPS
from chatsync.taxonomy import OWN_FILE
from database.connection import transaction
from database.labels.failed_tries import MOST_TRIES
from local.simulator.model import Event
from tests.support.given import a_store, an_event, events_of
from tests.support.given_rows import AUTOMATIC
from tests.support.machine import LABELLING, Machine, Synced
from tests.support.openai_forms import EveryOther, speaking
from tests.support.openai_server import TOKENS_IN, TOKENS_OUT, OpenAIServer, failure, honest, labels
from tests.support.stored import rows

MODEL = "gpt-5-mini"
SECRET = "chat-history-sync/openai"
SPENT = TOKENS_IN * 0.25 + TOKENS_OUT * 2  # millionths of a dollar for one request


@pytest.fixture(scope="module")
def running(shared_machine: Callable[[], Machine]) -> Iterator[OpenAIServer]:
    """A model's server, and a machine that labels by it."""
    machine = shared_machine()
    machine.engine.put_secret(SECRET, "sk-test")
    with OpenAIServer() as server, machine.settings(CLASSIFIER=f"openai/{MODEL}", OPENAI_BASE_URL=server.url):
        yield server


@pytest.fixture
def model(running: OpenAIServer, machine: Machine) -> OpenAIServer:
    return running.reset()


def sync_again(machine: Machine, store: str, model: OpenAIServer) -> Synced:
    """Sync once more, counting requests from nothing."""
    model.requests.clear()
    return machine.sync([store])


def test_a_second_unchanged_run_asks_nothing_and_costs_nothing(machine: Machine, model: OpenAIServer) -> None:
    store = a_store(events_of(9))
    with machine.wildberries(store, limits=False) as wb:
        run = machine.sync([store.id]).runs[store.id]
        assert (run["status"], run["chats_classified"], len(model.requests)) == ("success", 3, 1)
        assert (run["label_tokens_in"], run["label_tokens_out"]) == (TOKENS_IN, TOKENS_OUT)
        assert run["label_cost_microusd"] == SPENT
        for quiet in ([], [an_event(30, chat=1, sender="wb")], [an_event(31, chat=1, sender="seller", text=AUTOMATIC)]):
            for event in quiet:
                wb.add_event(store.id, event)
            again = sync_again(machine, store.id, model)
            assert (again.runs[store.id]["status"], model.requests) == ("success", [])
            assert again.called("classify_chats") == []
            assert again.runs[store.id]["label_cost_microusd"] == 0
        wb.add_event(store.id, an_event(32, chat=1, sender="client", text="И где же он?"))
        changed = sync_again(machine, store.id, model).runs[store.id]
    assert (changed["chats_classified"], len(model.requests)) == (1, 1)


def test_tag_and_cause_go_from_one_answer_to_the_chat_and_its_history(machine: Machine, model: OpenAIServer) -> None:
    said = ["Где мой заказ?", "Чашка разбита, верните деньги"]
    store = a_store([an_event(n, chat=n, sender="client", text=text) for n, text in enumerate(said)], chats=2)
    tags, causes = {"заказ": "delivery", "деньги": "return_refund"}, {"заказ": "late", "разбита": "broken"}
    model.default = lambda request: labels(*honest(request, tags, causes))
    with machine.wildberries(store, limits=False):
        machine.sync([store.id])
    both = [{"tag": "delivery", "cause": "late"}, {"tag": "return_refund", "cause": "broken"}]
    assert len(model.requests) == 1
    assert rows("SELECT tag, cause FROM chats ORDER BY tag") == both
    assert rows("SELECT tag, cause FROM chat_labels ORDER BY tag") == both
    assert rows("SELECT cause, chats FROM product_causes ORDER BY cause") == [
        {"cause": "broken", "chats": 1},
        {"cause": "late", "chats": 1},
    ]


def test_another_model_or_taxonomy_labels_all_anew_and_then_nothing(
    machine: Machine, model: OpenAIServer, tmp_path: Path
) -> None:
    store, own = a_store(events_of(9)), tmp_path / "own.toml"
    own.write_text(OWN_FILE.read_text("utf-8").replace('version = "2"', 'version = "mine"'), "utf-8")
    base = {"OPENAI_BASE_URL": model.url}
    with machine.wildberries(store, limits=False):
        machine.sync([store.id])
        for changed in ({"CLASSIFIER": "openai/tiny"}, {"CLASSIFIER": "openai/tiny", "TAXONOMY_FILE": str(own)}):
            with machine.settings(**base, **changed):
                first = sync_again(machine, store.id, model).runs[store.id]
                assert (first["status"], first["chats_classified"], len(model.requests)) == ("success", 3, 1)
                assert first["label_cost_microusd"] is None, "the price of a model called tiny is not known"
                assert sync_again(machine, store.id, model).called("classify_chats") == []
    assert rows("SELECT DISTINCT labelled_by FROM chats") == [{"labelled_by": "openai/tiny/prompt-3/taxonomy-mine"}]
    assert rows("SELECT count(*) AS n FROM chat_labels") == [{"n": 9}]


def test_a_day_whose_budget_is_reached_leaves_the_rest_and_says_so(machine: Machine, model: OpenAIServer) -> None:
    stores = [a_store(events_of(6, chats=3)), a_store(events_of(6, chats=3))]
    limited = {"CLASSIFIER": f"openai/{MODEL}", "OPENAI_BASE_URL": model.url, "LABEL_CHATS_A_DAY": "4"}
    with machine.wildberries(*stores, limits=False), machine.settings(**limited):
        runs = machine.sync([store.id for store in stores]).runs.values()
        assert {run["status"] for run in runs} == {"success"}
        assert sum(run["chats_classified"] for run in runs) == 4
        assert sum(run["chats_over_budget"] for run in runs) == 2
        (said,) = (run["budget_reached"] for run in runs if run["chats_over_budget"])
        assert said == (
            "2 chats wait for a next run to label them: the budget of 4 chats of a day (LabelChatsADay) is reached."
        )
        sync_again(machine, stores[0].id, model)
        assert model.requests == []
        with transaction() as database:
            database.run("UPDATE label_pages SET day = day - 1")  # the next day
        later = [sync_again(machine, store.id, model).runs[store.id] for store in stores]
    assert sum(run["chats_classified"] for run in later) == 2
    assert [run["budget_reached"] for run in later] == [None, None]


def test_after_an_update_a_run_says_what_relabelling_costs_and_keeps_to_half_of_the_days_budget(
    machine: Machine, model: OpenAIServer
) -> None:
    """Given seven chats that a model labelled by the release before, one of them with new words since."""
    store = a_store([an_event(number, chat=number, sender="client") for number in range(7)], chats=7)
    paid = f"openai/{MODEL}/prompt-1/taxonomy-1"
    limited = {"CLASSIFIER": f"openai/{MODEL}", "OPENAI_BASE_URL": model.url, "LABEL_CHATS_A_DAY": "6"}
    with machine.wildberries(store, limits=False) as wb:
        machine.sync([store.id])
        with transaction() as database:
            database.run("UPDATE chats SET labelled_by = :paid", paid=paid)
            database.run("UPDATE label_pages SET day = day - 1")
        wb.add_event(store.id, an_event(30, chat=0, sender="client", text="И где же он?"))
        with machine.settings(**limited):
            updated = sync_again(machine, store.id, model).runs[store.id]
            wb.add_event(store.id, an_event(31, chat=1, sender="client", text="Где деньги?"))
            later = sync_again(machine, store.id, model).runs[store.id]
    # Then three chats of the day's six are labelled: the one with new words, and two labels are given anew
    assert (updated["status"], updated["chats_classified"], updated["outdated_labels"]) == ("success", 3, 6)
    assert re.fullmatch(
        r"6 chats have a label by another model, prompt or taxonomy\. Labelling all of them again takes about "
        r"[\d,]+ tokens \(\$0\.00\); this run labels 2 of them again, after all chats with new words\.",
        updated["relabelling"],
    )
    assert "3 chats of a day while labels of another version are given anew" in updated["budget_reached"]
    # And the other half of the day is for what buyers write
    assert (later["chats_classified"], later["outdated_labels"], later["chats_over_budget"]) == (1, 3, 3)
    assert rows("SELECT count(*) AS n FROM chats WHERE labelled_by = :paid", paid=paid) == [{"n": 3}]


def test_a_listing_carried_out_twice_reserves_once(
    machine: Machine, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = a_store(events_of(6))
    limited = {"CLASSIFIER": f"openai/{MODEL}", "OPENAI_BASE_URL": model.url, "LABEL_CHATS_A_DAY": "3"}
    invoke: Callable[[str, object], object] = machine.engine.lambdas.invoke

    def twice(function: str, payload: object) -> object:
        if function in LABELLING:
            invoke(function, payload)
        return invoke(function, payload)

    with machine.wildberries(store, limits=False), machine.settings(**limited):
        monkeypatch.setattr(machine.engine.lambdas, "invoke", twice)
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["chats_classified"], run["chats_over_budget"]) == ("success", 3, 0)
    assert (run["label_tokens_in"], len(model.requests)) == (TOKENS_IN, 2)


def test_a_page_that_could_not_be_labelled_says_why_and_spends_no_budget(machine: Machine, model: OpenAIServer) -> None:
    store = a_store(events_of(3))
    model.default = failure(401)
    with machine.wildberries(store, limits=False):
        run = machine.sync([store.id]).runs[store.id]
        model.reset()
        again = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["chats_classified"]) == ("partial", 0)
    assert run["error_message"] == (f"3 chats left unlabelled until the next run. {LABEL_STOPS['bad_key']}")
    assert (run["label_tokens_in"], run["label_cost_microusd"]) == (0, 0)
    assert (again["status"], again["chats_classified"]) == ("success", 3)
    assert rows("SELECT sum(chats) AS chats FROM label_pages") == [{"chats": 2}]  # the third has no words of a buyer


@pytest.mark.parametrize(
    ("form", "requests", "stop"),
    [
        ("empty", 3, "empty"),
        ("cut without a word", 3, "not_labels"),
        ("finish error", 3, "broken_off"),
        ("500", 3, "server_error"),
        ("503", 3, "overloaded"),
        ("429 quota", 1, "no_quota"),
    ],
)
def test_a_failure_of_the_models_server_is_no_label_and_the_next_run_asks_again(
    machine: Machine, model: OpenAIServer, form: str, requests: int, stop: str
) -> None:
    store = a_store(events_of(9))
    model.default = speaking(form, {})
    with machine.wildberries(store, limits=False):
        run = machine.sync([store.id]).runs[store.id]
        assert (run["status"], run["chats_classified"], run["labels_stopped"]) == ("partial", 0, LABEL_STOPS[stop])
        assert rows("SELECT DISTINCT tag FROM chats") == [{"tag": None}]
        assert len(model.requests) == requests, "of the function and of the state machine"
        model.reset()
        again = sync_again(machine, store.id, model).runs[store.id]
        assert (again["status"], again["chats_classified"], len(model.requests)) == ("success", 3, 1)
        assert sync_again(machine, store.id, model).called("classify_chats") == []
    assert model.requests == []


def test_a_server_that_fails_every_other_request_labels_all_chats(machine: Machine, model: OpenAIServer) -> None:
    store = a_store(events_of(63, chats=63), chats=63)
    model.default = EveryOther({})
    with machine.wildberries(store, limits=False):
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["chats_classified"]) == ("success", 63)
    assert rows("SELECT count(*) AS n FROM chats WHERE tag IS NULL OR tag = 'undefined'") == [{"n": silent()}]
    assert len(model.requests) <= 2 * 7 + 1  # two pages at once share the server's turns


def silent() -> int:
    """Return how many chats hold no word of a buyer: they abstain without being asked about."""
    spoken = "SELECT count(DISTINCT chat_id) AS n FROM chat_messages WHERE sender = 'client'"
    return 63 - int(rows(spoken)[0]["n"])


def test_a_chat_that_the_server_refuses_is_asked_about_in_a_few_runs_and_then_no_more(
    machine: Machine, model: OpenAIServer
) -> None:
    refused = "Слова, которых не любит фильтр"
    store = a_store([*events_of(3), an_event(30, chat=1, sender="client", text=refused)])
    model.default = lambda request: (
        failure(400, "content_filter")
        if any(refused in talk for talk in request.talks)
        else labels(*honest(request, {}))
    )
    with machine.wildberries(store, limits=False) as wb:
        runs = [sync_again(machine, store.id, model).runs[store.id] for _ in range(MOST_TRIES)]
        assert [run["status"] for run in runs] == ["partial"] * MOST_TRIES
        assert (runs[0]["chats_classified"], runs[0]["labels_stopped"]) == (2, LABEL_STOPS["unanswered"])
        assert runs[0]["error_message"].startswith("1 chats left unlabelled until the next run. ")
        quiet = sync_again(machine, store.id, model)
        assert (quiet.runs[store.id]["status"], quiet.runs[store.id]["chats_unanswered"]) == ("success", 1)
        assert (model.requests, quiet.called("classify_chats")) == ([], [])
        wb.add_event(store.id, an_event(40, chat=1, sender="client", text="И ещё слово"))
        assert sync_again(machine, store.id, model).runs[store.id]["chats_unanswered"] == 0
        assert model.requests
    assert rows("SELECT tag FROM chats WHERE id = '1:chat-1'") == [{"tag": None}]


def test_a_taxonomy_that_cannot_be_read_stops_the_labels_and_no_sync(machine: Machine) -> None:
    store = a_store(events_of(3))
    with machine.wildberries(store, limits=False), machine.settings(TAXONOMY_FILE="/none.toml"):
        synced = machine.sync([store.id])
    run = synced.runs[store.id]
    assert (run["status"], run["messages_added"], synced.called("classify_chats")) == ("partial", 3, [])
    assert "The taxonomy /none.toml cannot be used: it cannot be read" in run["error_message"]


def test_what_is_sent_names_no_client_and_no_chat(machine: Machine, model: OpenAIServer) -> None:
    said = [("client", "Где мой заказ? зульхиджа"), ("seller", "ответим зульхидже тохтарбай!")]
    name = "Зульхиджа Тохтарбай"  # no dictionary has it
    events: list[Event] = [
        an_event(number, sender=sender, text=text, client_name=name if sender == "client" else None)
        for number, (sender, text) in enumerate(said)
    ]
    store = a_store(events, chats=1)
    with machine.wildberries(store, limits=False):
        machine.sync([store.id])
    sent = str([request.body for request in model.requests]).casefold()
    assert model.requests
    assert "зульхидж" not in sent
    assert "тохтарбай" not in sent
    assert "1:chat-0" not in sent
