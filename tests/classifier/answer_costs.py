"""What each form of a server's answer costs: `python -m tests.classifier.answer_costs` prints the table.

Ten chats in one page, and at the end 63 chats in pages of thirty at a server that fails every other request. Tokens are
those that are counted; `undefined` are labels that no model judged.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

LAYERS = ("chatsync", "database", "classifier")
sys.path[:0] = [str(Path("layers", layer, "python").resolve()) for layer in LAYERS]
sys.path.append(str(Path(".local/layers/classifier").resolve()))

from chatsync.errors import ChatSyncError  # noqa: E402 - the layers' folders are on the path only now
from classifier.chats import Classified  # noqa: E402
from classifier.model.provider import OpenAIProvider  # noqa: E402
from classifier.provider import Settings  # noqa: E402
from tests.support.openai_forms import FORMS, EveryOther, speaking  # noqa: E402
from tests.support.openai_server import Answer, OpenAIServer, Request  # noqa: E402
from tests.support.talks import transcript  # noqa: E402

WORDS, TAGS = "Где заказ", {"Где заказ": "delivery"}
CHATS, HOUR, A_PAGE = 10, 63, 30


def classify(server: OpenAIServer, script: Callable[[Request], Answer], chats: int) -> tuple[Counter[str], int, str]:
    """Return the labels by tag, the tokens counted, and why it stopped, of chats in pages by a new provider."""
    server.reset().default = script
    provider = OpenAIProvider(Settings("openai", "tiny", server.url, "key", timeout_seconds=5))
    asked = [transcript(f"{WORDS} {number}", f"1:{number}") for number in range(chats)]
    tags: Counter[str] = Counter()
    tokens, stopped = 0, ""
    for start in range(0, chats, A_PAGE):
        try:
            page: Classified = provider.classify(asked[start : start + A_PAGE])
        except ChatSyncError as error:
            stopped = str(error)
            continue
        tags.update(label.tag for label in page.labels)
        tokens, stopped = tokens + page.tokens_in + page.tokens_out, page.stopped or stopped
    return tags, tokens, stopped


def rows() -> Iterator[tuple[str, int, int, int, int, str]]:
    """Yield each form's name, requests, tokens, right labels, labels `undefined`, and what is said."""
    with OpenAIServer() as server:
        for name in FORMS:
            tags, tokens, stopped = classify(server, speaking(name, TAGS), CHATS)
            yield name, len(server.requests), tokens, tags["delivery"], tags["undefined"], stopped
        tags, tokens, stopped = classify(server, EveryOther(TAGS), HOUR)
        yield "500 on every other request", len(server.requests), tokens, tags["delivery"], tags["undefined"], stopped


def main() -> None:
    """Print the table."""
    print("| form | requests | tokens | labels | undefined | said |")
    print("|---|---|---|---|---|---|")
    for row in rows():
        print("| " + " | ".join(map(str, row)) + " |")


if __name__ == "__main__":
    main()
