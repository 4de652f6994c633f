"""The commands of a deployed stack: its own functions answer, each logged in as its own user.

Only CloudFormation and Lambda's Invoke are played, the latter by the local engine, under AWS's own runtime client.
"""

import getpass
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from chatsync.errors import DatabaseRefusedError, DatabaseUnavailableError, EventInvalidError
from chatsync.people_tasks import ListedProblems
from database import problems, reconciliation, run_ends, stores
from database.connection import Database, read_address, transaction
from database.problems import EVENT, GAP, LIST, Problem
from database.quarantine import quarantine_events
from database.stretches import open_stretches
from functions.read_data import app as read_data
from local import cli
from reading.answers import MOST_LISTED
from tests.deploy.stack_outputs import OUTPUTS
from tests.deploy.test_prepare_database import Context
from tests.support.given_rows import AT, a_chat, a_run, an_event, save, save_list
from tests.support.machine import Machine
from tests.support.project import own_copy
from tests.support.stored import rows

STACK = ["--stack", "chats"]
OPEN = "SELECT kind FROM problems WHERE closed_at IS NULL ORDER BY id"
START_SHOP = """`make start INPUT='{"store_ids": ["shop"], "full": true}' STACK=chats`"""
STRETCH = {"after": AT, "until": AT + 9000, "announced": 9, "held": 8, "fragments": []}
HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil\u2066 \r\nforged\u2028end"
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MOST_BYTES = 6 * 1024 * 1024  # of an answer of Lambda's
LONGEST_SUBJECT = "\U0001f600" * 194  # with six digits behind it, of the 200 characters that an id may have


class Aws:
    """CloudFormation and Lambda as the commands see them."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.asked: list[dict[str, Any]] = []

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert StackName == "chats"
        return {"Stacks": [{"Outputs": OUTPUTS}]}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.asked.append(json.loads(Payload))
        done = self._machine.engine.lambdas.invoke(FunctionName, self.asked[-1])
        failed = {"FunctionError": "Unhandled"} if done.failed else {}
        return {"Payload": io.BytesIO(json.dumps(done.payload).encode()), **failed}


@pytest.fixture
def aws(machine: Machine, reader_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """The stack `chats`, with nothing in its database; who reads has the login that may read only."""
    client: Any = boto3.client
    played = Aws(machine)
    chosen = {"cloudformation": played, "lambda": played}
    monkeypatch.setattr(boto3, "client", lambda name, **options: chosen.get(name) or client(name, **options))
    with machine.engine.lambdas.changed_environment(("read_data",), {"DATABASE_URL": reader_url}):
        yield played


Say = Callable[..., str]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command and returns what it printed."""

    def run(*words: str, exit_code: int = 0) -> str:
        assert cli.main(list(words)) == exit_code
        printed = capsys.readouterr()
        return printed.err if exit_code and printed.err else printed.out

    return run


@pytest.fixture
def run(aws: Aws) -> int:
    """A run of the store shop that ended with a problem of each kind."""
    with transaction() as database:
        run = a_run(database)
        save(database, run, an_event(1), an_event(2, chatID=None))
        save_list(database, a_chat(0, newest=5))
        open_stretches(database, "shop", run, [STRETCH])
        problems.save_list_problem(database, "shop", run, "2 of 3 entries of WB's list could not be read.")
        reconciliation.close_run(database, "shop", run)
    return run


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("words", [["problems"], ["problems", "--store", "shop"], ["status"], ["status", "--gaps"]])
def test_a_stack_is_shown_as_this_machine_is(say: Say, words: list[str]) -> None:
    here, there = say(*words), say(*words, *STACK)
    assert "shop" in there
    there = there.replace(" --stack chats`", "`")
    assert there.replace(START_SHOP, "`./chats sync --store shop --full` (with your --stores file)") == here


@pytest.mark.usefixtures("run")
def test_what_is_to_do_next_is_named_for_the_stack(say: Say) -> None:
    assert "`./chats problems --retry --stack chats` tries at once" in say("problems", *STACK)
    assert "4 problems open: `./chats problems --stack chats` says what is missing" in say("status", *STACK)


