"""How Postgres finds rows on a connection that is kept while the tables grow: counted in reads of indexes."""

from database.connection import transaction
from tests.support.given_rows import a_run, an_event, save

READS_OF_OTHERS = """
SELECT coalesce(sum(idx_scan), 0)::int AS reads FROM pg_stat_user_indexes
WHERE relname = 'chats' AND indexrelname <> 'chats_pkey'
"""
READ_ROWS = """
SELECT (sum(seq_tup_read) + sum(idx_tup_fetch))::int AS rows FROM pg_stat_user_tables WHERE relname = 'chats'
"""
CHATS = 2000  # Of fewer, any index serves, and Postgres takes the one that was made last.


def reads_of_other_indexes() -> int:
    with transaction() as database:
        return int(database.rows(READS_OF_OTHERS)[0]["reads"])


def test_a_message_finds_its_chat_by_the_key_although_the_connection_is_older_than_the_chats(emptied: str) -> None:
    with transaction() as database:
        run = a_run(database)
        save(database, run, *(an_event(number) for number in range(10)))
        database.rows("SELECT pg_stat_force_next_flush()")
    before = reads_of_other_indexes()
    with transaction() as database:
        save(database, run, *(an_event(100 + number, chat=number) for number in range(CHATS)))
        database.rows("SELECT pg_stat_force_next_flush()")
    assert reads_of_other_indexes() - before < CHATS / 10


def rows_of_chats_read() -> int:
    with transaction() as database:
        return int(database.rows(READ_ROWS)[0]["rows"])


def test_a_burst_reads_its_own_chats_however_many_its_store_has(emptied: str) -> None:
    burst = [an_event(number, chat=number) for number in range(CHATS)]
    with transaction() as database:
        run = a_run(database)
        save(database, run, *burst)
        database.rows("SELECT pg_stat_force_next_flush()")
    before = rows_of_chats_read()
    with transaction() as database:
        save(database, run, *(an_event(CHATS + number, chat=number) for number in range(10)))
        database.rows("SELECT pg_stat_force_next_flush()")
    assert rows_of_chats_read() - before < CHATS / 10
