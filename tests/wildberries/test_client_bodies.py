"""Bodies as WB, a proxy or an accident may send them: read whole, or a passing fault; never half, never for ever."""

import gzip
import json

import pytest

from chatsync.errors import WildberriesUnavailableError
from local.simulator.faults import Fault, cut_body, junk, raw_json
from tests.support.byte_server import ByteServer, chunks, head, ok
from tests.wildberries.walking import wildberries
from wildberries import client as wildberries_client
from wildberries.body import read_body

DEEP = 50_000


def read(body: str) -> object:
    """Return what the client makes of this body."""
    with ByteServer(ok(body.encode("utf-8", "surrogatepass"))) as server:
        return server.client().get("/", {}, "eventID").result


def test_the_result_comes_as_wb_sent_it() -> None:
    result = read('{"result": [1, "два", null, 1.5, {"a": "\\ud800\\u0000\ud800"}], "errors": null}')
    assert result == [1, "два", None, 1.5, {"a": "\ud800\0\ud800"}]


@pytest.mark.parametrize("key", ["ReplySign", "replysign", "REPLYSIGN"])
@pytest.mark.parametrize("quote", ['"', ""], ids=["whole", "broken"])
def test_a_reply_sign_is_removed_however_its_key_is_written(key: str, quote: str) -> None:
    entries = [f'{{"chatID{mark}: "{number}", "{key}": "capability"}}' for number, mark in enumerate(('"', quote, '"'))]
    body = f'{{"result": [{", ".join(entries)}], "errors": null}}'
    assert "capability" not in repr(read_body(body.encode(), "chatID"))


def test_reply_signs_are_removed_at_any_depth() -> None:
    sign = {"replySign": "capability", "kept": 1}
    result = read(json.dumps({"result": [sign, {"a": [[sign]], "replySign": {"replySign": 1}}], "replySign": "x"}))
    assert result == [{"kept": 1}, {"a": [[{"kept": 1}]]}]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"result": []',
        '{"result": "\udcff"',
        "[]",
        "null",
        '"result"',
        "{}",
        '{"errors": ["wrong"]}',
        '{"result": [], "errors": ["upstream timeout"]}',
        '{"result": [], "errors": "upstream timeout"}',
        '{"errors": ["upstream timeout"], "result": [], "errors": null}',
        '{"result": [], "error": true, "errorText": "wrong"}',
        '{"result": []} {"errors": ["upstream timeout"]}',
        '{"errors": ["upstream timeout"]} {"result": []}',
        '{"result": {"events": [], "totalEvents": 0, "errors": ["upstream timeout"]}, "errors": null}',
        '{"result": {"events": [], "totalEvents": 0, "error": "upstream timeout"}}',
        '{"result": {"events": [{"eventID": "',
        '{"result": {"next": 1770000000000, "totalEvents": 0, "events": [], "x',
    ],
    ids=lambda body: body[:20] or "empty",
)
def test_what_is_no_answer_is_a_passing_fault(body: str) -> None:
    with pytest.raises(WildberriesUnavailableError):
        read(body)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ('{"result": [NaN, 1]}', ["NaN", 1]),
        ('{"result": [-Infinity]}', ["-Infinity"]),
        ('{"result": ["a\nb", "c"]}', ["a\nb", "c"]),
        ('{"result": [' + "9" * 5000 + "]}", ["9" * 5000]),
        ('{"result": [1]}\0\0', [1]),
        ('\ufeff{"result": [1]}', [1]),
        ('{"result": [1], "result": []}', [1]),
        (')]}\',\n{"result": [1]}', [1]),
        ('<br />Warning: x<br />{"result": [1]}', [1]),
        ('/* cached */ {"result": [1]}', [1]),
        ('answer({"result": [1]});', [1]),
        ('null\n{"result": [1]}', [1]),
    ],
    ids=[
        "NaN",
        "Infinity",
        "newline",
        "endless number",
        "bytes behind",
        "BOM",
        "doubled key",
        "guard before",
        "warning before",
        "comment before",
        "call around",
        "null before",
    ],
)
def test_one_bad_value_costs_itself_alone(body: str, result: object) -> None:
    assert read(body) == result


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_of_a_broken_list_the_whole_entries_are_taken_and_the_broken_one_is_said(broken: int) -> None:
    entries = [f'{{"chatID": "{number}", "replySign": "capability"}}' for number in range(3)]
    entries[broken] = entries[broken].replace('"chatID"', '"chatID')
    with ByteServer(ok(f'{{"result": [{", ".join(entries)}], "errors": null}}'.encode())) as server:
        answer = server.client().get("/", {}, "chatID")
    assert [chat["chatID"] for chat in answer.result] == [str(number) for number in range(3) if number != broken]
    assert len(answer.fragments) == 1
    assert "capability" not in answer.fragments[0]


def test_bytes_behind_the_end_are_damage_and_nothing_is_missing_for_them() -> None:
    with ByteServer(ok(b'{"result": [1]}\n<!-- served by a proxy -->')) as server:
        answer = server.client().get("/", {}, "eventID")
    assert (answer.result, answer.damaged, answer.fragments) == ([1], 1, ())


def test_a_second_answer_behind_the_first_is_not_taken_for_noise() -> None:
    first, second = (json.dumps({"result": [{"chatID": name, "replySign": "capability"}]}) for name in "ab")
    for body, fragments in ((first + second, 1), (first + "\n" + first, 0)):
        with ByteServer(ok(body.encode())) as server:
            answer = server.client().get("/", {}, "chatID")
        assert ([chat["chatID"] for chat in answer.result], len(answer.fragments)) == (["a"], fragments)
        assert "capability" not in "".join(answer.fragments)