@pytest.mark.usefixtures("aws")
def test_a_red_store_says_why_however_many_others_ran_since(say: Say) -> None:
    with transaction() as database:
        for number in range(12):
            a_run(database, f"store-{number}", f"execution-{number}")
            run_ends.fail_run(database, f"store-{number}", f"execution-{number}", "StoreError", f"Sentence {number}.")
    said = say("status", *STACK)
    for number in range(12):
        assert said.count(f", store-{number}: Sentence {number}.") == 1


@pytest.mark.usefixtures("aws")
def test_an_empty_stack_says_how_a_store_is_added(say: Say) -> None:
    assert "`./chats store add ID --name TEXT --stack chats`" in say("status", *STACK, exit_code=1)
    assert "No open problems" in say("problems", *STACK)
    assert "No gaps" in say("status", "--gaps", *STACK)


@pytest.mark.usefixtures("run")
def test_an_unknown_store_is_named(machine: Machine, say: Say) -> None:
    assert say("problems", "--store", "none", *STACK, exit_code=1).startswith("error: No such store: none.")
    done = machine.engine.lambdas.invoke("change_data", {"word": "retry_problems", "store_ids": ["none", "shop"]})
    assert refused(done).startswith("StoreUnknownError: No such store: none.")


def test_a_retry_stores_what_can_be_and_names_the_sync_that_does_the_rest(say: Say, run: int) -> None:
    raw = json.dumps(an_event(5))
    with transaction() as database:
        quarantine_events(database, "shop", run, [{"id": "event-5", "reason": "an older program's", "raw": raw}])
        problems.open_problems(database, "shop", run, [Problem(EVENT, "event-5")])
        database.run("UPDATE problems SET tries = 3 WHERE kind = 'stretch'")
        stores.register(database, "other", "ИП Другой", active=True)
    said = say("problems", "--retry", *STACK)
    start = """`make start INPUT='{"store_ids": ["shop"]}' STACK=chats`"""
    assert f"shop: 2 problems solved. {start} reads 1 stretch of WB's events again." in said
    assert "other" not in said
    assert "3 open problems" in said
    assert [row["kind"] for row in rows(OPEN)] == ["event", "stretch", "list"]
    assert rows("SELECT tries FROM problems WHERE kind = 'stretch'") == [{"tries": 0}]


def test_a_problem_is_dismissed_and_the_reason_is_in_no_log(say: Say, run: int) -> None:
    number = rows("SELECT id FROM problems WHERE kind = 'stretch'")[0]["id"]
    dismiss = ["problems", "--dismiss", str(number), "--reason", " WB lost it: канарейка ", *STACK]
    assert f"Problem {number} is dismissed" in say(*dismiss)
    kept = rows("SELECT closed_as, closed_by, reason FROM problems WHERE id = :id", id=number)
    assert kept == [{"closed_as": "dismissed", "closed_by": getpass.getuser(), "reason": "WB lost it: канарейка"}]
    assert f"error: No open problem has the id {number}" in say(*dismiss, exit_code=1)
    written = log("change_data")
    assert '"word":"dismiss_problem"' in written
    assert f'"changed":{{"id":{number}}}' in written
    assert "lost it" not in written
    assert "канарейка" not in written


def log(function: str) -> str:
    """Return what a function of the engine has logged, its escapes read."""
    text = (own_copy() / ".local" / "logs" / f"{function}.log").read_text(encoding="utf-8")
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_reason_is_asked_of_those_who_invoke_the_function_by_hand_too(
    machine: Machine, run: int, reason: str
) -> None:
    event = {"word": "dismiss_problem", "id": 1, "reason": reason, "by": "me"}
    done = machine.engine.lambdas.invoke("change_data", event)
    assert refused(done) == "EventInvalidError: The field 'reason' must have 1 to 1000 characters."
    assert len(rows(OPEN)) == 4


def refused(done: Any) -> str:
    assert done.failed
    return f"{done.payload['errorType']}: {done.payload['errorMessage']}"


