"""What a language model's server gets: no text leaves unmasked, whichever way it takes."""

import json
from collections.abc import Iterator

import pytest

from classifier.masking import Kind
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from eval.leaks import read_snippets
from tests.support.openai_server import OpenAIServer, failure
from tests.support.talks import transcript

PHONES = ("+7 912 345-67-89", "8(912)3456789", "8\u200b912\u200b3456789", "89123456789")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def sent(server: OpenAIServer) -> str:
    return "\n".join(json.dumps(request.body, ensure_ascii=False) for request in server.requests)


def provider(server: OpenAIServer) -> OpenAIProvider:
    return OpenAIProvider(Settings("openai", "tiny", server.url, timeout_seconds=5))


@pytest.mark.parametrize("phone", PHONES)
def test_given_a_phone_in_a_chat_when_classified_then_it_is_never_sent(server: OpenAIServer, phone: str) -> None:
    server.script = [failure(400, code="content_filter")]  # so that each chat is asked about alone too
    talk = [("client", f"Звоните {phone}"), ("seller", f"Ваш номер {phone}?"), ("client", "да")]

    provider(server).classify([transcript(talk, "1:a"), transcript(f"тел {phone}", "1:b")])

    assert len(server.requests) > 1
    assert "[ТЕЛЕФОН]" in sent(server)
    assert "3456789" not in sent(server).replace("-", "")
    assert phone not in sent(server)


def test_given_the_snippets_when_classified_then_no_phone_of_the_tuning_part_is_sent(server: OpenAIServer) -> None:
    snippets = [snippet for snippet in read_snippets() if snippet.part == "tune"]
    phones = [
        snippet.text[secret.start : secret.end]
        for snippet in snippets
        for secret in snippet.secrets
        if secret.kind == Kind.PHONE
    ]

    provider(server).classify([transcript(snippet.text, f"1:{at}") for at, snippet in enumerate(snippets)])

    assert len(phones) > 30
    assert not [phone for phone in phones if phone in sent(server)]
