"""`python -m eval`: scores labels and masking. `make eval` runs its programs on our own sets."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(folder) for folder in sorted((ROOT / "layers").glob("*/python"))]
sys.path.append(str(ROOT / ".local" / "layers" / "classifier"))  # pymorphy3 and openai, as `make setup` installs them

from local import process  # noqa: E402
from local.errors import NotNowError, answer_error  # noqa: E402

LABELS = """\
Scores a classifier on chats whose labels are known: one JSON object a line,
  {"id": "1", "messages": [{"sender": "client", "text": "..."}], "tag": "spam"}
The openai provider takes OPENAI_MODEL, OPENAI_API_KEY, OPENAI_BASE_URL and
OPENAI_REASONING_EFFORT.
"""
MASKING = """\
Masks the snippets of eval/masking and counts what is hidden, what leaks, and
what is masked in vain.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one program and return the exit code: 0 however bad the scores are."""
    chosen = argument_parser().parse_args(arguments)
    try:
        run_program(chosen)
    except Exception as error:
        return answer_error(error, debug=chosen.debug)
    return 0


def argument_parser() -> argparse.ArgumentParser:
    """Return the parser of the programs' arguments."""
    as_it_stands = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m eval", description="Scores labels and masking.")
    parser.add_argument("--debug", action="store_true", help="show where an error comes from")
    programs = parser.add_subparsers(dest="program", metavar="PROGRAM", required=True)
    programs.add_parser("report", help="score the keywords on both our parts into results.md and confusion.png")
    labels = programs.add_parser(
        "labels", help="score a classifier, on our chats or your own", description=LABELS, formatter_class=as_it_stands
    )
    labels.add_argument("--provider", choices=("keywords", "openai"), default="keywords", help="default: keywords")
    labels.add_argument("--set", type=Path, metavar="FILE", help="your own chats; without it both parts of ours")
    labels.add_argument("--json", action="store_true", help="print the scores as JSON")
    programs.add_parser(
        "masking", help="measure what the masking misses", description=MASKING, formatter_class=as_it_stands
    )
    programs.add_parser("tokens", help="compare the estimate of tokens with tokenizers; `make tokens` sets them up")
    programs.add_parser("lemmas", help="write the dictionary's lemmas anew, after a change of keywords.json")
    return parser


def run_program(chosen: argparse.Namespace) -> None:
    """Import only the program asked for: the picture's library is there after `make setup-tests` alone."""
    if chosen.program == "report":
        try:
            from eval import report  # noqa: PLC0415
        except ImportError as error:
            raise NotNowError(f"{error}. `make eval` installs what the picture needs, then draws it.") from error
        report.write_report()
    elif chosen.program == "labels":
        from eval import golden_set, labels  # noqa: PLC0415

        labels.print_scores(chosen.provider, [chosen.set] if chosen.set else golden_set.PARTS, as_json=chosen.json)
    elif chosen.program == "masking":
        from eval import leaks  # noqa: PLC0415

        leaks.print_leaks()
    elif chosen.program == "tokens":
        from eval import tokens  # noqa: PLC0415

        tokens.write_counts()
    else:
        from eval import lemmas  # noqa: PLC0415

        lemmas.write_lemmas()


if __name__ == "__main__":
    sys.exit(process.run(main))
