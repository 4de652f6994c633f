"""The set of snippets, and the figures that come of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from classifier.masking import Kind, Span
from eval.leaks import KINDS, PARTS, SNIPPETS, count_leaks, headline, read_snippets, recall_table
from tests.support.given_rows import PREFIX
from tests.support.project import ROOT

NEW_SNIPPETS = SNIPPETS.with_name("new-snippets.jsonl")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    rows = [
        {
            "id": "tune-1",
            "text": "Анна, 8912",
            "spans": [{"kind": "name", "value": "Анна"}, {"kind": "phone", "value": "8912"}],
        },
        {"id": "tune-2", "text": "ул. Мира", "spans": [{"kind": "address", "value": "ул. Мира"}]},
        {"id": "tune-clean-1", "text": "Где заказ?", "spans": []},
        {"id": "tune-clean-2", "text": "Спасибо", "spans": []},
    ]
    file = tmp_path / "few.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def test_given_some_found_when_scored_then_recall_leaks_and_vain_masks_are_counted(few: Path) -> None:
    found = {
        "Анна, 8912": [Span(Kind.NAME, 0, 4), Span(Kind.NUMBER, 6, 9)],
        "ул. Мира": [Span(Kind.NAME, 0, 8)],
        "Спасибо": [Span(Kind.NAME, 0, 7)],
    }

    leaks = count_leaks(read_snippets(few), lambda text: found.get(text, []))

    assert (leaks.telling, leaks.leaking, leaks.clean, leaks.masked_in_vain) == (2, 1, 2, 1)
    assert (leaks.kinds[Kind.NAME].hidden, leaks.kinds[Kind.NAME].as_its_kind) == (1, 1)
    assert leaks.kinds[Kind.PHONE].hidden == 0  # a digit of it is left
    assert (leaks.kinds[Kind.ADDRESS].hidden, leaks.kinds[Kind.ADDRESS].as_its_kind) == (1, 0)


def test_given_the_figures_when_shown_then_they_are_shares() -> None:
    leaks = count_leaks(read_snippets(), lambda text: [])

    assert "still leak (100.0%)" in headline(leaks)
    assert [row[3] for row in recall_table(leaks)[2]] == ["0.000"] * len(Kind)


def test_the_set_is_large_enough_and_every_value_stands_in_its_text() -> None:
    snippets = read_snippets()
    secrets = [secret.kind for snippet in snippets for secret in snippet.secrets]

    assert sum(bool(snippet.secrets) for snippet in snippets) >= 300
    assert sum(not snippet.secrets for snippet in snippets) >= 60
    assert {snippet.part for snippet in snippets} == set(PARTS)
    assert min(secrets.count(kind) for kind in Kind) >= 30
    assert len({json.loads(line)["id"] for line in SNIPPETS.read_text("utf-8").splitlines()}) == len(snippets)


def test_the_new_set_is_large_enough_and_both_parts_have_every_kind() -> None:
    snippets = read_snippets(NEW_SNIPPETS)
    kinds = {part: {secret.kind for one in snippets if one.part == part for secret in one.secrets} for part in PARTS}

    assert sum(bool(snippet.secrets) for snippet in snippets) >= 150
    assert sum(not snippet.secrets for snippet in snippets) >= 60
    assert kinds == {part: set(KINDS) for part in PARTS}
    assert not {snippet.text for snippet in snippets} & {snippet.text for snippet in read_snippets()}
    assert len({json.loads(line)["id"] for line in NEW_SNIPPETS.read_text("utf-8").splitlines()}) == len(snippets)


def test_given_a_kind_without_a_placeholder_when_hidden_then_it_counts_as_hidden_but_not_as_its_kind(few: Path) -> None:
    few.write_text('{"id": "tune-1", "text": "ДР 12/03", "spans": [{"kind": "birthday", "value": "12/03"}]}', "utf-8")

    leaks = count_leaks(read_snippets(few), lambda text: [Span(Kind.NUMBER, 3, 8)])

    assert list(leaks.kinds) == ["birthday"]
    assert (leaks.kinds["birthday"].hidden, leaks.kinds["birthday"].as_its_kind) == (1, 0)


@pytest.mark.parametrize(("kind", "value"), [("adress", "ул. Мира"), ("address", "ул. Мирная")])
def test_given_an_unknown_kind_or_a_value_not_in_its_text_when_read_then_it_is_refused(
    few: Path, kind: str, value: str
) -> None:
    row = {"id": "tune-1", "text": "ул. Мира", "spans": [{"kind": kind, "value": value}]}
    few.write_text(json.dumps(row), "utf-8")

    with pytest.raises(ValueError, match=f"Snippet tune-1: unknown kind '{kind}', or its value is not in the text"):
        read_snippets(few)


def test_given_the_part_for_tuning_when_masked_then_nearly_all_is_hidden_and_clean_texts_stay() -> None:
    leaks = count_leaks([snippet for snippet in read_snippets() if snippet.part == "tune"])

    assert leaks.kinds[Kind.PHONE].hidden == leaks.kinds[Kind.PHONE].secrets
    assert leaks.leaking / leaks.telling < 0.01
    assert leaks.masked_in_vain / leaks.clean < 0.05


@pytest.mark.parametrize("command", [("local", "mask"), ("eval", "masking"), ("eval", "labels")])
def test_given_the_command_line_when_asked_for_help_then_the_command_is_there(command: tuple[str, str]) -> None:
    asked = subprocess.run([sys.executable, "-m", *command, "--help"], cwd=ROOT, capture_output=True, check=False)

    assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("own_libraries", [[], ["-S"]])  # without any but the layer's own, as after `make setup` alone
def test_given_a_text_on_stdin_when_masked_then_what_would_leave_is_on_stdout(own_libraries: list[str]) -> None:
    command = [sys.executable, *own_libraries, "-m", "local", "mask"]
    text = "Я Ольга,\nтел. 89123456789\nразмер 42-44 \ufffd"

    masked = subprocess.run(command, cwd=ROOT, input=text.encode(), capture_output=True, check=True).stdout

    assert masked.decode() == "Я [ИМЯ],\nтел. [ТЕЛЕФОН]\nразмер 42-44 \ufffd"


def test_given_a_buyers_first_message_when_masked_then_wbs_words_before_it_are_left_out() -> None:
    command = [sys.executable, "-m", "local", "mask"]

    masked = subprocess.run(command, cwd=ROOT, input=f"{PREFIX} Где?".encode(), capture_output=True, check=True).stdout

    assert masked.decode() == "Где?"
