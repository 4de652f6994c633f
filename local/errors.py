"""What ends a command with a sentence instead of a stack trace."""

import sys
import traceback
from pathlib import Path

from chatsync.errors import ChatSyncError
from chatsync.hidden_characters import SHOWN_IN_A_LINE
from local.paths import ROOT

EXIT_INCOMPLETE, EXIT_USAGE, EXIT_MISTAKE = 1, 2, 3
SHOWN_IN_AN_ERROR = {code: shown for code, shown in SHOWN_IN_A_LINE.items() if code != ord("\n")}
STAYS = "What is stored stays stored."


class UsageError(Exception):
    """The command was used wrongly; the message says what is wrong, where, and what to do."""


class NotNowError(Exception):
    """The command is right, but something it needs is not there now; the message says what, and what to do."""


def answer_error(error: Exception, *, debug: bool) -> int:
    """Say on stderr what an error means, with its stack trace if `debug`, and return the exit code.

    What the sentence quotes, such as a store's id or AWS's words, cannot command the terminal.
    """
    if debug:
        traceback.print_exception(error)
    exit_code, sentence = _judge(error)
    print(f"error: {sentence}".translate(SHOWN_IN_AN_ERROR), file=sys.stderr)
    return exit_code


def _judge(error: Exception) -> tuple[int, str]:
    match error:
        case UsageError():
            return EXIT_USAGE, str(error)
        case NotNowError() | ChatSyncError():
            return EXIT_INCOMPLETE, str(error)
        case ImportError():  # another Python than the one `make setup` made ready
            return EXIT_USAGE, f"{error}. Run `make setup` once, then use ./chats."
        case OSError():  # a full disk, a folder for reading only, a file of another user
            about = f"{error.filename}: " if error.filename else ""
            reason = error.strerror or type(error).__name__
            return EXIT_INCOMPLETE, f"The system refused: {about}{reason}. {STAYS} Remove the cause and try again."
        case _:
            return EXIT_MISTAKE, _describe_mistake(error)


def _describe_mistake(error: Exception) -> str:
    """Return what an error that nobody foresaw means; its own text may hold a token, or a buyer's words."""
    calls = traceback.extract_tb(error.__traceback__)
    ours = [call for call in calls if Path(call.filename).is_relative_to(ROOT) and ".venv" not in call.filename]
    place = f" in {Path(ours[-1].filename).relative_to(ROOT)}, line {ours[-1].lineno}" if ours else ""
    kind = f"{type(error).__name__}{place}"
    return f"A mistake in this program ended the command ({kind}). {STAYS} The same command with --debug shows more."
