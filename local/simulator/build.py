"""Builds one store: stories laid out in time, as the chats, events and files that Wildberries would have of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from local.simulator.ids import uuid4
from local.simulator.model import Chat, Event, StoredFile
from local.simulator.people import Buyer
from local.simulator.story import Line, Story
from local.simulator.texts import texts
from local.simulator.timeline import times

SOURCES_BEGIN = int(datetime(2026, 2, 15, tzinfo=UTC).timestamp() * 1000)  # "source: absent in older events"
DOWNLOADS_BEGIN = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)  # "old images have no downloadID"
MOST_CHATS = 5000  # the longest list anybody has seen
NEW_CHAT_SHARE = 0.85  # of all stories; the others are told in a chat that exists already
NO_CARD_SHARE = 0.25  # "placeholders (0, "") are common"
TITLES_BEGIN = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp() * 1000)  # "since September 2026 `name`", on events
PREFIX_SHARE = 0.25  # of the chats that a buyer opens; of all chats "4 of 27"
PREFIX_ALONE_SHARE = 0.6  # of these, where the buyer writes on: WB's words are all of the first message
ORDERED_DAYS_BEFORE = (2, 30)
NO_DATE_SHARE = 0.1
ORDER_STATUSES = (2, 4, 8, 16, 32)  # what they mean is documented nowhere
ZERO_DATE = "0001-01-01T00:00:00Z"
MOSCOW = timezone(timedelta(hours=3))
PENDING_SHARE = 0.05  # of images that are still moderated when they are first asked for
REFUSED_SHARE = 0.02
DEVICES = ("ios", "android", "rusite", "global")
SELLERS_SOURCES = ("seller-portal", "seller-portal", "seller-portal", "seller-public-api")
NO_CARD: dict[str, object] = {
    **{"nmID": 0, "price": 0, "priceCurrency": "", "rid": "", "size": ""},
    **{"date": ZERO_DATE, "name": "", "statusID": 0},
}


@dataclass
class Conversation:
    """A chat in the making: who writes, from which device, about which card."""

    id: str
    buyer: Buyer
    reply_sign: str = field(repr=False)
    card: dict[str, object]
    device: str
    opened: bool = False


Moment = tuple[int, Conversation, Line]
"""A line said in a conversation at a time (unix ms)."""


@dataclass(frozen=True)
class Content:
    """What a store's chats hold."""

    chats: tuple[Chat, ...]
    events: tuple[Event, ...]
    files: dict[str, StoredFile]


