"""Who labels: `sync --classifier`, with openai's own variables."""

from pathlib import Path

import pytest

from database.connection import transaction
from local.engine.clock import WallClock
from local.errors import UsageError
from local.simulator.model import World
from local.simulator.server import Simulator
from local.sync.labelling import BUDGETS, labelling
from tests.support.given import a_store, events_of
from tests.support.openai_server import OpenAIServer
from tests.support.program import run, stores_file
from tests.support.stored import rows

KEY = "sk-very-secret"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *BUDGETS,
        "OPENAI_API_KEY",
        "OPENAI_MODEL",
        "OPENAI_BASE_URL",
        "TAXONOMY_FILE",
        "PRICES_FILE",
        "AUTOMATIC_FILE",
    ):
        monkeypatch.delenv(name, raising=False)


def test_a_key_without_a_model_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(UsageError, match="OPENAI_MODEL is not set"):
        labelling("openai")


def test_variables_become_the_templates_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAXONOMY_FILE", "own.toml")
    monkeypatch.setenv("LABEL_CHATS_A_DAY", "7")
    assert labelling("none").parameters == {"TaxonomyFile": str(Path("own.toml").absolute()), "LabelChatsADay": "7"}


def test_a_sync_labels_at_the_server_that_the_variables_name(emptied: str, tmp_path: Path) -> None:
    store = a_store(events_of(6, chats=2), chats=2)
    arguments = ("sync", "--stores", stores_file(tmp_path, [store]), "--classifier", "openai")
    with (
        OpenAIServer() as server,
        Simulator(World((store,)), WallClock(), limits=False) as wb,
    ):
        openai = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "OPENAI_MODEL": "gpt-5-mini"}
        done = run(*arguments, environment={"WB_API_URL": wb.url, "DATABASE_URL": emptied, **openai})
    assert done.returncode == 0, done.stderr
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {KEY}"]
    assert [request.body["model"] for request in server.requests] == ["gpt-5-mini"]
    assert rows("SELECT DISTINCT labelled_by FROM chats") == [{"labelled_by": "openai/gpt-5-mini/prompt-1/taxonomy-2"}]
    assert "its labels took 120 tokens, $0.0001." in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_without_a_key_the_keywords_label_but_nothing_that_was_paid_for(emptied: str, tmp_path: Path) -> None:
    store = a_store(events_of(6, chats=2), chats=2)
    arguments = ("sync", "--stores", stores_file(tmp_path, [store]), "--classifier", "openai")
    with Simulator(World((store,)), WallClock(), limits=False) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied, "OPENAI_MODEL": "gpt-5-mini"}
        # Given a store that no model has labelled, when there is no key
        first = run(*arguments, environment=environment)
        # Then the keywords label it
        assert "OPENAI_API_KEY is not set, so the keywords label" in first.stdout + first.stderr
        assert rows("SELECT DISTINCT split_part(labelled_by, '/', 1) AS by FROM chats") == [{"by": "keywords"}]
        # And when a model has labelled one chat of it
        paid = "openai/gpt-5-mini/prompt-1/taxonomy-2"
        with transaction() as database:
            database.run("UPDATE chats SET labelled_by = :paid WHERE id = '1:chat-0'", paid=paid)
        second = run(*arguments, environment=environment)
    # Then no chat is labelled anew
    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    assert "OPENAI_API_KEY is not set, so no chat is labelled" in second.stdout + second.stderr
    assert rows("SELECT labelled_by FROM chats WHERE id = '1:chat-0'") == [{"labelled_by": paid}]
