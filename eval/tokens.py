"""How near the estimate of tokens comes to what OpenAI's tokenizers count: `make tokens` writes it down.

Compared are the chats of the golden set and of the simulator as they are sent, the prompt, and answers as models write
them. tokens.md is for people; tokens.json keeps the counts by the texts' digests, so that a test can compare today's
estimate with them without a tokenizer.
"""

import hashlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatsync.label_requests import ANSWER_TOKENS, chat_cost, chat_page_tokens, prompt_tokens
from chatsync.label_tokens import BUYER, SELLER
from chatsync.taxonomy import Cause, Tag
from classifier.chats import Message, Transcript
from classifier.model.prompt import ANSWER_SCHEMA, SYSTEM_PROMPT
from classifier.model.request import CONTROLS, Question, batches, compose_request
from classifier.taxonomy import TAXONOMY
from eval.golden_set import PARTS, read_golden_set
from eval.labels import CHATS_A_PAGE
from local.errors import NotNowError
from local.simulator.model import Event
from local.simulator.world import small_world

FOLDER = Path(__file__).resolve().parent
COUNTS, TABLE, PROGRAM = FOLDER / "tokens.json", FOLDER / "tokens.md", FOLDER / "count_tokens.mjs"
PACKAGE = FOLDER.parent / ".local" / "tools" / "gpt-tokenizer"
CHAT_FORMAT_TOKENS = 7  # how OpenAI marks a system's and a user's message: its cookbook on counting tokens
MESSAGES_A_CHAT = 30  # as a sync reads them (database/labels/content.py)
REASON = "покупатель спрашивает, почему до сих пор не пришёл заказ"
MARK = "c0a1b2c3d"  # stands for the random alias


@dataclass(frozen=True)
class Sample:
    """A text that is sent or answered, and the tokens that are estimated for it."""

    text: str
    estimate: int

    @property
    def digest(self) -> str:
        """Return what its counts are kept under."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


STATIC_PROMPT = Sample(SYSTEM_PROMPT, 0)  # what every request begins with: servers cache long prefixes

Counts = dict[str, tuple[int, int]]  # by digest: in o200k_base, in cl100k_base


def golden_chats() -> list[Transcript]:
    """Return the chats of both parts of the golden set."""
    return [chat.transcript for part in PARTS for chat in read_golden_set(part)]


def simulated_chats() -> list[Transcript]:
    """Return the chats of the simulator's five stores, as a sync reads them for a classifier."""
    chats: dict[str, list[Event]] = {}
    for store in small_world(datetime(2026, 11, 1, tzinfo=UTC)).stores:
        for event in store.events:
            if event.sender not in (BUYER, SELLER):
                continue
            chats.setdefault(event.chat_id, []).append(event)
    return [_transcript(chat_id, events[-MESSAGES_A_CHAT:]) for chat_id, events in chats.items()]


def _transcript(chat_id: str, events: Sequence[Event]) -> Transcript:
    messages = tuple(Message(event.sender, event.text, "") for event in events)
    name = next((event.client_name for event in events if event.client_name), "")
    return Transcript(chat_id, len(events), messages, name)


def samples() -> dict[str, list[Sample]]:
    """Return all that is compared, by the name of its kind."""
    return {
        "prompt": [
            Sample(SYSTEM_PROMPT + json.dumps(ANSWER_SCHEMA, ensure_ascii=False) + _controls(), prompt_tokens())
        ],
        "golden chats": [_sample(chat) for chat in golden_chats() if chat.buyer_turns()],
        "simulator's chats": [_sample(chat) for chat in simulated_chats() if chat.buyer_turns()],
        "answers": [Sample(_answer(tag.key, cause.key), ANSWER_TOKENS) for tag, cause in _tags_and_causes()],
    }


def requests_of(chats: Sequence[Transcript]) -> int:
    """Return how many requests ask about the chats, in pages as a sync makes them."""
    pages = [chats[start : start + CHATS_A_PAGE] for start in range(0, len(chats), CHATS_A_PAGE)]
    asked = [[Question.from_transcript(chat) for chat in page if chat.buyer_turns()] for page in pages]
    return sum(1 for page in asked for _ in batches(page))


def estimate_of(chats: Sequence[Transcript]) -> int:
    """Return the tokens in that are estimated for the chats, in pages as a sync makes them."""
    pages = [chats[start : start + CHATS_A_PAGE] for start in range(0, len(chats), CHATS_A_PAGE)]
    return sum(chat_page_tokens([chat_cost(_rows(chat)) for chat in page]).into for page in pages)


