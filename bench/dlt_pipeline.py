"""The peer: the same events with dlt, written as its documentation writes a pipeline of several resources.

Runs in an environment of its own (.local/tools/dlt), which has nothing of this project. It takes WB_API_URL,
DATABASE_URL, and as its argument a stores file of `./chats sync`. After a 429 dlt's own client waits 1, 2, 4, 8 s.
https://dlthub.com/docs/general-usage/incremental/cursor#use-dltsourcesincremental-with-dynamically-created-resources
"""

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.helpers import requests

EVENTS = f"{os.environ['WB_API_URL']}/api/v1/seller/events"


def events(
    token: str,
    sent_at: Any = dlt.sources.incremental("addTimestamp"),  # noqa: B008 # dlt fills in the cursor it kept
) -> Iterator[list[dict[str, Any]]]:
    """Yield WB's events newer than those of the run before, a page at a time."""
    cursor = sent_at.start_value
    while True:
        parameters = {"next": cursor} if cursor else {}
        page = requests.get(EVENTS, params=parameters, headers={"Authorization": token}).json()["result"]
        if not page["totalEvents"]:
            return
        yield page["events"]
        cursor = page["next"]


# Said of the source: said of a resource, dlt 1.31 runs those that have a cursor one after another all the same.
@dlt.source(parallelized=True)  # type: ignore[untyped-decorator] # known only to its own environment
def wildberries(stores: list[dict[str, str]]) -> Iterator[Any]:
    """Yield a resource for each store; their pages are fetched at the same time."""
    for store in stores:
        yield dlt.resource(
            events, name=store["id"], table_name="events", write_disposition="merge", primary_key="eventID"
        )(store["token"])


pipeline = dlt.pipeline(
    "wildberries", destination=dlt.destinations.postgres(os.environ["DATABASE_URL"]), dataset_name="wildberries"
)
print(pipeline.run(wildberries(tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["stores"])))
