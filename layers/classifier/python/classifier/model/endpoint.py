"""One request to a chat completions endpoint, and what is remembered of what its server knows."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import openai
from openai.types.chat import ChatCompletionMessageParam

from chatsync.errors import ClassifierRefusedError
from chatsync.label_requests import CHATS_PER_REQUEST
from classifier.model.failures import Failure, Matter, RequestFailedError
from classifier.model.options import Options
from classifier.model.prompt import SYSTEM_PROMPT
from classifier.model.refusals import read_refusal
from classifier.provider import Settings

NO_KEY = "none"  # the library insists on a key, where the endpoint may ask for none
MOST_BYTES = 4_000_000  # of an answer: a hundred times of what ten labels and a long thought take


@dataclass(frozen=True)
class Answered:
    """The body of an answer with status 200, and the options with which it was asked for."""

    body: str
    options: Options


class Endpoint:
    """The model's endpoint as the settings name it.

    `options` are those that worked last, `most_chats` how many a request may be about: the container's memory.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises ClassifierRefusedError where the settings cannot work.

        Nothing is retried by the library; and no redirect is followed: chats go to no other host.
        """
        _check(settings)
        self._effort = settings.effort
        self.forget()
        self._model = settings.model
        self._seconds = settings.timeout_seconds
        self._client = openai.OpenAI(
            api_key=settings.api_key or NO_KEY,
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            max_retries=0,
            http_client=_http_client(),
        )

    def forget(self) -> None:
        """Begin as a new container does, with all that a server may know."""
        self.options = Options.with_effort(self._effort)
        self.most_chats = CHATS_PER_REQUEST

    def ask(self, prompt: str, chats: int, options: Options) -> Answered:
        """Return what the endpoint answers a prompt about this number of chats; raises RequestFailedError.

        A parameter that the server refuses by name is left out, and that is remembered once it helped.
        """
        given = options
        while True:
            try:
                answered = Answered(self._send(prompt, chats, options), options)
            except RequestFailedError as error:
                options = _without(options, error)
                continue
            if options != given:
                self.options = options
            return answered

    def _send(self, prompt: str, chats: int, options: Options) -> str:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": prompt},
        ]
        parameters = options.parameters(chats)
        until = time.monotonic() + self._seconds
        try:
            with self._client.chat.completions.with_streaming_response.create(
                model=self._model, messages=messages, **parameters
            ) as response:
                return _read(response.iter_bytes(), until)
        except openai.APIStatusError as error:
            answer = error.response
            failure = read_refusal(answer.status_code, answer.text, answer.headers, parameters)
        except openai.APITimeoutError:
            failure = Failure("late", Matter.TIME)
        except openai.APIError:
            failure = Failure("unreachable", Matter.CROWD)
        raise RequestFailedError(failure)  # after the handlers: no trace holds what the server said


def _read(pieces: Iterator[bytes], until: float) -> str:
    """Return a body; raises RequestFailedError where it breaks off, is not there in time, or has no end.

    The library's time-out is one for each piece: DeepSeek sends empty lines for as long as a request waits its turn.
    """
    body = b""
    while piece := _next_piece(pieces, until):
        body += piece
        if len(body) > MOST_BYTES:
            raise RequestFailedError(Failure.lack("no_completion"))
    return body.decode("utf-8", "replace")


def _next_piece(pieces: Iterator[bytes], until: float) -> bytes:
    """Return the next piece of a body, b"" at its end; raises RequestFailedError where it does not come in time."""
    piece: bytes | None = None
    with suppress(Exception):  # of the library's library, whose kinds of errors are no part of the library
        piece = next(pieces, b"")
    if piece != b"" and time.monotonic() > until:
        raise RequestFailedError(Failure("late", Matter.TIME))
    if piece is None:
        raise RequestFailedError(Failure("unreachable", Matter.CROWD))
    return piece


def _http_client() -> openai.DefaultHttpxClient:
    """Return the client, which goes through the proxy of HTTPS_PROXY, but for what NO_PROXY names."""
    try:
        return openai.DefaultHttpxClient(follow_redirects=False)
    except Exception:  # noqa: S110 - of several kinds, whose words quote the address: it may hold a password
        pass
    raise ClassifierRefusedError("HTTPS_PROXY does not name a usable proxy. Write it as http://host:port.")


def _without(options: Options, error: RequestFailedError) -> Options:
    """Return the options without what the server refused by name; raises the error where nothing is left out."""
    failure = error.failure
    fewer = options.without(failure.parameter, other_value=failure.other_value) if failure.parameter else options
    if fewer == options:
        raise error
    return fewer


def _check(settings: Settings) -> None:
    """Raise ClassifierRefusedError for settings that could only fail later, some of them with the key in the error."""
    if not settings.model:
        raise ClassifierRefusedError("The classifier has no model: name one in its settings.")
    if not (settings.api_key.isascii() and settings.api_key.isprintable()):
        raise ClassifierRefusedError("The classifier's API key holds characters that no key has: enter it again.")
    if settings.base_url is not None and not settings.base_url.startswith(("https://", "http://")):
        raise ClassifierRefusedError("The classifier's base URL must begin with https:// or http://.")
