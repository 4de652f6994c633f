"""A store's token in the parameter store: there, missing, unusable, or out of reach; and WB is never asked."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chatsync.errors import ParametersUnavailableError, TokenUnusableError
from local.simulator.tokens import TokenKind, make_token
from wildberries import store_token

PREFIX = "/chat-history-sync/stores"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def ssm() -> Iterator[Any]:
    """A parameter store without any parameter."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("TOKEN_PARAMETER_PREFIX", PREFIX)
        patch.setenv("WB_API_URL", "https://example.org")
        store_token.parameter_store.cache_clear()
        yield boto3.client("ssm")
        store_token.parameter_store.cache_clear()


@pytest.fixture
def store() -> str:
    """A store no other test asked for: tokens are remembered for a minute."""
    return f"shop-{uuid.uuid4().hex}"


def put(ssm: Any, store: str, token: str) -> None:
    ssm.put_parameter(Name=f"{PREFIX}/{store}/token", Value=token, Type="SecureString", Overwrite=True)


def test_a_stores_token_is_read_and_told_apart(ssm: Any, store: str) -> None:
    put(ssm, store, make_token(TokenKind.SERVICE, "seller", NOW + timedelta(days=9)))
    _, facts = store_token.connect(store, None)
    assert (facts.kind, facts.seller_id) == ("service", "seller")


def test_a_missing_token_says_where_to_put_it(store: str) -> None:
    with pytest.raises(TokenUnusableError, match=f"no token in the parameter {PREFIX}/{store}/token"):
        store_token.connect(store, None)


def test_an_unusable_token_is_refused_and_not_quoted(ssm: Any, store: str) -> None:
    put(ssm, store, token := make_token(TokenKind.PERSONAL, "seller", NOW - timedelta(days=9)))
    with pytest.raises(TokenUnusableError, match="expired") as refused:
        store_token.connect(store, None)
    assert token not in str(refused.value)


def test_a_replaced_token_is_used_once_the_kept_one_is_old(
    ssm: Any, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_token, "KEEP_SECONDS", 0)
    for kind in (TokenKind.PERSONAL, TokenKind.BASE):
        put(ssm, store, make_token(kind, "seller", NOW + timedelta(days=9)))
        _, facts = store_token.connect(store, None)
    assert facts.kind == "base"


def test_a_token_is_read_once_a_minute(ssm: Any, store: str) -> None:
    put(ssm, store, make_token(TokenKind.PERSONAL, "seller", NOW + timedelta(days=9)))
    store_token.connect(store, None)
    ssm.delete_parameter(Name=f"{PREFIX}/{store}/token")
    _, facts = store_token.connect(store, None)
    assert facts.kind == "personal"


def test_a_parameter_store_out_of_reach_is_a_passing_fault(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    store_token.parameter_store.cache_clear()
    with pytest.raises(ParametersUnavailableError, match="EndpointConnectionError"):
        store_token.connect(store, None)
    store_token.parameter_store.cache_clear()
