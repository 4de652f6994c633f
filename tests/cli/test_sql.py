"""`./chats sql`: a person's own query, which can only look, answered whole or in Postgres' own words."""

import re

import pytest

from database.connection import transaction
from local import cli

A_STORE = "INSERT INTO stores (id, name, seller_id) VALUES ('shop', 'ИП Проба', 's')"
EMPTYING = "DELETE FROM stores"
WAYS_OUT = (
    EMPTYING,
    f"COMMIT; {EMPTYING}",
    f"SET TRANSACTION READ WRITE; {EMPTYING}",
    f"WITH gone AS ({EMPTYING} RETURNING 1) SELECT * FROM gone",
    f"DO $$ BEGIN COMMIT; {EMPTYING}; END $$",
    f"DO $$ BEGIN SET TRANSACTION READ WRITE; {EMPTYING}; END $$",
    "SELECT set_config('transaction_read_only', 'off', false)",
)


@pytest.mark.parametrize("query", WAYS_OUT)
def test_no_query_changes_anything(emptied: str, capsys: pytest.CaptureFixture[str], query: str) -> None:
    with transaction() as database:
        database.run(A_STORE)
    assert cli.main(["sql", query]) == 2
    with transaction() as database:
        assert database.rows("SELECT id FROM stores") == [{"id": "shop"}]
    assert "That query cannot be answered. " in capsys.readouterr().err


def test_what_follows_a_commit_is_not_run_though_the_commit_is(emptied: str) -> None:
    assert cli.main(["sql", "COMMIT"]) == 1
    with transaction() as database:
        assert database.run(A_STORE) == 1


def test_columns_of_one_name_are_all_shown(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT 7 AS id, '12:30' AS at, 8 AS id, count(*), count(*) + 1 AS count FROM stores;"
    assert cli.main(["sql", query]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"id +at +id +count +count", printed)
    assert re.search(r"7 +12:30 +8 +0 +1", printed)


def test_a_mistake_is_named_in_the_words_of_postgres(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sql", "SELECT nme FROM stores"]) == 2
    said = capsys.readouterr().err
    assert 'column "nme" does not exist' in said
    assert 'Perhaps you meant to reference the column "stores.name".' in said
    assert "migrations" not in said
