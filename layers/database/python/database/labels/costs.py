"""What labels took: tokens and money, of a chat page and of its run."""

from chatsync.contracts import SaveLabels
from chatsync.label_tokens import Tokens
from chatsync.prices import price_of
from database.connection import Database


def settle_reservation(database: Database, task: SaveLabels, classifier: str, tokens: Tokens, stopped: str) -> None:
    """Replace what a chat page reserved by what it took, and bring the run's tokens and cost up to date.

    `stopped` says why the page was not labelled to its end, if so. Repeated, it changes nothing: the run's figures are
    its pages' sums. One page without a known price makes the run's cost unknown, not smaller.
    """
    database.run(
        """
        INSERT INTO label_pages (run_id, page, day, chats, tokens_reserved, tokens_in, tokens_out, tokens_cached,
                                 cost_microusd)
        VALUES (:run, :page, (now() AT TIME ZONE 'UTC')::date, 0, 0, :into, :out, :cached, :cost)
        ON CONFLICT (run_id, page) DO UPDATE
        SET tokens_in = excluded.tokens_in, tokens_out = excluded.tokens_out, tokens_cached = excluded.tokens_cached,
            cost_microusd = excluded.cost_microusd,
            chats = CASE WHEN excluded.tokens_in = 0 THEN 0 ELSE label_pages.chats END
        """,
        run=task.run_id,
        page=task.transcripts_key,
        into=tokens.into,
        out=tokens.out,
        cached=tokens.cached,
        cost=_cost_microusd(classifier, tokens),
    )
    database.run(
        """
        UPDATE sync_logs
        SET label_tokens_in = page.into, label_tokens_out = page.out, label_cost_microusd = page.cost,
            labels_stopped = coalesce(nullif(:stopped, ''), labels_stopped)
        FROM (SELECT sum(tokens_in) AS into, sum(tokens_out) AS out,
                     CASE WHEN bool_and(cost_microusd IS NOT NULL) THEN sum(cost_microusd) END AS cost
              FROM label_pages WHERE run_id = CAST(:run AS bigint) AND tokens_in IS NOT NULL) AS page
        WHERE id = CAST(:run AS bigint)
        """,
        run=task.run_id,
        stopped=stopped,
    )


def _cost_microusd(classifier: str, tokens: Tokens) -> int | None:
    """Return what the tokens cost in millionths of a US dollar; None where the model's price is not known.

    Raises PricesInvalidError.
    """
    price = price_of(classifier)
    if price is None:
        return 0 if tokens == Tokens() else None
    return price.cost_microusd(tokens)
