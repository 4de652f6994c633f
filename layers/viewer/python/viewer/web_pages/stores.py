"""The stores at a glance."""

from typing import Any

from chatsync.token_expiry import ends_soon
from reading.stores import MOST_STORES, list_stores
from viewer.access import reading_transaction
from viewer.charts import lay_out_shares
from viewer.live import find_live_store, is_on_one_machine, read_live_runs
from viewer.web_pages.problems import read_problems


def describe_stores() -> dict[str, Any]:
    """Return the stores, each with where it is in a sync that goes on, and whether its token ends soon.

    `scheduled` says that an inactive store is paused; without a schedule it is only a simulated one.
    """
    live = read_live_runs()
    with reading_transaction() as database:
        stores = list_stores(database, MOST_STORES)
        problems = read_problems(database)
    for store in stores:
        store["live"] = find_live_store(live, store["id"])
        store["shares"] = lay_out_shares(store["chat_tag_counts"])
        if store["token_expires_at"]:
            store["token_days_left"] = (store["token_expires_at"] - store["read_at"]).days
            store["token_ends_soon"] = ends_soon(store["token_days_left"])
    return {"stores": stores, "live": live, "scheduled": not is_on_one_machine(), **problems}
