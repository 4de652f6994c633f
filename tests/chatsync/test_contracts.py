"""The functions' events: read strictly, so that a wrong one fails at once and says why."""

from dataclasses import asdict, fields
from typing import Any

import pytest

from chatsync import contracts
from chatsync.contracts import FetchHistory, ListStores, SaveHistory
from chatsync.errors import EventInvalidError

WHOLE: dict[str, Any] = {
    "store_id": "shop",
    "run_id": 7,
    "cursor": None,
    "until": None,
    "stream_end": None,
    "history_key": None,
    "listed": False,
    "list_wait_seconds": 0,
    "events_wait_seconds": 0,
    "classify": True,
    "requests": 1,
    "seller_id": None,
    "token_type": "personal",
    "token_expires_at": None,
    "caught_up": True,
    "execution_id": "arn:1",
    "full": False,
    "error": "States.Timeout",
    "cause": "",
}
KINDS = [
    contracts.OpenRun,
    contracts.FetchHistory,
    contracts.SaveHistory,
    contracts.CloseRun,
    contracts.Report,
    contracts.FailRun,
]
WRONG: dict[str, list[Any]] = {
    "str": [None, 5, True, [], {}, b"x"],
    "int": [None, "5", True, 5.0, []],
    "bool": [None, 0, 1, "true", []],
    "int | None": ["5", True, 5.0, []],
    "str | None": [5, True, [], {}],
}


def named(kind: Any, name: str) -> str:
    kinds = {field.name: field.type for field in fields(kind)}
    return getattr(kinds[name], "__name__", str(kinds[name]))


FIELDS = [(kind, field.name) for kind in KINDS for field in fields(kind)]
WRONG_FIELDS = [(kind, name, wrong) for kind, name in FIELDS for wrong in WRONG[named(kind, name)]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_whole_event_is_read_and_fields_it_does_not_name_are_ignored(kind: Any) -> None:
    read = kind.parse(WHOLE | {"new_field": 1})
    assert asdict(read) == {field.name: WHOLE[field.name] for field in fields(kind)}


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_missing_field_is_named(kind: Any, name: str) -> None:
    event = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(EventInvalidError, match=f"{kind.__name__} has no field '{name}'"):
        kind.parse(event)


@pytest.mark.parametrize(("kind", "name", "wrong"), WRONG_FIELDS)
def test_a_field_of_another_type_is_named_and_its_value_is_not(kind: Any, name: str, wrong: Any) -> None:
    with pytest.raises(EventInvalidError, match=f"'{name}' of {kind.__name__} is {type(wrong).__name__}"):
        kind.parse(WHOLE | {name: wrong})


def test_an_error_shows_no_value() -> None:
    with pytest.raises(EventInvalidError) as refused:
        FetchHistory.parse(WHOLE | {"cursor": "Где мой заказ"})
    assert "заказ" not in str(refused.value)


def test_what_may_be_null_may_also_be_there() -> None:
    read = SaveHistory.parse(WHOLE | {"history_key": "pages/1", "cursor": 5})
    assert (read.history_key, read.cursor) == ("pages/1", 5)


def listed(**given: Any) -> ListStores:
    return ListStores.parse({"execution_name": "e", "input": given})


def test_an_empty_input_syncs_all_stores_incrementally_with_labels() -> None:
    assert listed() == ListStores("e", store_ids=None, full=False, classify=True)


def test_each_option_of_the_input_is_read() -> None:
    assert listed(store_ids=["a"], full=True, classify=False) == ListStores("e", ["a"], full=True, classify=False)
    assert listed(store_ids=None) == listed()


@pytest.mark.parametrize(
    "given",
    [
        {"store_ids": "a"},
        {"store_ids": ["a", 5]},
        {"store_ids": [None]},
        {"store_ids": {}},
        {"full": "yes"},
        {"full": 1},
        {"classify": None},
    ],
)
def test_an_option_of_another_type_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(EventInvalidError, match=next(iter(given))):
        listed(**given)


def test_an_unknown_option_is_named_beside_the_known_ones() -> None:
    with pytest.raises(EventInvalidError, match=r'ful, stores\. Known: "store_ids"'):
        listed(stores=[], ful=True)


@pytest.mark.parametrize("given", [None, [], "all", 5])
def test_an_input_that_is_no_object_is_refused(given: Any) -> None:
    with pytest.raises(EventInvalidError, match="must be a JSON object"):
        ListStores.parse({"execution_name": "e", "input": given})


def test_an_execution_without_a_name_is_refused() -> None:
    with pytest.raises(EventInvalidError, match="execution_name"):
        ListStores.parse({"input": {}})
