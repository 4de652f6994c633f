"""What a token says of itself, however odd it is; what it does not say stays unknown and is for WB to decide."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatsync.errors import TokenUnusableError
from local.simulator.model import ABSENT
from local.simulator.tokens import TokenKind, make_token
from wildberries.token import TokenFacts, read_token, require_usable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SELLER = "8c1f7a52-6f0e-4a3b-9d57-3f2b8f0f2a11"
TOO_DEEP = 100_000  # for any Python: json gives up at 1,000 levels up to 3.11, at 10,000 in 3.13
UNKNOWN = TokenFacts(kind="unknown", seller_id=None, expires_at=None, chat_access=None, read_only=None)


def a_token(
    kind: TokenKind = TokenKind.PERSONAL, expires_at: datetime = NOW + timedelta(days=90), **claims: Any
) -> str:
    return make_token(kind, SELLER, expires_at, changes=claims)


def a_jwt(claims: str, header: str = '{"alg":"ES256"}') -> str:
    return ".".join(urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, claims)) + "."


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (TokenKind.BASE, "base"),
        (TokenKind.TEST, "test"),
        (TokenKind.PERSONAL, "personal"),
        (TokenKind.SERVICE, "service"),
    ],
)
def test_every_claim_of_a_token_is_read_without_asking_wb(kind: TokenKind, name: str) -> None:
    facts = read_token(f"  {a_token(kind)}\n")
    assert facts == TokenFacts(name, SELLER, NOW + timedelta(days=90), chat_access=True, read_only=True)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("Bearer ", "", "begins with the word Bearer"),
        ("bearer\t", "", "begins with the word Bearer"),
        ("Authorization: Bearer ", "", "begins with the word Bearer"),
        ('"', '"', "stands in quotes"),
        ("«", "»", "stands in quotes"),
        ("'Bearer ", "'", "stands in quotes"),
        ("", "'", "stands in quotes"),
    ],
)
def test_what_was_pasted_along_with_a_token_is_named(before: str, after: str, what: str) -> None:
    with pytest.raises(TokenUnusableError, match=what) as refusal:
        read_token(f" {before}{a_token()}{after}\n")
    assert a_token()[:20] not in str(refusal.value)


@pytest.mark.parametrize("inside", ["\n", "\r\n", " ", "\u2028"])
def test_a_token_with_a_line_break_inside_is_named(inside: str) -> None:
    token = a_token()
    with pytest.raises(TokenUnusableError, match="a line break or a space inside"):
        read_token(f"{token[:40]}{inside}{token[40:]}")


@pytest.mark.parametrize(("chats", "read_only"), [(True, False), (False, True), (False, False)])
def test_the_access_mask_is_read_bit_by_bit(chats: bool, read_only: bool) -> None:
    token = make_token(TokenKind.PERSONAL, SELLER, NOW, chat_access=chats, read_only=read_only)
    facts = read_token(token)
    assert (facts.chat_access, facts.read_only) == (chats, read_only)


@pytest.mark.parametrize("claim", ["acc", "exp", "s", "sid", "t", "for", "ent"])
def test_a_token_without_one_claim_is_left_to_wb(claim: str) -> None:
    facts = read_token(a_token(**{claim: cast(Any, ABSENT)}))
    require_usable(facts, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        "{}",
        '{"acc": null, "exp": null, "s": null, "sid": null, "t": null}',
        '{"acc": "3", "exp": "soon", "s": "512", "sid": 5, "t": "true"}',
        '{"acc": 99, "exp": 1e300, "sid": ["x"]}',
        '{"acc": true, "exp": true, "s": true}',
        '{"sid": ""}',
        '{"sid": " "}',
        '{"sid": "a\\u0000b"}',
        '{"sid": "\\ud800"}',
        json.dumps({"sid": "x" * 5000}),
        '{"acc": [1], "exp": NaN, "s": 1.5, "sid": {}, "aud": 3, "iat": "x", "nbf": 99999999999, "sub": 1, "jti": 2}',
        '{"exp": -1e18}',
        '{"exp": Infinity}',
    ],
)
def test_odd_claims_are_unknown_and_left_to_wb(claims: str) -> None:
    facts = read_token(a_jwt(claims))
    assert facts == UNKNOWN
    require_usable(facts, NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "junk",
        "a.b.c",
        "..",
        "токен",
        "\ud800",
        a_jwt("[]"),
        a_jwt("null"),
        a_jwt("{not json"),
        a_jwt("{}", header="[]"),
        a_jwt('{"a":' + "[" * TOO_DEEP + "]" * TOO_DEEP + "}"),
    ],
)
def test_what_is_no_jwt_is_refused_with_what_to_do_and_is_not_quoted(token: str) -> None:
    with pytest.raises(TokenUnusableError, match="Make a token with the category") as refused:
        read_token(token)
    assert len(token) < 4 or token not in str(refused.value)


@settings(max_examples=50)
@given(st.text())
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    with pytest.raises(TokenUnusableError):
        read_token(text)


@given(
    st.dictionaries(
        st.sampled_from(["acc", "exp", "s", "sid", "t", "for"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    )
)
def test_no_claim_at_all_breaks_the_reader(claims: dict[str, Any]) -> None:
    facts = read_token(a_jwt(json.dumps(claims)))
    assert facts.kind in {"base", "test", "personal", "service", "unknown"}


@pytest.mark.parametrize(("seconds", "usable"), [(-1, False), (0, False), (1, True)])
def test_a_token_ends_at_the_second_it_names(seconds: int, usable: bool) -> None:
    facts = read_token(a_token(expires_at=NOW + timedelta(seconds=seconds)))
    if usable:
        require_usable(facts, NOW)
    else:
        with pytest.raises(TokenUnusableError, match="expired on 2026-03-01"):
            require_usable(facts, NOW)


@pytest.mark.parametrize("claims", [{"acc": 2}, {"t": True}])
def test_a_test_token_is_refused_by_either_of_its_marks(claims: dict[str, Any]) -> None:
    with pytest.raises(TokenUnusableError, match="test token"):
        require_usable(read_token(a_token(**claims)), NOW)


def test_a_token_without_chat_access_is_refused() -> None:
    with pytest.raises(TokenUnusableError, match="no access to the category"):
        require_usable(read_token(a_token(s=1 << 30)), NOW)


@pytest.mark.parametrize(
    ("left", "days"),
    [(timedelta(days=30), 30), (timedelta(days=29, hours=23), 29), (timedelta(0), 0), (timedelta(hours=-1), -1)],
)
def test_the_days_left_are_whole_days(left: timedelta, days: int) -> None:
    assert read_token(a_token(expires_at=NOW + left)).days_left(NOW) == days


def test_the_days_left_of_an_unknown_expiry_are_unknown() -> None:
    assert UNKNOWN.days_left(NOW) is None
