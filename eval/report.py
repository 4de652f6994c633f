"""The keywords' scores on both parts of the golden set, written into eval/results.md and eval/confusion.png."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # a picture in a file needs no screen

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from eval.golden_set import PARTS
from eval.labels import Evaluation, confusion_table, evaluate_files, headline, tag_table
from local.paths import ROOT
from local.terminal.tables import console

HERE = Path(__file__).resolve().parent
RESULTS, PICTURE = HERE / "results.md", HERE / "confusion.png"
PICTURE_INCHES = (16, 7.5)


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
    ]
    for evaluation in evaluations:
        lines += ["", f"## {evaluation.file.relative_to(ROOT)}", "", headline(evaluation)]
        for title, columns, rows in (tag_table(evaluation.score), confusion_table(evaluation.score)):
            lines += ["", f"**{title}**", ""]
            ruler = ["---", *(["--:"] * (len(columns) - 1))]
            lines += [f"| {' | '.join(cells)} |" for cells in (columns, ruler, *rows)]
    return "\n".join([*lines, "", "![Confusion matrices](confusion.png)", ""])


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
