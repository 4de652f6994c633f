"""`make bench-viewer`: the pages over 200,000 chats with 5,000,000 messages. Fails where a list misses its index.

The rows are made in an embedded Postgres in a temporary folder (about 6 GB), which is removed at the end. A number of
chats as the argument makes a smaller one. Times are of the function's handler in this process, page and database.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), *map(str, sorted((ROOT / "layers").glob("*/python")))]

from chatsync.settings import setting  # noqa: E402
from database import migrations  # noqa: E402
from database.connection import Database, connect, read_address, transaction  # noqa: E402
from database.fills import fill_tables  # noqa: E402
from database.search_indexes import rebuild_search_indexes  # noqa: E402
from local.engine.postgres import Postgres  # noqa: E402
from reading.chats import list_query  # noqa: E402
from reading.filters import ChatFilters, key_of_chat  # noqa: E402
from reading.first_answers import answers_query  # noqa: E402
from reading.overview import chats_query  # noqa: E402
from reading.periods import Period  # noqa: E402
from reading.products import products_query  # noqa: E402
from reading.search import RARE_MESSAGES, understand_words  # noqa: E402
from reading.themes import themes_query  # noqa: E402
from tests.support.web_pages import Pages, load_handler  # noqa: E402
from viewer.access import reading_transaction  # noqa: E402
from viewer.addresses import write_chat_filters  # noqa: E402

CHATS, MESSAGES_A_CHAT, STORES = 200_000, 25, 20
PRODUCTS = 20_000
RARE_WORDS = 50_000
LETTERS = "бвгджзклмн"  # for the digits of their numbers: numbers are words of their own
ASKED_EACH = 60
LARGE = {"chats", "chat_messages", "chat_turns"}
FIRST_WITH_INDEXES = "0004"  # this migration and the later ones

STORES_SQL = f"""
    INSERT INTO stores (id, name, total_chats, chat_tag_counts)
    SELECT 'store-' || n, 'Магазин ' || n, CAST(:chats AS integer) / {STORES}, '{{"delivery": 5000, "defect": 3000}}'
    FROM generate_series(0, {STORES} - 1) AS n
"""
CHATS_SQL = f"""
    INSERT INTO chats (store_id, id, client_name, nm_id, rid, messages_total, last_message_id, last_message_text,
                       last_message_sender, last_message_at, tag, tag_source)
    SELECT 'store-' || n % {STORES}, '1:chat-' || n, (ARRAY['Анна', 'Гульнара', 'Иван', 'Сорокин Рустам'])[1 + n % 4],
           10000000 + n % {PRODUCTS}, 'rid-' || n, {MESSAGES_A_CHAT}, n || '-' || {MESSAGES_A_CHAT}, 'Спасибо',
           CASE WHEN n % 7 = 0 THEN 'client' ELSE 'seller' END, now() - make_interval(mins => n * 2),
           (ARRAY['delivery', 'defect', 'other', 'spam', NULL])[1 + n % 5], 'model'
    FROM generate_series(0, CAST(:chats AS integer) - 1) AS n
"""
# Every tenth message has a frequent word, each has one of 50,000 rare ones, and each two hundredth an attachment.
MESSAGES_SQL = f"""
    INSERT INTO chat_messages (store_id, id, chat_id, event_type, sender, source, text, sent_at, attachments, raw)
    SELECT 'store-' || n % {STORES}, n || '-' || m, '1:chat-' || n, 'message',
           CASE WHEN m = {MESSAGES_A_CHAT} THEN CASE WHEN n % 7 = 0 THEN 'client' ELSE 'seller' END
                WHEN m % 2 = 1 THEN 'client' ELSE 'seller' END,
           CASE WHEN m = 2 AND n % 6 = 0 THEN 'seller-public-api' ELSE 'seller-portal' END,
           (ARRAY['Здравствуйте, где мой товар?', 'Добрый день! Проверим и ответим.', 'Чайник протекает снизу',
                  'Подскажите размер, пожалуйста', 'Сдайте товар в пункт выдачи'])[1 + (n + m) % 5]
           || CASE WHEN (n + m) % 10 = 0 THEN ' Верните деньги!' ELSE '' END
           || ' слово' || translate(((n * 31 + m * 7) % {RARE_WORDS})::text, '0123456789', '{LETTERS}'),
           now() - make_interval(mins => n * 2 + ({MESSAGES_A_CHAT} - m) * 60),
           CASE WHEN (n * {MESSAGES_A_CHAT} + m) % 200 = 0 THEN '[{{"kind": "image"}}]'::jsonb ELSE '[]' END, '{{}}'
    FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n,
         generate_series(1, {MESSAGES_A_CHAT}) AS m
"""
# Of every tenth chat: the column is a later migration's, and a table that is rewritten has other plans than one in use.
CAUSES_SQL = """
    UPDATE chats SET cause = (ARRAY['broken', 'late', 'nothing', 'size'])[1 + nm_id % 4]
    WHERE right(id, 1) = '7'
