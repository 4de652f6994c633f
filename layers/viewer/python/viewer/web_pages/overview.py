"""The overview: numbers of all stores, or of one, as drawings."""

from typing import Any

from reading.overview import (
    DAYS,
    count_messages_a_day,
    count_tags_a_week,
    count_waiting,
    measure_first_answers,
)
from reading.stores import name_stores
from viewer.access import reading_transaction
from viewer.charts import REST, group_by_week, stack_columns
from viewer.languages import Language
from viewer.rendering import tag_title

SENDERS = {"client": "s1", "seller": "s2", "wb": "s3"}  # with the CSS class of each
AGES = ("day", "week", "longer")


def describe_overview(store_id: str, language: Language) -> dict[str, Any]:
    """Return the numbers of a store, or of all with an empty id."""
    with reading_transaction() as database:
        days = count_messages_a_day(database, store_id)
        answers = measure_first_answers(database, store_id)
        waiting = {row["age"]: row["chats"] for row in count_waiting(database, store_id)}
        weeks, drawn = group_by_week(count_tags_a_week(database, store_id))
        stores = name_stores(database)
    senders = {sender: language.say(f"sender.{sender}") for sender in SENDERS}
    tags = {tag: tag_title(language, tag) for tag in drawn} | {REST: language.say("tags_rest")}
    kinds = {tag: f"c{place}" for place, tag in enumerate(drawn)}
    columns = [(row["day"], {sender: row[sender] for sender in SENDERS}) for row in days]
    return {
        "days": stack_columns(columns, SENDERS, senders),
        "senders": SENDERS,
        "messages": sum(sum(numbers.values()) for _, numbers in columns),
        "answers": answers,
        "waiting": [(age, waiting.get(age, 0)) for age in AGES],
        "weeks": stack_columns(weeks, kinds, tags),
        "tag_kinds": [(tags[tag], kind) for tag, kind in kinds.items()],
        "store_id": store_id,
        "stores": stores,
        "period": DAYS,
    }