class Builder:
    """Builds the content of one store; the same rng in the same state gives the same content."""

    def __init__(self, rng: Random, meet: Callable[[], Buyer], tell: Callable[[bool], Story]) -> None:
        self._rng = rng
        self._meet = meet
        self._tell = tell
        self._conversations: list[Conversation] = []
        self._told_in: list[Conversation] = []
        self._files: dict[str, StoredFile] = {}

    def converse(self, buyer: Buyer, card: dict[str, object], chat_id: str | None = None) -> Conversation:
        """Return a new chat with this buyer."""
        chat_id = chat_id or f"1:{uuid4(self._rng)}"
        sign = f"{chat_id}:{self._rng.getrandbits(128):032x}:{self._rng.getrandbits(256):064x}"
        device = self._rng.choice(DEVICES)
        self._conversations.append(Conversation(id=chat_id, buyer=buyer, reply_sign=sign, card=card, device=device))
        return self._conversations[-1]

    def build(self, events: int, given: Iterable[Moment] = ()) -> Content:
        """Return exactly this many events: the given moments, and as many stories as fill the rest."""
        moments = list(given)
        while len(moments) < events:
            moments += self._episode()
        moments = _apart(sorted(moments[:events], key=lambda moment: moment[0]))
        made = tuple(self._event(at, conversation, line) for at, conversation, line in moments)
        return Content(tuple(_chat(conversation) for conversation in self._conversations), made, self._files)

    def card(self, nm_id: int, name: str, kopecks: int, size: str, ordered_at: datetime) -> dict[str, object]:
        """Return a goodCard; its price is in kopecks "in reality"."""
        rid = f"{self._rng.getrandbits(62)}.0.0"
        of_price = {"nmID": nm_id, "price": kopecks, "priceCurrency": "RUB", "rid": rid, "size": size}
        date = ordered_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {**of_price, "date": date, "name": name, "statusID": self._rng.choice(ORDER_STATUSES)}

    def _episode(self) -> list[Moment]:
        """Return one story, told in a new chat, or as another matter in one that exists."""
        full = len(self._conversations) >= MOST_CHATS
        if self._told_in and (full or self._rng.random() > NEW_CHAT_SHARE):
            conversation = self._rng.choice(self._told_in)
            story = self._tell(conversation.buyer.she)
            moments = times(story.lines, self._rng)
            lines = _with_card(story.lines, self._card_of(story, moments[0]))
        else:
            buyer = self._meet()
            story = self._tell(buyer.she)
            moments = times(story.lines, self._rng)
            conversation = self.converse(buyer, self._card_of(story, moments[0]))
            lines = self._with_prefix(story, conversation.card)
            self._told_in.append(conversation)
        return [(at, conversation, line) for at, line in zip(moments, lines, strict=True)]

    def _card_of(self, story: Story, at: int) -> dict[str, object]:
        """Return the card of the story's product, ordered before this time (unix ms), or a placeholder."""
        if self._rng.random() < NO_CARD_SHARE:
            return NO_CARD
        before = timedelta(days=self._rng.uniform(*ORDERED_DAYS_BEFORE))
        ordered_at = datetime.fromtimestamp(at / 1000, UTC) - before
        nm_id, product = self._rng.randint(10**7, 3 * 10**8), story.product
        card = self.card(nm_id, product.nominative, product.rubles * 100, story.size, ordered_at)
        return card | {"date": ZERO_DATE} if self._rng.random() < NO_DATE_SHARE else card

    def _with_prefix(self, story: Story, card: dict[str, object]) -> tuple[Line, ...]:
        """Return the lines; of some that a buyer begins, WB's words about the product stand before the first."""
        first, *others = story.lines
        if first.by != "client" or card["date"] == ZERO_DATE or self._rng.random() > PREFIX_SHARE:
            return story.lines
        day = datetime.fromisoformat(str(card["date"])).astimezone(MOSCOW)
        about = {"name": card["name"], "brand": story.brand, "article": card["nmID"], "day": f"{day:%d.%m.%Y}"}
        prefix = texts().question_prefix.format(**about)
        alone = bool(others) and others[0].by == "client" and self._rng.random() < PREFIX_ALONE_SHARE
        return (replace(first, text=prefix if alone else f"{prefix} {first.text}"), *others)

    def _event(self, at: int, conversation: Conversation, line: Line) -> Event:
        opens, conversation.opened = not conversation.opened, True
        return Event(
            id=uuid4(self._rng),
            chat_id=conversation.id,
            at=at,
            sender="seller" if line.by == "rating" else line.by,
            text=line.text,
            source=None if at < SOURCES_BEGIN else self._source(line, conversation),
            client_name=conversation.buyer.shown if line.by == "client" else None,
            reply_sign=conversation.reply_sign if opens else None,
            attachments=self._attachments(at, conversation, line, opens),
        )

    def _source(self, line: Line, conversation: Conversation) -> str | None:
        """Return where a line was written; "messages WB itself writes arrive as seller, seller-portal"."""
        if line.by == "seller":
            return self._rng.choice(SELLERS_SOURCES)
        return {"client": conversation.device, "rating": "seller-portal"}.get(line.by)

    def _attachments(self, at: int, conversation: Conversation, line: Line, opens: bool) -> dict[str, object] | None:
        attached: dict[str, object] = {}
        if card := conversation.card if opens else line.card:
            attached["goodCard"] = {name: card[name] for name in card if name != "name" or at >= TITLES_BEGIN}
        if line.images:
            attached["images"] = [self._image(at) for _ in range(line.images)]
        if line.file:
            attached["files"] = [self._file(at, line.file)]
        return attached or None

    def _image(self, at: int) -> dict[str, object]:
        basket, name = self._rng.randint(1, 20), uuid4(self._rng)
        url = f"https://chat-basket-{basket:02}.wbbasket.ru/{name}/images/big.jpg"
        if at < DOWNLOADS_BEGIN:
            return {"date": _iso(at), "url": url}
        pending, refused = self._rng.random() < PENDING_SHARE, self._rng.random() < REFUSED_SHARE
        self._files[name] = StoredFile("image/jpeg", pending_seconds=30 * pending, refused=refused)
        return {"date": _iso(at), "downloadID": name, "url": url}

    def _file(self, at: int, name: str) -> dict[str, object]:
        download_id = uuid4(self._rng)
        self._files[download_id] = StoredFile("application/pdf")
        url = f"https://chat-basket-07.wbbasket.ru/{download_id}/{name}"
        kind = {"contentType": "application/pdf", "size": self._rng.randint(20_000, 400_000)}
        return {**kind, "date": _iso(at), "downloadID": download_id, "name": name, "url": url}


def _chat(conversation: Conversation) -> Chat:
    name, sign = conversation.buyer.shown, conversation.reply_sign
    return Chat(id=conversation.id, client_name=name, reply_sign=sign, good_card=conversation.card)


def _with_card(lines: Sequence[Line], card: dict[str, object]) -> tuple[Line, ...]:
    """Return the lines of another matter in a chat: its first message names what it is about."""
    return (replace(lines[0], card=card), *lines[1:])


def _apart(moments: Iterable[Moment]) -> list[Moment]:
    """Give every event a millisecond of its own: what shares one at a page's edge would be lost, as it may be at WB."""
    apart: list[Moment] = []
    for at, conversation, line in moments:
        apart.append((max(at, apart[-1][0] + 1) if apart else at, conversation, line))
    return apart


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