@pytest.mark.parametrize("function", ["read_data", "change_data"])
@pytest.mark.parametrize("event", [{}, {"word": None}, {"word": ["add"]}, {"word": "Где мой заказ?"}])
def test_an_unknown_word_is_refused_and_not_quoted(machine: Machine, function: str, event: dict[str, Any]) -> None:
    said = refused(machine.engine.lambdas.invoke(function, event))
    known = {
        "read_data": "estimate_labels, problems, status, gaps, chat, sql",
        "change_data": "add, resume, pause, remove, token",
    }
    assert said.startswith(f"EventInvalidError: The event's field 'word' must be one of: {known[function]}")
    assert "заказ" not in said


@pytest.mark.parametrize("event", [{"word": "problems", "store_ids": "shop"}, {"word": "problems", "store_ids": [5]}])
def test_a_field_of_another_type_is_refused(machine: Machine, event: dict[str, Any]) -> None:
    assert "EventInvalidError: The field 'store_ids' of ListProblems" in refused(
        machine.engine.lambdas.invoke("read_data", event)
    )


def test_no_store_is_not_all_stores(machine: Machine, run: int) -> None:
    none = machine.engine.lambdas.invoke("read_data", {"word": "problems", "store_ids": []})
    assert none.payload == {"problems": [], "total": 0}
    retried = machine.engine.lambdas.invoke("change_data", {"word": "retry_problems", "store_ids": []})
    assert retried.payload == {"stores": []}


