"""A local endpoint that speaks OpenAI's chat completions over real HTTP, with answers scripted by the tests."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from classifier.taxonomy import CAUSES, TAGS

TOKENS_IN, TOKENS_OUT = 100, 20  # what every completion made here says it took

CONTROLS = {example: tag.key for tag in TAGS for example in tag.examples}  # the made-up chats, and their right tags
CAUSES_OF_CONTROLS = {example: cause.key for cause in CAUSES for example in cause.examples}


@dataclass(frozen=True)
class Request:
    """One request as it arrived, header names in lower case; `chats` is what the user's message holds, or []."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def chats(self) -> list[dict[str, Any]]:
        for message in self.body["messages"]:
            if message["role"] == "user":
                return list(json.loads(message["content"])["chats"])
        return []

    @property
    def talks(self) -> list[str]:
        """The words of the chats asked about, in alphabetical order, without the controls among them."""
        return sorted(talk for chat in self.chats if (talk := words(chat)) not in CONTROLS)

    def alias(self, talk: str) -> str:
        """The alias of the chat that says this."""
        return str(next(chat["id"] for chat in self.chats if words(chat) == talk))


def words(chat: Mapping[str, Any]) -> str:
    """Return all that is said in a chat of a request."""
    return "\n".join(message["text"] for message in chat["messages"])


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: `cut` sends half of the promised body, `hang` sends nothing until the server closes."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut: bool = False
    hang: bool = False


Scripted = Answer | Callable[[Request], Answer]


def completion(content: object, finish_reason: str | None = "stop", refusal: str | None = None) -> Answer:
    """Return a chat completion with this content."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return Answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_780_000_000,
            "model": "scripted",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": 120},
        }
    )


Entry = dict[str, object]


def label(
    alias: str, tag: str, confidence: object = 0.9, reason: str = "покупатель так написал", cause: object = None
) -> Entry:
    """Return one chat's label as a model writes it; without a cause as one does that leaves it out."""
    entry = {"id": alias, "tag": tag, "confidence": confidence, "reason": reason}
    return entry if cause is None else entry | {"cause": cause}


def labels(*answered: Entry) -> Answer:
    """Return a completion with these labels."""
    return completion(json.dumps({"labels": answered}, ensure_ascii=False))


def failure(
    status: int, code: str | None = None, message: str = "scripted failure", param: str | None = None
) -> Answer:
    """Return an error as OpenAI writes it."""
    return Answer({"error": {"message": message, "type": "scripted", "param": param, "code": code}}, status)


def honest(request: Request, tags: Mapping[str, str], causes: Mapping[str, str] | None = None) -> list[Entry]:
    """Return what a good model says: a chat with a key's words gets its tag, a control its own, others «other».

    Causes go by words too; a chat with none of them gets none.
    """

    def tag(said: str) -> str:
        return CONTROLS.get(said) or next((tag for part, tag in tags.items() if part in said), "other")

    def cause(said: str) -> str | None:
        by_words = next((cause for part, cause in (causes or {}).items() if part in said), None)
        return CAUSES_OF_CONTROLS.get(said) or by_words

    said = {chat["id"]: words(chat) for chat in request.chats}
    return [label(alias, tag(text), cause=cause(text)) for alias, text in said.items()]


def labelling(tags: Mapping[str, str]) -> Scripted:
    """Return the honest answer to any request, by the words in the chats."""
    return lambda request: labels(*honest(request, tags))


class OpenAIServer:
    """The endpoint at `url`; `requests` is what arrived.

    Answers come from `script` in order, then from `default`: an honest model that finds nothing but «other».
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.script: list[Scripted] = []
        self.default: Scripted = labelling({})
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def reset(self) -> Self:
        """Begin again, at the same address: a provider for a new one takes 0.2 s to read the certificates."""
        self.requests, self.script, self.default = [], [], labelling({})
        return self

    def answer_to(self, request: Request) -> Answer:
        """Record the request and return what it is answered with."""
        with self._lock:
            self.requests.append(request)
            scripted = self.script.pop(0) if self.script else self.default
        return scripted(request) if callable(scripted) else scripted


def _handler_of(server: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # with the buffer below: 1 ms an answer instead of 40
        wbufsize = -1

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer_to(Request(self.path, headers, body))
            if answer.hang:
                server.closing.wait()
                self.close_connection = True
                return
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.cut else body)
            self.close_connection = answer.cut

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    Handler.__name__ = "OpenAIHandler"
    return Handler
