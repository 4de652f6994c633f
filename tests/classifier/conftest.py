"""One endpoint for all tests that ask a model."""

from collections.abc import Iterator

import pytest

from tests.classifier.asking import RIGHT
from tests.support.openai_server import OpenAIServer, labelling


@pytest.fixture(scope="session")
def running() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> OpenAIServer:
    """The endpoint as it begins: an honest model, which knows the tags of the two chats."""
    running.reset().default = labelling(RIGHT)
    return running