def test_the_function_that_reads_cannot_write(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(database: Database, event: Any) -> ListedProblems:
        stores.register(database, "shop", "ИП Проба", active=True)
        return ListedProblems([], 0)

    monkeypatch.setitem(read_data.WORDS, "problems", write)
    with pytest.raises(DatabaseUnavailableError, match="25006"):  # read_only_sql_transaction
        read_data.handler({"word": "problems"}, Context())
    with pytest.raises(EventInvalidError):
        read_data.handler({"word": "add"}, Context())
    assert rows("SELECT id FROM stores") == []


def test_only_chat_and_sql_hold_a_buyers_words_and_no_log_does(machine: Machine, run: int) -> None:
    words = "Канарейка просит возврат"
    spoken: dict[str, Any] = {"message": {"text": words}, "clientName": words}
    with transaction() as database:
        save(database, run, an_event(7, chat=7, **spoken), an_event(8, chatID=None, **spoken))
        save_list(database, a_chat(7, newest=9, clientName=words))
        problems.open_gaps(database, "shop", run)
    for word in ("estimate_labels", "problems", "status", "gaps"):
        done = machine.engine.lambdas.invoke("read_data", {"word": word})
        assert not done.failed
        assert "shop" in json.dumps(done.payload)
        assert words not in json.dumps(done.payload, ensure_ascii=False)
    asked = [{"word": "chat", "id": "1:chat-7"}, {"word": "sql", "query": f"SELECT text, '{words}' FROM chat_messages"}]
    for event in asked:
        answer = machine.engine.lambdas.invoke("read_data", event)
        assert words in json.dumps(answer.payload, ensure_ascii=False)
    query = "SELECT text::integer FROM chat_messages WHERE chat_id = '1:chat-7'"
    answer = machine.engine.lambdas.invoke("read_data", {"word": "sql", "query": query})
    assert not answer.failed
    assert words in json.dumps(answer.payload, ensure_ascii=False)
    machine.engine.lambdas.invoke("change_data", {"word": "retry_problems"})
    assert words not in log("read_data") + log("change_data")


@pytest.mark.usefixtures("aws")
def test_hostile_words_are_shown_and_not_obeyed(say: Say) -> None:
    with transaction() as database:
        run = a_run(database, HOSTILE)
        stores.register(database, HOSTILE, HOSTILE, active=True)
        stores.save_token_facts(database, HOSTILE, stores.StoreToken(None, HOSTILE, None))
        met = [Problem(kind, HOSTILE, {"reason": HOSTILE, "sentence": HOSTILE}) for kind in (EVENT, GAP, LIST, "other")]
        problems.open_problems(database, HOSTILE, run, met)
        problems.open_problems(database, HOSTILE, run, [Problem("stretch", "5", {"held": HOSTILE, "announced": 9})])
        save_list(database, a_chat(0, newest=9, chatID=HOSTILE, clientName=HOSTILE), store=HOSTILE, run=run)
        database.run("UPDATE sync_logs SET status = 'error', error_message = :words", words=HOSTILE)
    for stack in ([], STACK):
        for words in (["problems", "--retry"], ["problems", "--store", HOSTILE], ["status"], ["status", "--gaps"]):
            said = say(*words, *stack)
            assert "evil" in said
            assert COMMANDS.findall(said) == []
        assert COMMANDS.findall(say("problems", "--store", HOSTILE + "!", *stack, exit_code=1)) == []
    assert say("problems", "--store", HOSTILE + "!", *STACK, exit_code=1).count("\n") == 1


def test_a_hundred_thousand_problems_are_listed_within_lambdas_limit(machine: Machine, aws: Aws, say: Say) -> None:
    with transaction() as database:
        run = a_run(database)
        database.run(
            """
            INSERT INTO problems (store_id, kind, subject, details, run_id)
            SELECT 'shop', 'event', :longest || lpad(n::text, 6, '0'), '{"reason": "the event has no chatID"}',
                   CAST(:run AS bigint)
            FROM generate_series(1, 100000) AS n
            """,
            longest=LONGEST_SUBJECT,
            run=run,
        )
    answer = machine.engine.lambdas.invoke("read_data", {"word": "problems"}).payload
    assert isinstance(answer, dict)
    assert answer["total"] == 100_000
    assert [problem["id"] for problem in answer["problems"]] == list(range(100_000, 100_000 - MOST_LISTED, -1))
    assert len(json.dumps(answer)) < MOST_BYTES  # escaped, as the longest of Lambda's runtimes writes it
    said = say("problems", *STACK)
    assert "100000 open problems" in said
    assert f"Older ones that are not listed: {100_000 - MOST_LISTED}. --store ID" in said


def test_stores_and_gaps_are_bounded_too(machine: Machine, aws: Aws, say: Say) -> None:
    with transaction() as database:
        run = a_run(database)
        many = "FROM generate_series(1, 1500) AS n"
        database.run(f"INSERT INTO stores (id, name) SELECT 'store-' || n, 'ИП Проба' {many}")
        save_list(database, *(a_chat(number, newest=number) for number in range(1, 1501)), run=run)
    assert "Stores that are not listed: 501." in say("status", *STACK)
    said = say("status", "--gaps", *STACK)
    assert "1500 chats have a newer message at WB" in said
    assert "1:chat-1500" in said
    assert "1:chat-500 " not in said
    assert "Older ones that are not listed: 500." in said


class FailingAws(Aws):
    """Answers as Lambda does for a function that ran into its time-out."""

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        failure = {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: 1 Error: \x1b[2J timed out"}
        return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(failure).encode())}


def test_another_failure_names_the_log_that_says_why(
    machine: Machine, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto3, "client", lambda name, **options: FailingAws(machine))
    said = say("problems", "--retry", *STACK, exit_code=1)
    log_of = "`make logs FN=ChangeDataFunction STACK=chats`"
    assert said == f"error: ChangeDataFunction failed (Sandbox.Timedout). Its log says why: {log_of}.\n"


def test_a_conversation_is_whole_in_however_many_answers_it_comes(aws: Aws, say: Say) -> None:
    with transaction() as database:
        run = a_run(database)
        said = {"text": "я" * 2000}
        save(database, run, *(an_event(number, message=said) for number in range(1100)))
        save(database, a_run(database, "other", "execution-2"), an_event(1), store="other")
    shown = say("chat", "1:chat-0", *STACK)
    assert shown.count("я" * 2000) == 1100
    assert "· 1100 messages" in shown
    assert "· 1 message\n" in shown
    assert len([event for event in aws.asked if event["word"] == "chat"]) > len(("first", "second"))
    assert shown == say("chat", "1:chat-0")


def test_each_part_of_a_conversation_fits_into_lambdas_answer(machine: Machine, aws: Aws) -> None:
    with transaction() as database:
        run = a_run(database)
        texts = ["😀" * 1_000_000, *["\x01я" * 100_000] * 9]
        save(database, run, *(an_event(number, message={"text": text}) for number, text in enumerate(texts)))
    before: list[str] | None = None
    seen: list[str] = []
    while before or not seen:
        event = {"word": "chat", "id": "1:chat-0", "store_id": "shop", "before": before}
        answer = machine.engine.lambdas.invoke("read_data", event).payload
        assert isinstance(answer, dict)
        assert len(json.dumps(answer)) < MOST_BYTES
        seen = [message["id"] for message in answer["chats"][0]["messages"]] + seen
        before = answer["chats"][0]["older"]
    assert seen == [f"event-{number}" for number in range(10)]


def test_a_chat_that_no_store_has_suggests_others(run: int, say: Say) -> None:
    here = say("chat", "1:none", exit_code=1)
    assert "No chat 1:none is stored" in here
    assert "1:chat-0" in here
    assert say("chat", "1:none", *STACK, exit_code=1) == here


def test_a_label_is_set_and_released_in_a_stack_by_who_says_so(run: int, say: Say) -> None:
    assert "1:chat-0 of shop is defect (cause: late) now" in say(
        "label", "1:chat-0", "defect", "--cause", "late", *STACK
    )
    kept = "SELECT tag, cause, source, set_by, released_by FROM chat_labels"
    label = {"tag": "defect", "cause": "late", "source": "person", "set_by": getpass.getuser(), "released_by": None}
    assert rows(kept) == [label]
    assert rows("SELECT tag FROM chats") == [{"tag": "defect"}]
    assert f'"by_unverified":"{getpass.getuser()}"' in log("change_data")
    assert "is released" in say("label", "1:chat-0", "--release", *STACK)
    assert rows(kept) == [label | {"released_by": getpass.getuser()}]
    assert "has no label set by a person" in say("label", "1:chat-0", "--release", *STACK, exit_code=1)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1:chat-0", "nosuch"], "No such tag: nosuch. Take one of: delivery, "),
        (["1:chat-0", "defect", "--cause", "nosuch"], "No such cause: nosuch. Take one of: "),
        (["1:none", "defect"], "No store has a chat 1:none."),
        (["1:chat-0", "defect", "--store", "none"], "The store none has no chat 1:chat-0."),
    ],
)
def test_a_stack_judges_labels_by_its_own_tags(say: Say, words: list[str], said: str) -> None:
    assert said in say("label", *words, *STACK, exit_code=1)