def read_counts() -> Counts:
    """Return the counts that are kept."""
    return {digest: (new, old) for digest, (new, old) in json.loads(COUNTS.read_text("utf-8")).items()}


def write_counts() -> None:
    """Count all samples anew and write both files; raises NotNowError where the tokenizers are missing."""
    kinds = samples()
    counts = _count([STATIC_PROMPT, *(sample for kind in kinds.values() for sample in kind)])
    COUNTS.write_text(json.dumps(counts, indent=0) + "\n", "utf-8")
    TABLE.write_text(_table(kinds, counts), "utf-8")


def _count(counted: Sequence[Sample]) -> Counts:
    texts = json.dumps([sample.text for sample in counted])
    command = ["node", str(PROGRAM), str(PACKAGE)]
    try:
        done = subprocess.run(command, input=texts, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise NotNowError("The tokenizers are missing. Run `make tokens`, which needs Node.js and npm.") from None
    return {sample.digest: (new, old) for sample, (new, old) in zip(counted, json.loads(done.stdout), strict=True)}


def _table(kinds: dict[str, list[Sample]], counts: Counts) -> str:
    rows = [
        (name, len(kind), sum(sample.estimate for sample in kind), *_sums(kind, counts)) for name, kind in kinds.items()
    ]
    for name, chats in (("golden chats", golden_chats()), ("simulator's chats", simulated_chats())):
        number = requests_of(chats)
        frames = [number * (count + CHAT_FORMAT_TOKENS) for count in _sums(kinds["prompt"], counts)]
        new, old = (frame + chat for frame, chat in zip(frames, _sums(kinds[name], counts), strict=True))
        rows.append((f"requests about the {name}", number, estimate_of(chats), new, old))
    prefix = f"Every request begins with the same {counts[STATIC_PROMPT.digest][0]:,} tokens (o200k).\n"
    lines = [
        f"| {name} | {number} | {estimate:,} | {new:,} | {old:,} | {estimate / new:.2f} | {estimate / old:.2f} |"
        for name, number, estimate, new, old in rows
    ]
    return HEAD + "\n".join(lines) + "\n\n" + prefix


HEAD = """<!-- Written by `make tokens`; changes made here are lost. -->
# How near the estimate of tokens is

What `chatsync/label_requests.py` estimates from lengths, against what OpenAI's tokenizers count: o200k_base (GPT-4o and
later), cl100k_base (GPT-4). Other makers' tokenizers lie between them or above for Russian.

| what | number | estimate | o200k | cl100k | estimate / o200k | estimate / cl100k |
|---|--:|--:|--:|--:|--:|--:|
"""


def _sums(kind: Sequence[Sample], counts: Counts) -> tuple[int, int]:
    counted = [counts[sample.digest] for sample in kind]
    return sum(new for new, _ in counted), sum(old for _, old in counted)


def _sample(chat: Transcript) -> Sample:
    """Return a chat as it stands in a request, with a mark in place of its alias."""
    (sent,) = json.loads(compose_request([Question.from_transcript(chat)]).prompt)["chats"]
    text = json.dumps(sent | {"id": MARK}, ensure_ascii=False) + ", "
    return Sample(text, chat_cost(_rows(chat)).tokens)


def _controls() -> str:
    """Return a request about two control chats, always the same."""
    texts = [tag.examples[0] for tag in TAXONOMY.tags[:CONTROLS]]
    talks = [{"id": MARK, "messages": [{"from": "buyer", "text": text}]} for text in texts]
    return json.dumps({"chats": talks}, ensure_ascii=False)


def _tags_and_causes() -> list[tuple[Tag, Cause]]:
    """Return every tag and every cause once at least."""
    tags, causes = TAXONOMY.tags, TAXONOMY.causes
    return [(tags[place % len(tags)], causes[place % len(causes)]) for place in range(max(len(tags), len(causes)))]


def _answer(tag: str, cause: str) -> str:
    answer = {"id": MARK, "tag": tag, "cause": cause, "confidence": 0.9, "reason": REASON}
    return json.dumps(answer, ensure_ascii=False) + ", "


def _rows(chat: Transcript) -> list[dict[str, object]]:
    """Return the messages as a sync reads them for an estimate: the view people_messages leaves out WB's own words."""
    return [asdict(message) for message in chat.own_messages]
