"""A person's label from the command line."""

import getpass

import pytest

from database.connection import transaction
from local import cli
from tests.support.given_rows import a_run, an_event, save
from tests.support.stored import rows

CHAT = "1:chat-0"


@pytest.fixture
def chat(emptied: str) -> None:
    """A chat of one store."""
    with transaction() as database:
        save(database, a_run(database), an_event(1))


@pytest.mark.usefixtures("chat")
def test_a_label_is_set_and_released(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["label", CHAT, "defect"]) == 0
    assert "1:chat-0 of shop is defect now" in capsys.readouterr().out
    assert rows("SELECT tag, tag_source FROM chats") == [{"tag": "defect", "tag_source": "person"}]
    assert cli.main(["label", CHAT, "--release", "--store", "shop"]) == 0
    assert "is released: the next run labels it" in capsys.readouterr().out
    assert rows("SELECT tag FROM chats") == [{"tag": None}]
    assert cli.main(["label", CHAT, "--release"]) == 1
    assert "has no label set by a person" in capsys.readouterr().out


@pytest.mark.usefixtures("chat")
def test_a_cause_is_set_beside_the_tag(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["label", CHAT, "thanks", "--cause", "late"]) == 0
    assert "1:chat-0 of shop is thanks (cause: late) now" in capsys.readouterr().out
    assert rows("SELECT tag, cause FROM chats") == [{"tag": "thanks", "cause": "late"}]


@pytest.mark.usefixtures("chat")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([CHAT, "брак"], "defect           Брак или поломка"),
        ([CHAT, "thanks", "--cause", "брак"], "late             Опоздание или потеря"),
        ([CHAT, "--cause", "late", "--release"], "A cause stands beside a tag: name the tag too."),
        ([CHAT], "Name a tag, or --release"),
        ([CHAT, "defect", "--release"], "Name a tag, or --release"),
    ],
)
def test_wrong_use_names_the_choices(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert cli.main(["label", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert rows("SELECT tag FROM chats") == [{"tag": None}]


@pytest.mark.usefixtures("chat")
def test_a_chat_that_no_store_has_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["label", "1:none", "defect"]) == 1
    assert "No store has a chat 1:none" in capsys.readouterr().err


@pytest.mark.usefixtures("chat")
def test_a_label_is_kept_with_the_name_of_the_login_that_set_it_and_released_it() -> None:
    assert cli.main(["label", CHAT, "defect"]) == 0
    assert rows("SELECT set_by, released_by FROM chat_labels") == [{"set_by": getpass.getuser(), "released_by": None}]
    assert cli.main(["label", CHAT, "--release"]) == 0
    assert rows("SELECT released_by FROM chat_labels") == [{"released_by": getpass.getuser()}]


@pytest.mark.usefixtures("chat")
def test_a_chat_of_two_stores_needs_its_store(capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as database:
        save(database, a_run(database, "other"), an_event(1), store="other")
    assert cli.main(["label", CHAT, "defect"]) == 1
    assert "Several stores have this chat: other, shop" in capsys.readouterr().err
    assert cli.main(["label", CHAT, "defect", "--store", "none"]) == 1
    assert "The store none has no chat 1:chat-0" in capsys.readouterr().err
    assert cli.main(["label", CHAT, "defect", "--store", "other"]) == 0
    assert rows("SELECT store_id, tag FROM chats ORDER BY store_id") == [
        {"store_id": "other", "tag": "defect"},
        {"store_id": "shop", "tag": None},
    ]
