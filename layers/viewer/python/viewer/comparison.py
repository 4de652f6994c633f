"""Stores and tags beside each other, a period beside the one before: pure arithmetic over what reading/ counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reading.overview import AGES
from viewer.periods import Change, Share

STORES_COMPARED = 100
Row = Mapping[str, Any]
NOBODY = {"asked": 0, "unanswered": 0, "person_answered": 0, "person": None, "program_answered": 0, "program": None}


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What is said of a store, or of all: `answers` are rows of measure_first_answers, of the period and before it."""

    store_id: str
    name: str
    messages: Change
    chats: Change
    share: Share
    share_before: Share
    answers: Row
    answers_before: Row
    waiting: int

    @property
    def asked(self) -> Change:
        """Return how many buyers asked first."""
        return Change(self.answers["asked"], self.answers_before["asked"])


def compare_stores(
    stores: Sequence[Row], messages: Sequence[Row], chats: Sequence[Row], answers: Sequence[Row], waiting: Sequence[Row]
) -> list[Compared]:
    """Return the stores of which there is something to say, those with the most messages first."""
    names = {store["id"]: store["name"] for store in stores}
    said = {row["store_id"]: row for row in messages}
    of = {(row["store_id"], row["current"]): row for row in chats if row["of"] == "store"}
    answered = {(row["store_id"], row["current"]): row for row in answers}
    waits = {row["store_id"]: sum(row[age] for age in AGES) for row in waiting}
    known = {*said, *waits, *(store for store, _ in [*of, *answered])} - {None}
    compared = [
        Compared(
            store_id=store,
            name=names.get(store, store),
            messages=Change(said.get(store, {}).get("messages", 0), said.get(store, {}).get("messages_before", 0)),
            chats=Change(*(of.get((store, current), {}).get("chats", 0) for current in (True, False))),
            share=_share(of.get((store, True), {})),
            share_before=_share(of.get((store, False), {})),
            answers=answered.get((store, True), NOBODY),
            answers_before=answered.get((store, False), NOBODY),
            waiting=waits.get(store, 0),
        )
        for store in known
    ]
    return sorted(compared, key=lambda one: (-one.messages.now, one.name, one.store_id))


def compare_product(product: Row) -> dict[str, Any]:
    """Return a row of compare_products with its numbers beside those before."""
    return {
        **product,
        "chats": Change(product["chats"], product["chats_before"]),
        "share": Share(product["judged"], product["wrong"]),
        "share_before": Share(product["judged_before"], product["wrong_before"]),
    }


def sum_up(stores: Sequence[Compared], answers: Sequence[Row]) -> Compared:
    """Return all stores together."""
    whole = {row["current"]: row for row in answers if row["store_id"] is None}
    return Compared(
        store_id="",
        name="",
        messages=_sum([one.messages for one in stores]),
        chats=_sum([one.chats for one in stores]),
        share=_sum_shares([one.share for one in stores]),
        share_before=_sum_shares([one.share_before for one in stores]),
        answers=whole.get(True, NOBODY),
        answers_before=whole.get(False, NOBODY),
        waiting=sum(one.waiting for one in stores),
    )


def compare_tags(chats: Sequence[Row]) -> list[tuple[str | None, Change]]:
    """Return each tag of the period's chats, the commonest first; None for the chats without one."""
    of = {(row["tag"], row["current"]): row["chats"] for row in chats if row["of"] == "tag"}
    changes = {tag: Change(of.get((tag, True), 0), of.get((tag, False), 0)) for tag, _ in of}
    return sorted(changes.items(), key=lambda item: (item[0] is None, -item[1].now, item[0] or ""))


def _share(row: Row) -> Share:
    return Share(row.get("judged", 0), row.get("wrong", 0))


def _sum(changes: Sequence[Change]) -> Change:
    return Change(sum(change.now for change in changes), sum(change.before for change in changes))


def _sum_shares(shares: Sequence[Share]) -> Share:
    return Share(sum(share.judged for share in shares), sum(share.wrong for share in shares))
