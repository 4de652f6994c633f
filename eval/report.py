"""The keywords' scores on both parts of the golden set, written into eval/results.md and eval/confusion.png."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # a picture in a file needs no screen

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from eval.golden_set import PARTS
from eval.intervals import Interval, macro_f1_interval, share_interval
from eval.labels import Answer, Cells, Evaluation, confusion_table, evaluate_files, headline, tag_pairs, tag_table
from eval.scoring import score_pairs
from local.paths import ROOT
from local.terminal.tables import console

HERE = Path(__file__).resolve().parent
RESULTS, PICTURE = HERE / "results.md", HERE / "confusion.png"
PICTURE_INCHES = (16, 7.5)
DEFECT = "defect"  # the tag whose recall stands in the summary: a complaint that is overlooked costs most


def write_report() -> None:
    """Write the results and the picture, and print each part's headline."""
    evaluations = evaluate_files("keywords", PARTS)
    RESULTS.write_text(markdown(evaluations), encoding="utf-8")
    draw_matrices(evaluations)
    for evaluation in evaluations:
        console.sentence(f"{evaluation.file.relative_to(ROOT)}: {headline(evaluation)}")
    console.sentence(f"Written: {RESULTS.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}")


def markdown(evaluations: Sequence[Evaluation]) -> str:
    """Return the results as Markdown."""
    lines = [
        f"# Results of `{evaluations[0].provider}`",
        "",
        "Written by `make eval`. What the parts are: [README](README.md).",
        *_table(summary_table(evaluations)),
    ]
    for evaluation in evaluations:
        lines += ["", f"## {evaluation.file.relative_to(ROOT)}", "", headline(evaluation)]
        for table in (tag_table(evaluation.score), confusion_table(evaluation.score)):
            lines += _table(table)
    return "\n".join([*lines, "", "![Confusion matrices](confusion.png)", ""])


def _table(table: Cells) -> list[str]:
    title, columns, rows = table
    ruler = ["---", *(["--:"] * (len(columns) - 1))]
    return ["", f"**{title}**", "", *(f"| {' | '.join(cells)} |" for cells in (columns, ruler, *rows))]


def summary_table(evaluations: Sequence[Evaluation]) -> Cells:
    """Return each part's main scores with their 95 % intervals: of its old chats, of its new ones, and of all."""
    rows = []
    for evaluation in evaluations:
        for name, group in answer_groups(evaluation).items():
            rows.append([f"{evaluation.file.stem}, {name}", *summary_cells(group)])
    return "tags, with 95 % intervals", ["chats", "number", "accuracy", "macro-F1", "recall of defect"], rows


def answer_groups(evaluation: Evaluation) -> dict[str, Sequence[Answer]]:
    """Return the answers to a file's old chats, to its new ones, and to all; no group is empty."""
    groups: dict[str, Sequence[Answer]] = {
        "old": [answer for answer in evaluation.answers if not answer.chat.is_new],
        "new": [answer for answer in evaluation.answers if answer.chat.is_new],
        "all": evaluation.answers,
    }
    return {name: group for name, group in groups.items() if group}


def summary_cells(answers: Sequence[Answer]) -> list[str]:
    """Return how many answers there are, their accuracy, their macro-F1, and the recall of defect, as cells."""
    pairs = tag_pairs(answers)
    score = score_pairs(pairs)
    given = [tag for right, tag in pairs if right == DEFECT]
    return [
        str(score.chats),
        _with_interval(score.accuracy, share_interval(sum(right == tag for right, tag in pairs), len(pairs))),
        _with_interval(score.macro_f1, macro_f1_interval(pairs)),
        _with_interval(given.count(DEFECT) / len(given), share_interval(given.count(DEFECT), len(given))),
    ]


def _with_interval(share: float, interval: Interval) -> str:
    low, high = interval
    return f"{share:.3f} ({low:.2f}–{high:.2f})"


def draw_matrices(evaluations: Sequence[Evaluation]) -> None:
    """Draw the confusion matrices side by side."""
    figure, axes = plt.subplots(1, len(evaluations), figsize=PICTURE_INCHES, layout="constrained")
    for axis, evaluation in zip(axes, evaluations, strict=True):
        _draw_matrix(axis, evaluation)
    figure.suptitle(f"{evaluations[0].provider}: right tag (rows), given tag (columns)")
    figure.savefig(PICTURE, dpi=100, metadata={"Software": None})


def _draw_matrix(axis: Axes, evaluation: Evaluation) -> None:
    tags = list(evaluation.score.tags)
    counts = [[evaluation.score.confusion.get((right, given), 0) for given in tags] for right in tags]
    axis.imshow(counts, cmap="Blues")
    axis.set_title(f"{evaluation.file.name}: macro-F1 {evaluation.score.macro_f1:.3f}")
    axis.set_xticks(range(len(tags)), tags, rotation=60, ha="right")
    axis.set_yticks(range(len(tags)), tags)
    darkest = max(map(max, counts))
    for row, line in enumerate(counts):
        for column, times in enumerate(line):
            if times:
                colour = "white" if times > darkest / 2 else "black"
                axis.text(column, row, str(times), ha="center", va="center", color=colour)
