"""How right a classifier is on chats whose tags and causes a person gave."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifier.chats import Label
from classifier.choice import choose_provider
from classifier.provider import Provider, Settings
from classifier.taxonomy import CAUSE_KEYS, TAXONOMY
from eval.golden_set import GoldenChat, read_golden_set
from eval.scoring import Score, score_pairs
from local.errors import NotNowError
from local.sync.labelling import model, reasoning_effort
from local.terminal.tables import console, show_figures

CHATS_A_PAGE = 30  # as in a sync (LabelChatsAPage): a provider has a time for each page


@dataclass(frozen=True)
class Answer:
    """A chat with its right tag and cause, and what a provider gave it."""

    chat: GoldenChat
    label: Label


@dataclass(frozen=True)
class Evaluation:
    """A provider's answers on one file, their scores, and the language model's tokens they cost.

    `causes` is None where no chat of the file says its cause, or the provider gives none. Chats that it gave no answer
    for are `unanswered`, and count as abstained.
    """

    provider: str
    file: Path
    answers: tuple[Answer, ...]
    score: Score
    causes: Score | None
    tokens_in: int
    tokens_out: int
    unanswered: int = 0


def print_scores(provider_name: str, files: Sequence[Path], *, as_json: bool) -> None:
    """Classify the chats of each file and print its scores; raises as evaluate_files does."""
    evaluations = evaluate_files(provider_name, files)
    if as_json:
        print(json.dumps([json_row(evaluation) for evaluation in evaluations], ensure_ascii=False))
        return
    for evaluation in evaluations:
        _print_tables(evaluation)


def evaluate_files(provider_name: str, files: Sequence[Path]) -> list[Evaluation]:
    """Return each file's evaluation.

    Raises UsageError for a wrong file or setting before anything is classified, NotNowError where the provider stops.
    """
    sets = {file: read_golden_set(file) for file in files}
    provider = _provider(provider_name)
    return [evaluate_file(provider, file, chats) for file, chats in sets.items()]


def evaluate_file(provider: Provider, file: Path, chats: Sequence[GoldenChat]) -> Evaluation:
    """Return the evaluation of a file's chats, classified a page at a time; raises NotNowError where it stops."""
    given: dict[str, Label] = {}
    tokens_in = tokens_out = unanswered = 0
    for start in range(0, len(chats), CHATS_A_PAGE):
        page = provider.classify([chat.transcript for chat in chats[start : start + CHATS_A_PAGE]])
        if page.stopped:
            raise NotNowError(page.stopped)
        given |= {label.chat_id: label for label in page.labels}
        tokens_in, tokens_out = tokens_in + page.tokens_in, tokens_out + page.tokens_out
        unanswered += len(page.unanswered)
    answers = tuple(Answer(chat, given.get(chat.transcript.chat_id) or _no_answer(provider, chat)) for chat in chats)
    return Evaluation(
        provider=provider.name,
        file=file,
        answers=answers,
        score=score_pairs(tag_pairs(answers)),
        causes=score_pairs(pairs, CAUSE_KEYS) if (pairs := cause_pairs(answers)) else None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        unanswered=unanswered,
    )


def _no_answer(provider: Provider, chat: GoldenChat) -> Label:
    return Label.from_transcript(chat.transcript, provider.name, "no answer")


def tag_pairs(answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """Return the right and the given tag of each answer."""
    return [(answer.chat.tag, answer.label.tag) for answer in answers]


def cause_pairs(answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """Return the right and the given cause of each answer where both are known."""
    return [(answer.chat.cause, answer.label.cause) for answer in answers if answer.chat.cause and answer.label.cause]


def json_row(evaluation: Evaluation) -> dict[str, Any]:
    """Return the evaluation as it is printed with --json; `confusion` is {right tag: {given tag: chats}}."""
    result = asdict(evaluation.score)
    result["confusion"] = {
        right: {given: times for (of, given), times in evaluation.score.confusion.items() if of == right}
        for right in evaluation.score.tags
    }
    result["causes"] = _cause_row(evaluation.causes) if evaluation.causes else None
    tokens = {"tokens_in": evaluation.tokens_in, "tokens_out": evaluation.tokens_out}
    tokens |= {"unanswered": evaluation.unanswered}
    return (
        {"provider": evaluation.provider, "taxonomy": TAXONOMY.version, "set": str(evaluation.file)} | result | tokens
    )


def _cause_row(score: Score) -> dict[str, Any]:
    shares = {key: asdict(cause) for key, cause in score.tags.items()}
    return {"chats": score.chats, "accuracy": score.accuracy, "macro_f1": score.macro_f1, "causes": shares}


def headlines(evaluation: Evaluation) -> list[str]:
    """Return the scores of a file in one line for its tags, and in another for its causes where those are known."""
    result, causes = evaluation.score, evaluation.causes
    spent = evaluation.tokens_in + evaluation.tokens_out
    tags = (
        f"{result.chats} chats, accuracy {result.accuracy:.3f}, macro-F1 {result.macro_f1:.3f}, "
        f"abstained {result.abstention:.1%}"
        + (f", {evaluation.unanswered} of them without an answer" if evaluation.unanswered else "")
        + (f", {spent} tokens" if spent else "")
    )
    known = (
        f"causes of {causes.chats}: accuracy {causes.accuracy:.3f}, macro-F1 {causes.macro_f1:.3f}" if causes else ""
    )
    return [line for line in (tags, known) if line]


def _print_tables(evaluation: Evaluation) -> None:
    """Print the scores of a file: a line, each tag's, and the confusion matrix."""
    console.sentence(f"{evaluation.provider} on {evaluation.file}")
    for line in headlines(evaluation):
        console.sentence(line)
    console.print()
    for table in score_tables(evaluation):
        show_figures(*table)


Cells = tuple[str, list[str], list[list[str]]]  # a title, the columns' names, the rows


def score_tables(evaluation: Evaluation) -> list[Cells]:
    """Return a file's tables: the scores of each tag and cause, and the tags' confusion."""
    causes = [shares_table("cause", evaluation.causes)] if evaluation.causes else []
    return [shares_table("tag", evaluation.score), *causes, confusion_table(evaluation.score)]


def shares_table(name: str, result: Score) -> Cells:
    """Return precision, recall and F1 of each tag or cause as a table."""
    rows = [
        [key, f"{tag.precision:.2f}", f"{tag.recall:.2f}", f"{tag.f1:.2f}", str(tag.chats)]
        for key, tag in result.tags.items()
    ]
    return f"scores of each {name}", [name, "precision", "recall", "F1", "chats"], rows


def confusion_table(result: Score) -> Cells:
    """Return the confusion matrix as a table; its columns are the numbers of its rows, so that it fits on a screen."""
    rows = [
        [f"{number} {right}", *(str(result.confusion.get((right, given)) or "·") for given in result.tags)]
        for number, right in enumerate(result.tags, start=1)
    ]
    return "right tag (rows) and given tag (columns)", ["tag", *map(str, range(1, len(rows) + 1))], rows


def _provider(name: str) -> Provider:
    """Return the provider; openai's model, key, address and effort come from openai's own variables."""
    if name == "keywords":
        return choose_provider(Settings(name))
    address, key = os.environ.get("OPENAI_BASE_URL") or None, os.environ.get("OPENAI_API_KEY", "")
    return choose_provider(Settings(name, model(), address, key, effort=reasoning_effort()))
