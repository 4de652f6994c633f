"""What became of a request that brought no labels: the reason's name, whose matter it is, and what helps."""

from dataclasses import dataclass
from enum import Enum, auto

from chatsync.errors import (
    ChatSyncError,
    ClassifierRefusedError,
    ClassifierUnavailableError,
    ClassifierUnusableError,
)
from chatsync.label_stops import LABEL_STOPS


class Matter(Enum):
    """Whose matter a failure is: what is tried about it, and who must act if that does not help."""

    OWNER = auto()  # nothing helps but what the owner changes
    CROWD = auto()  # overload, or no connection: the same request later
    STUMBLE = auto()  # a fault of the server, or a text that trips it up: the same request again
    FORM = auto()  # the request's form: asked for in a simpler one
    TEXT = auto()  # what the chats say: asked in smaller groups
    SIZE = auto()  # how much they say, or the model: asked in smaller groups from then on
    TIME = auto()  # how long they make it think: asked in smaller groups


LACKS = {  # why there is no answer in an answer
    "empty": Matter.FORM,
    "thoughts_alone": Matter.FORM,
    "not_labels": Matter.FORM,
    "broken_off": Matter.STUMBLE,
    "error_object": Matter.STUMBLE,
    "no_completion": Matter.STUMBLE,
    "filtered": Matter.TEXT,
    "distrusted": Matter.TEXT,
    "cut": Matter.SIZE,
}
WITH_THE_OWNER = ("unknown_model", "rejected", "short_context")  # after all else was tried


@dataclass(frozen=True)
class Failure:
    """The name (of LABEL_STOPS) of what happened, and whose matter it is.

    `parameter` is one of ours that the server does not take; with `other_value` it may take another value of it.
    `wait_seconds` is when the server wants to be asked again, None where it does not say.
    """

    stop: str
    matter: Matter
    parameter: str = ""
    other_value: bool = False
    wait_seconds: float | None = None

    @classmethod
    def lack(cls, stop: str) -> "Failure":
        """Return the failure of an answer without labels."""
        return cls(stop, LACKS[stop])


class RequestFailedError(Exception):
    """One request brought no labels."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.stop)
        self.failure = failure


class PageStoppedError(Exception):
    """No further request of this page of chats makes sense; `later` lets the state machine try the page again."""

    def __init__(self, stop: str, matter: Matter, *, later: bool = False) -> None:
        super().__init__(stop)
        self.sentence = LABEL_STOPS[stop]
        self._refused = matter is Matter.OWNER or stop in WITH_THE_OWNER
        self._later = later

    def as_error(self) -> ChatSyncError:
        """Return the error for the state machine, which tries again only what is unavailable."""
        if self._refused:
            return ClassifierRefusedError(self.sentence)
        return ClassifierUnavailableError(self.sentence) if self._later else ClassifierUnusableError(self.sentence)
