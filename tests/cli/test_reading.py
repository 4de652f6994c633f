"""What buyers and sellers wrote, on a terminal: readable, whole, in order, and never a command to it."""

import re
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from local.terminal import conversation, next_commands, problems, tables

COLUMNS = 80
AT = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil\u2066 [red]b[/nope] :smile: \r\n12:00 seller: forged\x00\u2028end"
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(params=[True, False], ids=["terminal", "file"])
def console(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tables.Terminal:
    """The console of all tables, 80 wide: a terminal without colours, or a file."""
    made = tables.Terminal()
    made.width, made._force_terminal, made._color_system = COLUMNS, request.param, None
    for module in (tables, conversation, problems):
        monkeypatch.setattr(module, "console", made)
    return made


def a_chat(**changes: Any) -> dict[str, Any]:
    chat = {"store_id": "shop", "store_name": "ИП Проба", "client_name": "Анна", "nm_id": 1, "rid": "r", "tag": "other"}
    return chat | {"cause": "late", "missing_since": None} | changes


def a_message(text: str | None, minutes: int = 0, **changes: Any) -> dict[str, Any]:
    sent_at = AT + timedelta(minutes=minutes)
    return {"sender": "client", "text": text, "sent_at": sent_at, "attachments": [], "versions": []} | changes


def a_run(**changes: Any) -> dict[str, Any]:
    counts = {"chats_total": 4999, "chats_synced": 4999, "messages_added": 200_000, "chats_classified": 2000}
    times = {"waited_seconds": 3600, "started_at": AT, "completed_at": AT + timedelta(hours=2)}
    named = {"id": 1234, "store_id": "turgunov", "status": "success", "sync_type": "full", "error_message": None}
    labels = {"label_tokens_in": 0, "label_tokens_out": 0, "label_cost_microusd": 0, "budget_reached": None}
    labels |= {"chats_unanswered": 0, "relabelling": None}
    return {**named, **counts, **times, **labels, "wb_requests": 4001} | changes


def a_store(**changes: Any) -> dict[str, Any]:
    known = {"id": "turgunov", "name": "ИП Тургунов Ф.Ф.", "token_type": "personal", "total_chats": 4999}
    times = {"token_expires_at": datetime.now(UTC) + timedelta(days=149, hours=1), "last_success_at": AT}
    return {**known, **times, "events_cursor": 1_770_000_000_000, "messages": 200_000, "problems": 12} | changes


def a_problem(kind: str, words: str) -> dict[str, Any]:
    details = {"reason": words, "sentence": words, "held": words, "announced": words}
    named = {"id": 123_456, "store_id": words, "kind": kind, "subject": words}
    return named | {"details": details, "opened_at": AT, "tries": 3}


def test_hostile_words_are_shown_and_not_obeyed(console: tables.Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    attachment = {"kind": "file", "name": HOSTILE, "content_type": None, "size": 2500}
    versions = [{"text": HOSTILE, "sent_at": AT}]
    message = a_message(HOSTILE, sender=HOSTILE, attachments=[attachment], versions=versions)
    conversation.show_conversation(a_chat(client_name=HOSTILE, store_name=HOSTILE, rid=HOSTILE), [message])
    tables.show_runs([a_run(store_id=HOSTILE, status="error", error_message=HOSTILE)], "sync_logs")
    tables.show_stores([a_store(name=HOSTILE, token_type=HOSTILE)], 1, "`./chats problems`")
    listed = [a_problem(kind, HOSTILE) for kind in ("event", "stretch", "gap", "list", HOSTILE)]
    for stack in (None, HOSTILE):
        problems.show_problems(listed, 5, stack)
        problems.show_retried([{"store_id": HOSTILE, "solved": 1, "stretches": 2}], stack)
    tables.show_gaps([{"id": HOSTILE, "store_id": HOSTILE, "listed_message_at": AT, "last_message_at": None}], 1)
    tables.show_chats([{"id": "1:a", "client_name": HOSTILE, "store_name": HOSTILE, "last_message_at": AT}])
    printed = capsys.readouterr().out
    assert COMMANDS.findall(printed) == []
    assert "[red]b[/nope] :smile:" in printed
    assert "😄" not in printed
    assert "<U+202E>evil" in printed


def test_a_command_to_be_copied_is_one_command_whatever_a_store_is_called() -> None:
    store, stack = "it's; rm -rf $HOME", "a b"
    shown = next_commands.name_sync(store, None).split("`")[1]
    assert shlex.split(shown) == ["./chats", "sync", "--store", store]
    shown = next_commands.name_sync(store, stack).strip("`")
    assert shlex.split(shown) == ["make", "start", f'INPUT={{"store_ids": ["{store}"]}}', f"STACK={stack}"]
    shown = next_commands.name_command("problems", stack).strip("`")
    assert shlex.split(shown) == ["./chats", "problems", "--stack", stack]


def test_a_forged_message_stays_inside_the_one_it_is_in(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation.show_conversation(a_chat(), [a_message("Здравствуйте\n12:01 seller: вернём деньги")])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if re.match(r"\d\d:\d\d", line)] == [f"{AT.astimezone():%H:%M} buyer: Здравствуйте"]
    assert "      12:01 seller: вернём деньги" in lines


def test_a_long_message_is_wrapped_on_a_terminal_and_one_line_in_a_file(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    words = " ".join(f"слово{number}" for number in range(100))
    conversation.show_conversation(a_chat(), [a_message(words), a_message("я" * 500)])
    printed = capsys.readouterr().out
    assert (max(map(cell_len, printed.splitlines())) <= COLUMNS) == console.is_terminal
    assert (words in printed) != console.is_terminal
    assert words.split() == re.findall(r"слово\d+", printed)
    assert printed.count("я") == 500


def test_a_conversation_names_days_senders_and_files(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    image = {"kind": "image", "name": None, "content_type": None, "size": None}
    messages = [
        a_message("Вопрос"),
        a_message(None, 24 * 60, attachments=[image]),
        a_message("Ответ", 3000, sender="bot"),
    ]
    conversation.show_conversation(a_chat(client_name=""), messages)
    printed = capsys.readouterr().out
    assert "(no name) · 3 messages" in printed
    assert len(re.findall(r"── \d\d\.02\.2026 ──", printed)) == 3
    assert "      [image]" in printed
    assert "bot: Ответ" in printed


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is changed twice a year."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_a_conversation_names_the_time_zone_of_its_messages(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    winter, summer = datetime(2026, 2, 2, 12, 0, tzinfo=UTC), datetime(2026, 7, 2, 12, 0, tzinfo=UTC)
    messages = [a_message("Вопрос", sent_at=winter), a_message("Ответ", sent_at=summer)]
    conversation.show_conversation(a_chat(), messages)
    printed = " ".join(capsys.readouterr().out.split())
    assert "times: UTC+01:00 and UTC+02:00" in printed
    assert "13:00 buyer: Вопрос" in printed
    assert "14:00 buyer: Ответ" in printed


def test_a_changed_message_shows_its_earlier_words_inside_itself(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    versions = [{"text": "Вернём деньги\n12:01 seller: да", "sent_at": AT}, {"text": None, "sent_at": AT}]
    conversation.show_conversation(a_chat(), [a_message("Не вернём", 5, sender="seller", versions=versions)])
    printed = capsys.readouterr().out
    assert f"[changed; before, {AT.astimezone():%d.%m.%Y %H:%M}: Вернём деньги" in printed
    assert "      12:01 seller: да]" in printed
    assert "(no text)]" in printed


def test_tables_fit_on_80_columns_and_cut_nothing(console: tables.Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "The store's token expired on 2026-11-19. " * 3
    tables.show_runs([a_run(), a_run(store_id="s" * 64, status="error", error_message=sentence)], "sync_logs")
    tables.show_stores(
        [a_store(), a_store(id="s" * 64, name="Очень длинное название " * 4, token_type=None)], 2, "`./chats problems`"
    )
    problems.show_problems([a_problem("event", "s" * 64), a_problem("list", sentence)], 2, None)
    printed = capsys.readouterr().out
    assert "…" not in printed
    for words in ("4999/4999", "200000", "2000", "4001", "1 h 00", "2 h 00", "(full)", "149 days left", "not seen yet"):
        assert words in printed
    assert sentence.strip() in " ".join(printed.split())
    if console.is_terminal:
        assert max(map(cell_len, printed.splitlines())) <= COLUMNS


def test_an_expired_token_is_said(console: tables.Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    tables.show_stores([a_store(token_expires_at=AT - timedelta(days=900))], 1, "`./chats problems`")
    said = capsys.readouterr().out
    assert "expired" in said
    assert "18.08.2023" in said


def test_a_run_says_what_its_labels_cost_and_what_a_budget_left(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    left = "3 chats wait for a next run to label them."
    spent = {"label_tokens_in": 1_200_000, "label_tokens_out": 34_000}
    tables.show_runs([a_run(**spent, label_cost_microusd=368_000, budget_reached=left)], "sync_logs")
    tables.show_runs([a_run(**spent, label_cost_microusd=None)], "sync_logs")
    printed = " ".join(capsys.readouterr().out.split())
    assert "run 1234, turgunov: its labels took 1,234,000 tokens, $0.3680." in printed
    assert f"run 1234, turgunov: {left}" in printed
    assert "never answered" not in printed
    tables.show_runs([a_run(relabelling="5 chats have a label by another model.")], "sync_logs")
    assert "run 1234, turgunov: 5 chats have a label by another model." in " ".join(capsys.readouterr().out.split())
    tables.show_runs([a_run(chats_unanswered=2)], "sync_logs")
    assert "the model's server never answered for 2 chats" in " ".join(capsys.readouterr().out.split())
    assert "1,234,000 tokens, price not known (see PRICES_FILE)." in printed


def test_wbs_words_are_told_from_those_of_who_writes(
    console: tables.Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [
        a_message("Задайте вопросы", sender="seller", automatic=True),
        a_message("где мой заказ", prefix="У меня вопрос\nпо товару \x1b[2J"),
        a_message("", prefix="У меня вопрос"),
    ]
    conversation.show_conversation(a_chat(), messages)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert any(line.endswith("seller, automatic: Задайте вопросы") for line in lines)
    said = next(place for place, line in enumerate(lines) if line.endswith("buyer: У меня вопрос по товару ␛[2J"))
    assert lines[said + 1] == "где мой заказ"
    assert lines[said + 2].endswith("buyer: У меня вопрос")