"""


def main() -> int:
    """Fill, check the plans, measure the pages; 1 if a plan is not as it should be."""
    chats = int(sys.argv[1]) if len(sys.argv) > 1 else CHATS
    with _filled(chats), pytest.MonkeyPatch.context() as patch:
        patch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
        wrong = _check_plans(chats)
        _measure(Pages(load_handler()))
    for sentence in wrong:
        print(f"WRONG PLAN: {sentence}")
    return 1 if wrong else 0


@contextmanager
def _filled(chats: int) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="chat-history-sync-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o711)
        with Postgres(Path(folder) / "data", durable=False) as server:
            patch.setenv("DATABASE_URL", server.url)
            _timed("tables", lambda: migrations.migrate(_tables_alone(Path(folder))))
            _timed(f"{chats:,} chats, {chats * MESSAGES_A_CHAT:,} messages", lambda: _fill(chats))
            _timed("the viewer's indexes", lambda: migrations.migrate(ROOT / "migrations"))
            _timed("the search's indexes, by the new form", rebuild_search_indexes)
            _timed("the tables that messages keep up", fill_tables)
            _timed("causes", lambda: _run(CAUSES_SQL))
            _timed("statistics", _collect_statistics)
            yield


def _collect_statistics() -> None:
    """Do what Postgres does by itself after a while. VACUUM runs in no transaction."""
    connection = connect(read_address(setting("DATABASE_URL")))
    connection.run("VACUUM ANALYZE")
    connection.close()


def _tables_alone(folder: Path) -> Path:
    """Return the migrations before the indexes': a filled table is indexed faster than an indexed one is filled."""
    tables = folder / "migrations"
    tables.mkdir()
    for file in (ROOT / "migrations").glob("*.sql"):
        if file.stem < FIRST_WITH_INDEXES:
            (tables / file.name).symlink_to(file)
    return tables


