"""The simulator's worlds: five believable stores, or as many and as large ones as a test needs.

Both lie between December 2025 and October 2026 and are the same for the same seed; only the tokens go by `now`.
"""

from datetime import datetime, timedelta
from random import Random

from local.simulator.build import NO_CARD, Builder, Content, Moment
from local.simulator.ids import uuid4
from local.simulator.model import Chat, SimulatedStore, World
from local.simulator.people import Buyer, buyer
from local.simulator.story import Line, Story, Teller
from local.simulator.texts import Profile, Texts, Yursol, texts
from local.simulator.tokens import TokenKind, make_token

TOKEN_DAYS = 150  # left of the 180 days a token lives
EXPIRED_DAYS = -3
UNLISTED_EVENT = 9  # whose chat the list does not show, in the store with the quirk "unlisted"
POOLED_STORIES = 100  # for each kind of goods and buyer: what the chats of a grown world are about


def small_world(now: datetime, seed: int = 1) -> World:
    """Return the five believable stores of texts.toml, with under two thousand events; one's token has expired."""
    return World(tuple(_small_store(profile, texts(), now, seed) for profile in texts().stores))


def grown_world(now: datetime, stores: int, events_per_store: int, seed: int = 1, largest: int | None = None) -> World:
    """Return stores "store-001" and so on, with Personal tokens; `largest` is the first one's number of events."""
    pool = _Pool(texts(), Random(f"{seed}/pool"))
    sizes = [events_per_store if largest is None else largest, *[events_per_store] * stores][:stores]
    return World(tuple(_grown_store(number, size, pool, now, seed) for number, size in enumerate(sizes, 1)))


def _small_store(profile: Profile, words: Texts, now: datetime, seed: int) -> SimulatedStore:
    rng = Random(f"{seed}/{profile.id}")
    seller = uuid4(rng)
    builder = Builder(rng, lambda: buyer(words, rng), Teller(words, profile.goods, profile.signatures, rng).tell)
    given = _yursol(builder, words.yursol) if profile.id == words.yursol.store else []
    content = builder.build(profile.events, given)
    kind = TokenKind.SERVICE if profile.access == "service" else TokenKind.PERSONAL
    token = _token(kind, seller, now, EXPIRED_DAYS if profile.access == "expired" else TOKEN_DAYS)
    chats = _listed(content, profile.quirk, rng)
    about = {"id": profile.id, "name": profile.name, "token": token, "seller": seller}
    return SimulatedStore(**about, chats=chats, events=content.events, files=content.files)


def _listed(content: Content, quirk: str, rng: Random) -> tuple[Chat, ...]:
    """Return the chats that the list shows: without one that has events, or with one that has none."""
    if quirk == "unlisted":
        return tuple(chat for chat in content.chats if chat.id != content.events[UNLISTED_EVENT].chat_id)
    if quirk == "silent":
        chat_id = f"1:{uuid4(rng)}"
        return (*content.chats, Chat(chat_id, "", f"{chat_id}:{rng.getrandbits(128):032x}", NO_CARD))
    return content.chats


def _yursol(builder: Builder, yursol: Yursol) -> list[Moment]:
    card = builder.card(yursol.nm_id, yursol.product, yursol.price, yursol.size, yursol.ordered_at)
    conversation = builder.converse(Buyer(yursol.client_name, she=False), card, yursol.chat_id)
    return [
        (
            round(message.at.timestamp() * 1000),
            conversation,
            Line(by=message.sender, text=message.text, images=message.images, file=message.file),
        )
        for message in yursol.messages
    ]


class _Pool:
    """Stories and buyers for any number of stores, told once: what makes a large world cheap."""

    def __init__(self, words: Texts, rng: Random) -> None:
        self.words = words
        tellers = {goods: Teller(words, goods, [""], rng) for goods in words.goods}
        self._stories = {
            (goods, she): [teller.tell(she) for _ in range(POOLED_STORIES)]
            for goods, teller in tellers.items()
            for she in (False, True)
        }

    def story(self, goods: str, she: bool, rng: Random) -> Story:
        return rng.choice(self._stories[goods, she])


def _grown_store(number: int, events: int, pool: _Pool, now: datetime, seed: int) -> SimulatedStore:
    store_id = f"store-{number:03}"
    rng = Random(f"{seed}/{store_id}")
    seller, goods = uuid4(rng), rng.choice(list(pool.words.goods))
    builder = Builder(rng, lambda: buyer(pool.words, rng), lambda she: pool.story(goods, she, rng))
    content = builder.build(events)
    token = _token(TokenKind.PERSONAL, seller, now, TOKEN_DAYS)
    name = _name(pool.words, number, rng)
    about = {"id": store_id, "name": name, "token": token, "seller": seller}
    return SimulatedStore(**about, chats=content.chats, events=content.events, files=content.files)


def _name(words: Texts, number: int, rng: Random) -> str:
    kind = rng.choice(words.grown.kinds)
    if kind == "ИП":
        surname, first, second = rng.choice(words.surnames), *rng.sample(words.surname_letters, 2)
        return f"ИП {rng.choice(surname)} {first}.{second}."
    return f"{kind} «{rng.choice(words.grown.names)} {number}»"


def _token(kind: TokenKind, seller: str, now: datetime, days: int) -> str:
    """Return a token that expires so many days after today's midnight: the same all day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return make_token(kind, seller, midnight + timedelta(days=days))
