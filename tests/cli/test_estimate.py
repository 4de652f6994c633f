"""The estimate: what the next labels would cost, told without sending or changing anything."""

import pytest

from database.connection import transaction
from local import cli
from tests.support.given_rows import a_run, an_event, row_versions, save
from tests.support.stored import rows

TABLES = ("chats", "stores", "sync_logs")


@pytest.fixture
def chats(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stores with three chats each, one of them without words of the buyer."""
    for name in ("OPENAI_MODEL", "LABEL_CHATS_A_DAY"):
        monkeypatch.delenv(name, raising=False)
    with transaction() as database:
        for store in ("a", "b"):
            events = [an_event(0, chat=0), an_event(1, chat=1), an_event(2, chat=2, sender="seller")]
            save(database, a_run(database, store, f"execution-{store}"), *events, store=store)


def words(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("chats")
def test_chats_tokens_and_price_of_each_store_and_of_all_are_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "gpt-5-mini")
    with transaction() as database:
        before = row_versions(database, *TABLES)
    assert cli.main(["estimate", "--classifier", "openai"]) == 0
    said = words(capsys)
    figures = [said.partition(f" {name} ")[2].split()[:6] for name in ("a", "b", "all")]
    assert figures[0] == figures[1]
    chats, sent, into, out, price, left = figures[2]
    assert (chats, sent, left) == ("6", "4", "0")
    tokens_in, tokens_out = (int(number.replace(",", "")) for number in (into, out))
    assert price == f"${(tokens_in * 0.25 + tokens_out * 2) / 1_000_000:.4f}"
    assert "labelled by openai/gpt-5-mini" in said
    assert "$0.25 and $2.0 a million tokens in and out, as of 20" in said
    with transaction() as database:
        assert row_versions(database, *TABLES) == before


@pytest.mark.usefixtures("chats")
def test_what_a_new_version_takes_is_said_before_anything_is_sent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "gpt-5-mini")
    with transaction() as database:
        database.run(
            "UPDATE chats SET tag = 'other', tag_source = 'model', labelled_messages = messages_total,"
            " labelled_by = 'openai/gpt-5-mini/prompt-1/taxonomy-1' WHERE store_id = 'a'"
        )
    assert cli.main(["estimate", "--classifier", "openai"]) == 0
    said = words(capsys)
    assert "a: 3 chats have a label by another model, prompt or taxonomy. Labelling all of them again takes" in said
    assert "b: 3 chats have" not in said


@pytest.mark.usefixtures("chats")
def test_one_store_at_an_unknown_price_within_a_budget(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "of-tomorrow")
    monkeypatch.setenv("LABEL_CHATS_A_DAY", "1")
    assert cli.main(["estimate", "--classifier", "openai", "--store", "b"]) == 0
    said = words(capsys)
    assert said.partition(" b ")[2].split()[:2] == ["2", "1"]
    assert " ? 1 " in said
    assert "Price: not known for this model" in said
    assert "b: 1 chats wait for a next run" in said


@pytest.mark.usefixtures("chats")
def test_what_one_store_takes_of_a_day_is_left_to_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "gpt-5-mini")
    monkeypatch.setenv("LABEL_CHATS_A_DAY", "3")
    assert cli.main(["estimate", "--classifier", "openai"]) == 0
    said = words(capsys)
    assert [said.partition(f" {name} ")[2].split()[1] for name in ("a", "b", "all")] == ["2", "1", "3"]


@pytest.mark.usefixtures("chats")
def test_keywords_cost_nothing_and_what_is_labelled_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as database:
        database.run("UPDATE chats SET tag_source = 'person' WHERE id = '1:chat-0'")
    assert cli.main(["estimate"]) == 0
    said = words(capsys)
    assert said.partition(" all ")[2].split()[:6] == ["4", "0", "0", "0", "$0.0000", "0"]
    assert "cost nothing" in said
    assert rows("SELECT count(*) AS n FROM label_pages") == [{"n": 0}]


@pytest.mark.usefixtures("chats")
def test_wrong_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["estimate", "--store", "c"]) == 2
    assert "No store c is stored. There are: a, b." in capsys.readouterr().err
    assert cli.main(["estimate", "--classifier", "openai"]) == 2
    assert "OPENAI_MODEL is not set" in capsys.readouterr().err


def test_an_empty_database_has_nothing_to_estimate(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["estimate"]) == 1
    assert "No store was synced yet" in capsys.readouterr().out
