"""What is missing, on the command line: listed, tried again, dismissed for a reason."""

import getpass
import json
import re
from collections.abc import Iterator

import pytest

from database import problems, reconciliation, stores
from database.connection import transaction
from database.quarantine import quarantine_events
from database.stretches import open_stretches
from local import cli
from tests.support.given_rows import AT, a_chat, a_run, an_event, save, save_list
from tests.support.stored import rows

OPEN = "SELECT store_id, kind, subject FROM problems WHERE closed_at IS NULL ORDER BY id"
STRETCH = {"after": AT, "until": AT + 9000, "announced": 9, "held": 8, "fragments": []}


@pytest.fixture
def run(emptied: str) -> Iterator[int]:
    """A run of the store shop that ended with a problem of each kind."""
    with transaction() as database:
        run = a_run(database)
        save(database, run, an_event(1), an_event(2, chatID=None))
        save_list(database, a_chat(0, newest=5))
        open_stretches(database, "shop", run, [STRETCH])
        problems.save_list_problem(database, "shop", run, "2 of 3 entries of WB's list could not be read.")
        reconciliation.close_run(database, "shop", run)
    yield run


@pytest.mark.usefixtures("run")
def test_each_problem_says_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["problems"]) == 0
    said = capsys.readouterr().out
    for words in (
        "4 open problems",
        "event not stored",
        "the event has no chatID",
        "events missing",
        "8 of 9 announced events, from 0",
        "newest message missing",
        "chat 1:chat-0: at WB one of 0",
        "2 of 3 entries of WB's list could not be read.",
        "--dismiss ID --reason TEXT",
        "`./chats sync --store shop --full`",
    ):
        assert words in said.replace("\n", " ")


def test_a_store_is_chosen_and_an_unknown_one_refused(run: int, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as database:
        stores.register(database, "other", "ИП Другой", active=True)
    assert cli.main(["problems", "--store", "other"]) == 0
    assert "No open problems" in capsys.readouterr().out
    assert cli.main(["problems", "--store", "shop"]) == 0
    assert "4 open problems" in capsys.readouterr().out
    assert cli.main(["problems", "--store", "none"]) == 1
    assert "No such store: none" in capsys.readouterr().err


@pytest.mark.usefixtures("run")
def test_status_counts_what_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"shop .* 4\s*$", said, re.M)
    assert "4 problems open: `./chats problems`" in said


def test_a_dismissed_problem_keeps_who_and_why(run: int, capsys: pytest.CaptureFixture[str]) -> None:
    number = rows("SELECT id FROM problems WHERE kind = 'stretch'")[0]["id"]
    assert cli.main(["problems", "--dismiss", str(number), "--reason", " WB lost it "]) == 0
    assert f"Problem {number} is dismissed" in capsys.readouterr().out
    kept = rows("SELECT closed_as, closed_by, reason FROM problems WHERE id = :id", id=number)
    assert kept == [{"closed_as": "dismissed", "closed_by": getpass.getuser(), "reason": "WB lost it"}]
    assert cli.main(["problems", "--dismiss", str(number), "--reason", "again"]) == 1
    assert f"No open problem has the id {number}" in capsys.readouterr().err


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--dismiss", "1"], "Give a --reason"),
        (["--dismiss", "1", "--reason", "  "], "Give a --reason"),
        (["--dismiss", "1", "--reason", "x" * 1001], "Make it shorter"),
        (["--dismiss", "1", "--reason", "x", "--store", "shop"], "leave --store out"),
        (["--reason", "x"], "--reason belongs to --dismiss"),
    ],
)
def test_wrong_use_closes_nothing(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["problems", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert len(rows(OPEN)) == 4


def test_a_retry_stores_what_todays_code_can_and_lets_stretches_be_read_again(
    run: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as database:
        quarantine_events(
            database, "shop", run, [{"id": "event-5", "reason": "an older program's", "raw": json.dumps(an_event(5))}]
        )
        problems.open_problems(database, "shop", run, [problems.Problem(problems.EVENT, "event-5")])
        database.run("UPDATE problems SET tries = 3 WHERE kind = 'stretch'")
    assert cli.main(["problems", "--retry", "--store", "shop"]) == 0
    said = capsys.readouterr().out
    assert "shop: 2 problems solved. `./chats sync --store shop`" in said  # its gap was that event
    assert "reads 1 stretch of WB's events again" in said
    assert [row["kind"] for row in rows(OPEN)] == ["event", "stretch", "list"]
    assert rows("SELECT tries FROM problems WHERE kind = 'stretch'") == [{"tries": 0}]
    assert rows("SELECT id FROM chat_messages ORDER BY id") == [{"id": "event-1"}, {"id": "event-5"}]
