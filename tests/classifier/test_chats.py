"""The rows that classifiers read and write, and whose words in a chat count."""

import json
from dataclasses import asdict

from classifier.chats import Label, Transcript
from tests.support.russian_chats import LOW_RATING
from tests.support.talks import transcript


def test_given_a_row_of_a_chat_page_when_read_then_nothing_is_lost() -> None:
    row = {
        "chat_id": "1:a",
        "messages_total": 40,
        "client_name": "Анна",
        "messages": [
            {"sender": "client", "text": None, "sent_at": "2026-10-01T10:00:00+00:00"},
            {"sender": "robot", "text": "Ответ", "sent_at": "2026-10-01T10:01:00+00:00"},
        ],
    }

    assert json.loads(json.dumps(asdict(Transcript.from_row(row)))) == row


def test_given_a_label_when_written_as_a_row_then_nothing_is_lost() -> None:
    label = Label("1:a", 40, "defect", None, "слова: брак", "keywords/1", abstained=False, cause="broken")

    row = json.loads(json.dumps(label.as_row()))

    assert set(row) == {"chat_id", "messages_total", "tag", "confidence", "reason", "model", "abstained", "cause"}
    assert Label(**row) == label


def test_given_a_talk_when_turns_are_read_then_the_newest_is_first_and_only_the_buyer_speaks() -> None:
    talk = transcript(
        [
            ("seller", LOW_RATING),
            ("client", "Пришёл брак"),
            ("client", "верните деньги"),
            ("seller", "Пришлите фото"),
            ("wb", "Служебное"),
            ("client", "вот"),
        ]
    )

    assert talk.buyer_turns() == ["вот", "Пришёл брак\nверните деньги"]


def test_given_no_words_of_the_buyer_when_turns_are_read_then_there_are_none() -> None:
    assert transcript([("seller", LOW_RATING), ("client", " 👍 ... "), ("client", "")]).buyer_turns() == []
