"""What the stores' tokens say of themselves: known before any run, so also of a token that has expired."""

import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from chatsync.errors import TokenUnusableError
from chatsync.token_expiry import ends_soon
from database import stores
from database.bursts import LONGEST_WAITS_SECONDS
from database.connection import Database
from local.installation.stores_file import Store
from wildberries.token import BASE, HOW_TO_REPLACE, TokenFacts, read_token

EVENTS_AN_HOUR = 50  # with a Base token: one page, as large as WB's were seen to be
SLOW = (
    "{store}: This is a Base token, which WB answers once an hour, each time with about "
    f"{EVENTS_AN_HOUR} messages. Reading the whole history takes at least {{hours}}; 10,000 messages take more than "
    f"eight days. What is read is stored at once, and labelled every {LONGEST_WAITS_SECONDS // 3600} hours. With a "
    "Personal token it takes minutes: put one in its place at any time, and the next sync goes on from there."
)


def remember_token(database: Database, store: Store, *, same_store: bool = False) -> None:
    """Keep the token's facts with the store, if it is one for it: else its run will say so.

    Of an unreadable token there are none. Another seller's is refused unless `same_store` allows it.
    """
    facts = _facts(store)
    if facts is None or not stores.accept_seller(database, store.id, facts.seller_id, same_store=same_store):
        return
    expires_at = facts.expires_at.isoformat() if facts.expires_at else None
    stores.save_token_facts(database, store.id, stores.StoreToken(facts.seller_id, facts.kind, expires_at))


def expiry_warnings(entered: Sequence[Store]) -> list[str]:
    """Return a sentence for each store whose token still works, but not for long."""
    warnings = []
    for store in entered:
        facts = _facts(store)
        days = facts.days_left(datetime.now(UTC)) if facts else None
        if days is not None and days >= 0 and ends_soon(days):
            warnings.append(f"warning: The token of {store.id} expires in {days} days. {HOW_TO_REPLACE}")
    return warnings


def slow_reading_sentences(database: Database, entered: Sequence[Store], *, full: bool) -> list[str]:
    """Return a sentence for each store whose whole history is about to be read with a Base token: it takes days."""
    sentences = []
    for store in entered:
        facts = _facts(store)
        if facts and facts.kind == BASE and (full or not stores.was_read_to_end(database, store.id)):
            known = stores.count_messages(database, store.id) if full else 0
            hours = max(1, math.ceil(known / EVENTS_AN_HOUR))
            sentences.append(SLOW.format(store=store.id, hours="an hour" if hours == 1 else f"{hours} hours"))
    return sentences


def _facts(store: Store) -> TokenFacts | None:
    with suppress(TokenUnusableError):
        return read_token(store.token)
    return None