def test_a_page_without_a_whole_event_still_says_where_the_next_begins() -> None:
    body = '{"result": {"next": 1770000000000, "totalEvents": 1, "events": [{"eventID: "a"}]}, "errors": null}'
    with ByteServer(ok(body.encode())) as server:
        answer = server.client().get("/", {}, "eventID")
    assert answer.result == {"events": [], "next": 1770000000000, "totalEvents": 1}
    assert len(answer.fragments) == 1


def test_broken_utf_8_is_visible_and_counted() -> None:
    with ByteServer(ok(b'{"result": ["\xf0\x9f\x98", "ok"]}')) as server:
        answer = server.client().get("/", {}, "eventID")
    assert (answer.result, answer.damaged) == (["\ufffd", "ok"], 1)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deep_is_a_placeholder_and_its_neighbour_is_whole(opening: str, closing: str) -> None:
    result = read('{"result": [' + opening * DEEP + "1" + closing * DEEP + ', "ok"]}')
    assert isinstance(result, list)
    assert (result[1], "nested too deep" in json.dumps(result[0])) == ("ok", True)


@pytest.mark.parametrize(("levels", "is_whole"), [(60, True), (70, False), (DEEP, False)])
def test_how_deep_is_too_deep_is_the_same_with_every_python(levels: int, is_whole: bool) -> None:
    result = read('{"result": {"a": "' + "[{" * 100 + '", "deep": ' + "[" * levels + "]" * levels + "}}")
    assert isinstance(result, dict)
    assert (json.dumps(result["deep"]) == "[" * levels + "]" * levels, result["a"]) == (is_whole, "[{" * 100)


def test_brackets_in_words_are_no_levels_and_no_damage() -> None:
    body = '{"result": ["' + "[" * 1000 + ' \ufffd"]}'
    with ByteServer(ok(body.encode())) as server:
        answer = server.client().get("/", {}, "eventID")
    assert (answer.result, answer.damaged) == (["[" * 1000 + " \ufffd"], 0)


def test_a_null_result_is_wbs_way_to_say_nothing() -> None:
    assert read('{"result": null, "errors": null}') is None


def test_a_number_beyond_all_floats_is_kept_as_its_text() -> None:
    assert read('{"result": {"x": 1e400, "y": -1e400}}') == {"x": "1e400", "y": "-1e400"}


@pytest.mark.parametrize("fault", [junk(), cut_body(), raw_json("[1, 2"), raw_json('{"result"')])
def test_junk_and_cut_bodies_are_passing_faults(fault: Fault) -> None:
    with wildberries() as (simulator, store, client):
        simulator.faults.add(store.id, "chats", fault)
        with pytest.raises(WildberriesUnavailableError):
            client.get("/api/v1/seller/chats", {}, "eventID")


def test_a_whole_json_that_is_shorter_than_promised_is_a_cut_body() -> None:
    body = b'{"result": []}'
    with (
        ByteServer(head(f"Content-Length: {len(body) + 1}") + body) as server,
        pytest.raises(WildberriesUnavailableError, match="cut its answer"),
    ):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize(
    ("end", "whole"), [(b"0\r\n\r\n", True), (b"", False), (b"5\r\nab", False), (b"zz\r\n", False)]
)
def test_a_chunked_body_is_whole_only_with_its_last_chunk(end: bytes, whole: bool) -> None:
    with ByteServer(head("Transfer-Encoding: chunked"), *chunks(b'{"result":', b" [7]}"), end) as server:
        if whole:
            assert server.client().get("/", {}, "eventID").result == [7]
        else:
            with pytest.raises(WildberriesUnavailableError):
                server.client().get("/", {}, "eventID")


def test_a_gzipped_body_is_read_byte_by_byte_if_it_comes_so() -> None:
    body = gzip.compress(b'{"result": [7]}')
    pieces = [bytes([byte]) for byte in body]
    with ByteServer(head("Content-Encoding: gzip", f"Content-Length: {len(body)}"), *pieces) as server:
        assert server.client().get("/", {}, "eventID").result == [7]


def test_a_gzipped_body_that_is_none_is_a_passing_fault() -> None:
    with (
        ByteServer(ok(b'{"result": [7]}', "Content-Encoding: gzip")) as server,
        pytest.raises(WildberriesUnavailableError),
    ):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_larger_than_any_answer_is_given_up(encoded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wildberries_client, "ANSWER_BYTES", 1_000_000)
    body = b'{"result": ["' + b"a" * 2_000_000 + b'"]}'
    answer = ok(gzip.compress(body), "Content-Encoding: gzip") if encoded else ok(body)
    with ByteServer(answer) as server, pytest.raises(WildberriesUnavailableError, match="too long"):
        server.client().get("/", {}, "eventID")


def test_an_answer_of_ten_megabytes_is_normal() -> None:
    assert read('{"result": ["' + "a" * 10_000_000 + '"]}') == ["a" * 10_000_000]


def test_a_trickling_body_is_given_up_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wildberries_client, "ANSWER_SECONDS", 0.1)
    with (
        ByteServer(head("Content-Length: 100000000"), then=b" ") as server,
        pytest.raises(WildberriesUnavailableError, match="took too long"),
    ):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", head("Transfer-Encoding: chunked")])
def test_headers_that_trickle_are_given_up_after_the_same_time(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wildberries_client, "ANSWER_SECONDS", 0.2)
    with ByteServer(begun, then=b"1") as server, pytest.raises(WildberriesUnavailableError, match="took too long"):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\n", head("Content-Length: 99"), head() + b"{"])
def test_silence_is_given_up_after_its_time(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wildberries_client, "SILENCE_SECONDS", 0.1)
    with ByteServer(sent, then=b"") as server, pytest.raises(WildberriesUnavailableError):
        server.client().get("/", {}, "eventID")
