"""Golden sets: ours, and what is said of a file that is none."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from classifier.taxonomy import CAUSE_KEYS, KEYS
from eval.golden_set import FOLDER, NEW_IDS, PARTS, read_golden_set
from local.errors import UsageError

GOOD = '{"id": "1", "messages": [{"sender": "client", "text": "где заказ"}], "tag": "delivery"}'
SECRET = "верните деньги"


def test_our_parts_hold_every_tag_often_enough_and_share_no_chat() -> None:
    tune, score = (read_golden_set(part) for part in PARTS)

    assert len(tune) + len(score) >= 250
    assert all(min(Counter(chat.tag for chat in part).values()) >= 10 for part in (tune, score))
    assert {chat.tag for chat in tune} == {chat.tag for chat in score} == set(KEYS)
    assert not {chat.transcript.chat_id for chat in tune} & {chat.transcript.chat_id for chat in score}
    wordy = [
        {turn for chat in part for turn in chat.transcript.buyer_turns() if len(turn) > 20} for part in (tune, score)
    ]
    assert not wordy[0] & wordy[1]


@pytest.mark.parametrize("author", NEW_IDS)
def test_of_each_author_of_new_chats_the_half_with_the_smaller_digests_is_for_tuning(author: str) -> None:
    ids = [[chat.transcript.chat_id for chat in read_golden_set(part) if chat.is_new] for part in PARTS]
    tune, score = ([sha256(chat_id.encode()).hexdigest() for chat_id in part if chat_id[:2] == author] for part in ids)

    assert len(tune) == len(score) == 65
    assert max(tune) < min(score)


def test_given_a_file_from_windows_when_read_then_blank_lines_photos_and_other_fields_do_no_harm(
    tmp_path: Path,
) -> None:
    file = tmp_path / "set.jsonl"
    photo = '{"id": "2", "messages": [{"sender": "client", "text": null}], "tag": "undefined", "note": "a photo"}'
    file.write_text(f"{GOOD}\n\n{photo}\n", encoding="utf-8-sig", newline="\r\n")

    chats = read_golden_set(file)

    assert [(chat.transcript.chat_id, chat.tag) for chat in chats] == [("1", "delivery"), ("2", "undefined")]


def test_every_chat_of_ours_has_a_cause_and_a_set_of_ones_own_may_leave_it_out(tmp_path: Path) -> None:
    own = tmp_path / "set.jsonl"
    own.write_text(GOOD, "utf-8")

    ours = {chat.cause for file in FOLDER.glob("*.jsonl") for chat in read_golden_set(file)}

    assert ours == set(CAUSE_KEYS)
    assert [chat.cause for chat in read_golden_set(own)] == [None]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "no valid JSON"),
        ("[" * 100_000, "no valid JSON"),
        ("[]", "the line is no JSON object"),
        ('{"messages": [], "tag": "thanks"}', "the line has no id"),
        ('{"id": "2", "tag": "thanks"}', "the line has no messages"),
        ('{"id": "2", "messages": []}', "the line has no tag"),
        ('{"id": 2, "messages": [], "tag": "thanks"}', "id is no text"),
        (f'{{"id": "2", "messages": [], "tag": "{SECRET}"}}', "tag is none of delivery, "),
        (f'{{"id": "2", "messages": [], "tag": "thanks", "cause": "{SECRET}"}}', "cause is none of broken, "),
        (f'{{"id": "2", "messages": "{SECRET}", "tag": "thanks"}}', "messages is no list"),
        (f'{{"id": "2", "messages": ["{SECRET}"], "tag": "thanks"}}', "message 1 is no JSON object"),
        (f'{{"id": "2", "messages": [{{"text": "{SECRET}"}}], "tag": "thanks"}}', "message 1 has no sender"),
        ('{"id": "2", "messages": [{"sender": "client"}], "tag": "thanks"}', "message 1 has no text"),
        ('{"id": "2", "messages": [{"sender": 1, "text": "a"}], "tag": "thanks"}', "sender of message 1 is no text"),
        ('{"id": "2", "messages": [{"sender": "a", "text": 1}], "tag": "thanks"}', "text of message 1 is neither"),
        (GOOD, "the id stands there a second time"),
    ],
)
def test_given_a_bad_line_when_read_then_file_line_and_fault_are_named_and_no_text(
    tmp_path: Path, line: str, wrong: str
) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(f"{GOOD}\n{line}\n", "utf-8")

    with pytest.raises(UsageError) as error:
        read_golden_set(file)

    assert str(error.value).startswith(f"{file}, line 2: {wrong}")
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [(None, "cannot be read (No such file or directory)"), (b"\n", "holds no chats"), (b"\xff\xff", "is not UTF-8")],
)
def test_given_no_set_at_all_when_read_then_the_file_is_named(
    tmp_path: Path, content: bytes | None, wrong: str
) -> None:
    file = tmp_path / "set.jsonl"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(UsageError) as error:
        read_golden_set(file)

    assert str(error.value) == f"{file} {wrong}."
