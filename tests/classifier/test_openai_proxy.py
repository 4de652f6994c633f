"""The way to the model's server: through the proxy that HTTPS_PROXY names, but for what NO_PROXY does."""

import socket
import threading

import pytest

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.classifier.asking import KEY, A
from tests.support.byte_server import ByteServer, head

MODEL = "https://model.example/v1"
VARIABLES = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def ask(url: str) -> None:
    OpenAIProvider(Settings("openai", "tiny", url, KEY, timeout_seconds=2)).classify([A])


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_given_a_proxy_when_asked_then_it_is_told_where_to_connect_and_nothing_of_the_chats(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ByteServer(head("Content-Length: 0", status="502 Bad Gateway")) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        with pytest.raises(ClassifierUnavailableError):
            ask(MODEL)

    (request,) = proxy.heads
    assert request.startswith("CONNECT model.example:443 HTTP/1.1")
    assert KEY not in request


def test_given_a_proxy_that_connects_when_asked_then_the_request_begins_inside_with_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def connect() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(head(status="200 Connection established"))
                first.append(connection.recv(65536))

        proxy = threading.Thread(target=connect)
        proxy.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ClassifierUnavailableError):
            ask(MODEL)
        proxy.join()

    assert first[0][:2] == b"\x16\x03", "a TLS handshake"
    assert b"model.example" in first[0]
    assert KEY.encode() not in first[0]


def test_given_a_server_that_no_proxy_names_when_asked_then_it_is_asked_directly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ByteServer() as proxy, ByteServer() as server:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with pytest.raises(ClassifierUnavailableError):
            OpenAIProvider(Settings("openai", "tiny", server.url.replace("http:", "https:"), KEY)).classify([A])

    assert proxy.heads == []


@pytest.mark.parametrize("address", ["gopher://user:password@host:1", "http://[::1"])
def test_given_a_proxy_that_cannot_be_one_when_made_then_it_is_refused_without_its_password(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)

    with pytest.raises(ClassifierRefusedError, match="HTTPS_PROXY does not name a usable proxy") as refused:
        ask(MODEL)
    assert refused.value.__context__ is None
