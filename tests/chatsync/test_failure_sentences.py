"""What sync_logs says of a failure: our own sentences whole, anybody else's text never."""

import json

import pytest

from chatsync.errors import UNEXPECTED_FAILURES, ChatSyncError, describe_failure

SECRET = "Где мой заказ"
OWN = sorted(kind.__name__ for kind in ChatSyncError.__subclasses__())


def a_cause(message: object, error: str = "x") -> str:
    """Return a Cause as Lambda and Step Functions make it of an exception."""
    return json.dumps({"errorMessage": message, "errorType": error, "stackTrace": [SECRET]})


@pytest.mark.parametrize("error", OWN)
def test_our_own_message_passes_whole_and_alone(error: str) -> None:
    assert describe_failure(error, a_cause("It expired. Replace it.")) == (error, "It expired. Replace it.")


@pytest.mark.parametrize("cause", ["", "junk", "[]", "null", "{}", '"text"', '{"message": "x"}'])
def test_our_own_error_without_its_message_points_to_the_log(cause: str) -> None:
    assert describe_failure("TokenUnusableError", cause)[1].endswith("see the log of the function.")


@pytest.mark.parametrize("error", sorted(UNEXPECTED_FAILURES))
def test_what_aws_itself_reports_has_a_sentence_of_ours(error: str) -> None:
    described = describe_failure(error, a_cause(SECRET))
    assert described == (error, UNEXPECTED_FAILURES[error])


@pytest.mark.parametrize(
    "error",
    ["KeyError", "ValueError", "Exception", "States.TaskFailed", "States.Runtime", "Lambda.Unknown", "ChatSyncError"],
)
def test_a_foreign_errors_text_never_passes(error: str) -> None:
    kind, sentence = describe_failure(error, a_cause(SECRET))
    assert kind == error
    assert SECRET not in sentence
    assert "log of the function" in sentence


def test_every_error_of_ours_ends_in_error_and_says_what_it_is() -> None:
    assert all(name.endswith("Error") for name in OWN)
    assert all(kind.__doc__ for kind in ChatSyncError.__subclasses__())


def test_an_own_error_is_a_direct_child_so_that_its_name_is_known() -> None:
    assert [kind for child in ChatSyncError.__subclasses__() for kind in child.__subclasses__()] == []