def _fill(chats: int) -> None:
    _run(STORES_SQL, chats=chats)
    _run(CHATS_SQL, chats=chats)
    step = max(1, chats // 20)  # the connection waits a minute for an answer
    for first in range(0, chats, step):
        last = min(first + step, chats) - 1
        _run(MESSAGES_SQL, first=first, last=last)


def _rare_word(number: int) -> str:
    return f"слово{str(number).translate(str.maketrans('0123456789', LETTERS))}"


def _run(sql: str, **values: Any) -> None:
    with transaction() as database:
        database.run(sql, **values)


def _timed(what: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    print(f"{what}: {time.perf_counter() - started:.1f} s", flush=True)


# --- plans ---


def _check_plans(chats: int) -> list[str]:
    """Return what is wrong with the plans: each list must be read by its index, and no large table whole."""
    with reading_transaction() as database:
        middle = database.rows("SELECT * FROM chats ORDER BY last_message_at OFFSET 1000 LIMIT 1")[0]
    after, year = key_of_chat(middle, ChatFilters()), datetime.now(UTC).date() - timedelta(days=100)
    # Below so many messages every word is a rare one.
    frequent = "chats_newest" if chats * MESSAGES_A_CHAT // 10 > RARE_MESSAGES else "chat_messages_by_word"
    expected = {
        "chats": (ChatFilters(), "chats_newest"),
        "chats, deep page": (ChatFilters(after=after), "chats_newest"),
        "of a store": (ChatFilters(stores=("store-3",)), "chats_newest"),
        "of a store, deep page": (ChatFilters(stores=("store-3",), after=after), "chats_newest"),
        "with a tag": (ChatFilters(tags=("spam",)), "chats_newest_with_tag"),
        "with a cause": (ChatFilters(causes=("late",)), "chats_newest_with_cause"),
        "of a product": (ChatFilters(product=10_000_042), "chats_by_product"),
        "unanswered": (ChatFilters(waiting="1"), "chat_turns_longest_first"),
        "with one of two tags, not of a cause": (
            ChatFilters(tags=("spam", "other"), causes=("-late",)),
            "chats_newest",
        ),
        "answered by nobody": (ChatFilters(answered=("nobody",)), "chats_newest"),
        "answered by programs alone": (ChatFilters(answered=("program",)), "chats_newest"),
        "waiting for a week": (ChatFilters(waiting_days=7), "chat_turns_longest_first"),
        "urgent": (ChatFilters(urgent=True), "chat_turns_longest_first"),
        "with attachments": (ChatFilters(with_attachments=True), "chat_messages_with_attachments"),
        "of a period": (ChatFilters(first_day=year, last_day=year + timedelta(days=3)), "chats_newest"),
        "search, rare word": (ChatFilters(words=_rare_word(4242)), "chat_messages_by_word"),
        "search, half-typed word": (ChatFilters(words=f"{_rare_word(4242)} чайн"), "chat_messages_by_word"),
        "search, frequent word": (ChatFilters(words="деньги"), frequent),
        "search, frequent word, deep page": (ChatFilters(words="деньги", after=after), frequent),
    }
    print(f"\n{'list':<34} {'index':<32} rows read whole")
    lists = [_wrong(name, partial(_list_query, asked), index) for name, (asked, index) in expected.items()]
    today = datetime.now(UTC).date()
    days = Period(today - timedelta(days=2), today)
    counted = {
        "themes of a month": (_themes_query, "chats_by_month"),
        "overview, chats": (lambda database: chats_query(days, ""), "chats_newest"),
        "overview, chats of a store": (lambda database: chats_query(days, "store-3"), "chats_newest"),
        "overview, first answers": (lambda database: answers_query(days, ""), "chat_turns_first_asked"),
        "overview, products": (lambda database: products_query(days, ""), "chats_newest"),
    }
    return [said for said in [*lists, *(_wrong(name, *counting) for name, counting in counted.items())] if said]


def _list_query(asked: ChatFilters, database: Database) -> tuple[str, dict[str, Any]]:
    return list_query(asked, understand_words(database, asked.words) if asked.words else None)


def _themes_query(database: Database) -> tuple[str, dict[str, Any]]:
    return themes_query(), {"month": datetime.now(UTC).date().replace(day=1).isoformat(), "store": ""}


def _wrong(name: str, query: Callable[[Database], tuple[str, dict[str, Any]]], index: str) -> str:
    with reading_transaction() as database:
        sql, values = query(database)
        plan = database.rows(f"EXPLAIN (FORMAT JSON) {sql}", **values)[0]["QUERY PLAN"][0]["Plan"]
    nodes = list(_nodes(plan))
    used = {node["Index Name"] for node in nodes if "Index Name" in node}
    whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"} & LARGE
    print(f"{name:<34} {', '.join(sorted(used)):<32} {', '.join(sorted(whole)) or '-'}")
    # A store's chats may be read by the store's own index, or by the common one where most rows are the store's.
    found = any(one.startswith(index) for one in used)
    return f"{name}: {sorted(used)}, whole: {sorted(whole)}" if whole or not found else ""


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


# --- times ---


def _measure(pages: Pages) -> None:
    chance = random.Random(7)  # the same questions each time
    with reading_transaction() as database:
        places = database.rows("SELECT store_id, id, last_message_at FROM chats ORDER BY random() LIMIT 200")

    def after() -> str:
        return write_chat_filters(ChatFilters(), after=key_of_chat(chance.choice(places), ChatFilters()))

    asked: dict[str, Callable[[], str]] = {
        "stores": lambda: "/",
        "runs": lambda: "/runs",
        "chats, any page": lambda: f"/chats?{after()}",
        "chats of a store, any page": lambda: f"/chats?store=store-{chance.randrange(STORES)}&{after()}",
        "chats with a tag, any page": lambda: f"/chats?tag=spam&{after()}",
        "unanswered chats, any page": lambda: f"/chats?waiting=1&{after()}",
        "chats with attachments, any page": lambda: f"/chats?files=1&{after()}",
        f"search, rare word (under {RARE_MESSAGES:,})": lambda: (
            f"/chats?q={quote(_rare_word(chance.randrange(RARE_WORDS)))}"
        ),
        "search, half-typed word": lambda: f"/chats?q={quote('чайн')}",
        "search, half-typed frequent word, any page": lambda: f"/chats?q={quote('ден')}&{after()}",
        "search, link to a product": lambda: (
            f"/chats?q={quote(f'https://wb.ru/catalog/{10_000_000 + chance.randrange(PRODUCTS)}/detail.aspx')}"
        ),
        "search, frequent word, any page": lambda: f"/chats?q={quote('деньги')}&{after()}",
        "one chat": lambda: (
            f"/chat?{urlencode({'store': (one := chance.choice(places))['store_id'], 'id': one['id']})}"
        ),
        "chats with a cause, any page": lambda: f"/chats?cause=late&{after()}",
        "chats of a product": lambda: f"/chats?product={10_000_000 + chance.randrange(PRODUCTS)}",
        "with one of two tags, not of a cause": lambda: f"/chats?tag=spam&tag=other&cause=-late&{after()}",
        "answered by nobody": lambda: "/chats?answered=nobody",
        "answered by programs alone": lambda: "/chats?answered=program",
        "waiting for a week": lambda: "/chats?days=7",
        "urgent chats": lambda: "/chats?urgent=1",
        "themes of a month": lambda: "/themes",
        "themes of a month and store": lambda: f"/themes?store=store-{chance.randrange(STORES)}",
        **{f"overview of {days} days": partial(_overview, days) for days in (7, 30, 90, 365)},
        "overview of 30 days of a store": lambda: f"/overview?store=store-{chance.randrange(STORES)}",
    }
    print(f"\n{'page':<40} {'p50':>8} {'p99':>8}")
    for name, address in asked.items():
        times = sorted(_milliseconds(pages, address()) for _ in range(ASKED_EACH))
        print(f"{name:<40} {statistics.median(times):>5.0f} ms {times[int(len(times) * 0.99)]:>5.0f} ms", flush=True)


def _overview(days: int) -> str:
    today = datetime.now(UTC).date()
    return f"/overview?from={today - timedelta(days=days - 1)}&to={today}"


def _milliseconds(pages: Pages, address: str) -> float:
    started = time.perf_counter()
    page = pages.get(address, "ru")
    assert page.status == 200, (address, page.status)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
