"""The keywords' scores on both parts of the golden set, written into eval/results.md and eval/confusion.png."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # a picture in a file needs no screen

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from eval.golden_set import PARTS
from eval.intervals import Interval, macro_f1_interval, share_interval
from eval.labels import Answer, Cells, Evaluation, cause_pairs, evaluate_files, headlines, score_tables, tag_pairs
from eval.scoring import macro_f1
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
        console.sentence(f"{evaluation.file.relative_to(ROOT)}: {'; '.join(headlines(evaluation))}")
    console.sentence(f"Written: {RESULTS.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}")


def markdown(evaluations: Sequence[Evaluation]) -> str:
    """Return the results as Markdown."""
    lines = [
        f"# Results of `{evaluations[0].provider}`",
        "",
        "Written by `make eval`. What the parts are: [README](README.md).",
        *(line for table in summary_tables(evaluations) for line in _table(table)),
    ]
    for evaluation in evaluations:
        lines += ["", f"## {evaluation.file.relative_to(ROOT)}", "", "; ".join(headlines(evaluation))]
        for table in score_tables(evaluation):
            lines += _table(table)
    return "\n".join([*lines, "", "![Confusion matrices](confusion.png)", ""])


def _table(table: Cells) -> list[str]:
    title, columns, rows = table
    ruler = ["---", *(["--:"] * (len(columns) - 1))]
    return ["", f"**{title}**", "", *(f"| {' | '.join(cells)} |" for cells in (columns, ruler, *rows))]


def summary_tables(evaluations: Sequence[Evaluation]) -> list[Cells]:
    """Return each part's main scores with their 95 % intervals: of its old chats, of its new ones, and of all."""
    groups = {
        f"{evaluation.file.stem}, {name}": answers
        for evaluation in evaluations
        for name, answers in answer_groups(evaluation).items()
    }
    columns = ["chats", "number", "accuracy", "macro-F1"]
    tags = [[name, *pair_cells(tag_pairs(answers)), defect_recall(answers)] for name, answers in groups.items()]
    causes = [[name, *pair_cells(cause_pairs(answers))] for name, answers in groups.items()]
    return [
        ("tags, with 95 % intervals", [*columns, "recall of defect"], tags),
        ("causes, with 95 % intervals", columns, causes),
    ]


def answer_groups(evaluation: Evaluation) -> dict[str, Sequence[Answer]]:
    """Return the answers to a file's old chats, to its new ones, and to all; no group is empty."""
    groups: dict[str, Sequence[Answer]] = {
        "old": [answer for answer in evaluation.answers if not answer.chat.is_new],
        "new": [answer for answer in evaluation.answers if answer.chat.is_new],
        "all": evaluation.answers,
    }
    return {name: group for name, group in groups.items() if group}


def pair_cells(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return how many (right, given) pairs there are, their accuracy and their macro-F1, as cells."""
    hits = sum(right == given for right, given in pairs)
    return [
        str(len(pairs)),
        _with_interval(hits / len(pairs), share_interval(hits, len(pairs))),
        _with_interval(macro_f1(pairs), macro_f1_interval(pairs)),
    ]


def defect_recall(answers: Sequence[Answer]) -> str:
    """Return the recall of defect, as a cell."""
    given = [tag for right, tag in tag_pairs(answers) if right == DEFECT]
    hits = given.count(DEFECT)
    return _with_interval(hits / len(given), share_interval(hits, len(given)))


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
