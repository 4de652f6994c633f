"""`python -m eval labels`, and the results that are kept in the repository."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.chats import Classified, Transcript
from classifier.dictionary.provider import KeywordsProvider
from eval.__main__ import main
from eval.golden_set import PARTS, GoldenChat
from eval.labels import CHATS_A_PAGE, evaluate_file, evaluate_files, print_scores
from eval.report import RESULTS, markdown
from local.errors import UsageError
from tests.support.openai_server import OpenAIServer, failure, honest, labels
from tests.support.talks import transcript

USABLE = 0.75  # macro-F1 below which the keywords are no baseline worth having


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    """Two chats, one of which the keywords cannot get right."""
    file = tmp_path / "small.jsonl"
    rows = [("1", "где заказ", "delivery"), ("2", "брак", "thanks")]
    lines = (
        json.dumps({"id": chat_id, "messages": [{"sender": "client", "text": text}], "tag": tag}, ensure_ascii=False)
        for chat_id, text, tag in rows
    )
    file.write_text("\n".join(lines), "utf-8")
    return file


def test_given_a_set_when_evaluated_as_json_then_every_figure_is_there(
    capsys: pytest.CaptureFixture[str], small_set: Path
) -> None:
    assert main(["labels", "--set", str(small_set), "--json"]) == 0

    (result,) = json.loads(capsys.readouterr().out)
    assert (result["provider"], result["set"], result["chats"]) == ("keywords/4/taxonomy-2", str(small_set), 2)
    assert (result["accuracy"], result["macro_f1"], result["abstention"]) == (0.5, pytest.approx(1 / 3), 0)
    assert result["confusion"] == {"delivery": {"delivery": 1}, "defect": {}, "thanks": {"defect": 1}}
    assert result["tags"]["delivery"] == {"precision": 1, "recall": 1, "f1": 1, "chats": 1}
    assert (result["tokens_in"], result["tokens_out"], result["causes"]) == (0, 0, None)


def test_given_causes_when_evaluated_then_they_are_scored_over_the_chats_that_say_theirs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "causes.jsonl"
    rows = [("1", "брак", "broken"), ("2", "спасибо", "broken"), ("3", "где заказ", None)]
    lines = (
        json.dumps({"id": chat_id, "messages": [{"sender": "client", "text": text}], "tag": "spam", "cause": cause})
        for chat_id, text, cause in rows
    )
    file.write_text("\n".join(lines), "utf-8")

    assert main(["labels", "--set", str(file), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert main(["labels", "--set", str(file)]) == 0
    said = capsys.readouterr().out

    causes = result["causes"]
    assert (causes["chats"], causes["accuracy"], causes["macro_f1"]) == (2, 0.5, pytest.approx(1 / 3))
    assert causes["causes"]["broken"] == {"precision": 1, "recall": 0.5, "f1": pytest.approx(2 / 3), "chats": 2}
    assert "causes of 2: accuracy 0.500, macro-F1 0.333" in said
    assert "scores of each cause" in said


def test_given_no_set_when_evaluated_then_both_parts_are_reported_apart_within_80_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["labels"]) == 0

    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if " on " in line] == [
        f"keywords/4/taxonomy-2 on {part}" for part in PARTS
    ]
    tables = [line for line in said.splitlines() if " on " not in line]
    assert max(len(line.rstrip()) for line in tables) <= 80
    assert "right tag (rows) and given tag (columns)" in said


def test_given_a_chat_without_an_answer_when_evaluated_then_it_is_counted_and_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, small_set: Path
) -> None:
    with OpenAIServer() as server:
        server.default = lambda request: (
            failure(400, "content_filter") if "брак" in request.talks else labels(*honest(request, {"где": "delivery"}))
        )
        for name, value in (("BASE_URL", server.url), ("API_KEY", "sk"), ("MODEL", "tiny")):
            monkeypatch.setenv(f"OPENAI_{name}", value)
        print_scores("openai", [small_set], as_json=True)
        (result,) = json.loads(capsys.readouterr().out)
        print_scores("openai", [small_set], as_json=False)
    assert (result["unanswered"], result["abstention"], result["accuracy"]) == (1, 0.5, 0.5)
    assert "abstained 50.0%, 1 of them without an answer" in capsys.readouterr().out


def test_given_openais_variables_when_evaluated_then_the_endpoint_labels_and_its_tokens_are_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, small_set: Path
) -> None:
    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        monkeypatch.setenv("OPENAI_MODEL", "tiny")
        print_scores("openai", [small_set], as_json=True)

    (result,) = json.loads(capsys.readouterr().out)
    assert result["provider"].startswith("openai/tiny")
    assert result["accuracy"] == 0
    assert result["confusion"]["delivery"] == {"other": 1}
    assert result["tokens_in"] > 0


def test_given_more_chats_than_a_page_when_evaluated_then_no_page_holds_more(small_set: Path) -> None:
    chats = [GoldenChat(transcript("где заказ", f"1:{number}"), "delivery") for number in range(2 * CHATS_A_PAGE + 1)]
    pages: list[int] = []

    class Counting(KeywordsProvider):
        def classify(self, transcripts: Sequence[Transcript], most_tokens: int | None = None) -> Classified:
            pages.append(len(transcripts))
            return replace(super().classify(transcripts, most_tokens), tokens_in=1, tokens_out=2)

    done = evaluate_file(Counting(), small_set, chats)
    assert pages == [CHATS_A_PAGE, CHATS_A_PAGE, 1]
    assert (done.score.chats, done.score.accuracy, done.tokens_in, done.tokens_out) == (61, 1, 3, 6)


def test_given_no_model_when_evaluated_then_the_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, small_set: Path
) -> None:
    monkeypatch.delenv("OPENAI_MODEL", raising=False)

    with pytest.raises(UsageError, match="OPENAI_MODEL is not set"):
        print_scores("openai", [small_set], as_json=True)


def test_the_keywords_are_a_usable_baseline_and_the_results_kept_are_theirs() -> None:
    evaluations = evaluate_files("keywords", PARTS)

    assert evaluations[1].score.macro_f1 >= USABLE
    assert RESULTS.read_text("utf-8") == markdown(evaluations), "run `make eval`"