@pytest.mark.parametrize("by", ["", "x" * 201])
def test_who_labels_must_be_told_by_those_who_invoke_the_function_by_hand_too(
    machine: Machine, run: int, by: str
) -> None:
    event = {"word": "set_label", "chat_id": "1:chat-0", "tag": "defect", "by": by}
    done = machine.engine.lambdas.invoke("change_data", event)
    assert refused(done) == "EventInvalidError: The field 'by' must have 1 to 200 characters."


def test_a_store_of_a_stack_is_released(aws: Aws, say: Say) -> None:
    with transaction() as database:
        a_run(database)
        database.run(
            "INSERT INTO rate_limits (seller_key, method, ready_at) VALUES ('shop', 'chats', now() + interval '1 hour')"
        )
    assert "shop: its run was closed" in say("release", "shop", *STACK)
    assert rows("SELECT status FROM sync_logs") == [{"status": "error"}]
    assert "shop: no run was active; no limit was remembered." in say("release", "shop", *STACK, exit_code=1)


def test_a_query_is_answered_by_a_stack_as_by_this_machine(run: int, say: Say) -> None:
    for form in ([], ["--csv"], ["--json"]):
        query = ["sql", *form, "SELECT id, text, raw, sent_at FROM chat_messages"]
        assert say(*query, *STACK) == say(*query)
        assert "Сообщение 1" in say(*query, *STACK)
    assert 'column "nme" does not exist' in say("sql", "SELECT nme FROM stores", *STACK, exit_code=2)
    assert "cannot open DO query as cursor" in say("sql", "DO $$ BEGIN END $$", *STACK, exit_code=2)


def test_the_login_that_reads_can_write_nothing_even_without_its_read_only_transaction(
    emptied: str, reader_url: str
) -> None:
    for statement in ("DELETE FROM stores", "INSERT INTO stores (id, name) VALUES ('a', 'b')", "CREATE TABLE a ()"):
        with pytest.raises(DatabaseRefusedError, match="42501"), transaction(read_address(reader_url)) as database:
            database.run(statement)
