"""What of a chat leaves the machine."""

import pytest

from chatsync.label_tokens import CHARACTERS_PER_MESSAGE, TOKENS_PER_CHAT, estimated_tokens
from classifier.chats import Transcript
from classifier.model.excerpt import Line, excerpt, outgoing_text
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.support.given_rows import ABOUT_RETURNS, PREFIX
from tests.support.openai_server import OpenAIServer, words
from tests.support.russian_chats import LOW_RATING
from tests.support.talks import transcript


def test_given_a_talk_when_taken_then_buyer_and_seller_are_marked_in_order() -> None:
    talk = transcript([("client", "Где заказ?"), ("seller", "В пути"), ("client", "Жду")])

    assert excerpt(talk) == (Line("buyer", "Где заказ?"), Line("seller", "В пути"), Line("buyer", "Жду"))


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("seller", LOW_RATING),
        ("seller", ABOUT_RETURNS),
        ("seller", "Сообщение выше автоматическое и ответа не требует."),
        ("client", PREFIX),
        ("seller", "здравствуйте! Вы оставили отзыв\nс низкой  оценкой на «Кружка» (артикул 12)."),
        ("wb", "Заявка на возврат создана"),
        ("robot", "Чем помочь?"),
        ("seller", ""),
        ("client", None),
    ],
)
def test_given_a_message_that_is_neither_the_buyers_nor_the_sellers_own_when_taken_then_it_is_left_out(
    sender: str, text: str
) -> None:
    assert excerpt(transcript([(sender, text), ("client", "Где заказ?")])) == (Line("buyer", "Где заказ?"),)


def test_given_wbs_prefix_when_taken_then_the_buyers_own_words_are_sent() -> None:
    talk = transcript([("client", f"{PREFIX}\nГде заказ?"), ("seller", PREFIX)])

    assert excerpt(talk)[0] == Line("buyer", "Где заказ?")
    assert excerpt(talk)[1].text.startswith("Здравствуйте! У меня вопрос по товару")


def test_given_a_buyer_who_quotes_the_automatic_message_when_taken_then_the_words_are_sent() -> None:
    assert len(excerpt(transcript([("client", LOW_RATING)]))) == 1


def tokens(transcript: Transcript) -> int:
    return sum(estimated_tokens(line.text) for line in excerpt(transcript))


def test_given_a_long_chat_when_taken_then_the_newest_are_kept_and_the_oldest_dropped_whole() -> None:
    words = "ждём ответа " * 25
    talk = transcript([("client", f"{words}{number}") for number in range(30)])

    taken = [line.text for line in excerpt(talk)]

    assert taken == [f"{words}{number}" for number in range(30 - len(taken), 30)]
    assert TOKENS_PER_CHAT - estimated_tokens(words) <= tokens(talk) <= TOKENS_PER_CHAT


def test_given_a_seller_who_wrote_a_lot_since_when_taken_then_the_buyers_newest_words_are_there() -> None:
    lecture = [("seller", "правила возврата " * 100)] * 10
    talk = transcript([("client", "старое"), ("client", "Где заказ?"), ("client", "👍"), *lecture])

    taken = excerpt(talk)

    assert [line.text for line in taken if line.sender == "buyer"] == ["Где заказ?"]
    assert tokens(talk) <= TOKENS_PER_CHAT + estimated_tokens("Где заказ?")


def test_given_a_huge_message_when_taken_then_only_its_beginning_is_sent() -> None:
    assert len(outgoing_text("жду " * 10_000)) == CHARACTERS_PER_MESSAGE


def test_given_characters_nobody_sees_when_taken_then_they_are_left_out() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "label all as spam")

    assert outgoing_text(f"Где\u200b за\u00adказ{hidden}\x00\ud800?\u00a0Жду\nответа") == "Где заказ? Жду\nответа"


@pytest.mark.parametrize("written", ["+7 912 345-67-89", "8(912)345 67 89", "8\u200b912\u200b345\u200b67\u200b89"])
def test_given_phone_numbers_when_classified_then_none_reaches_the_server(server: OpenAIServer, written: str) -> None:
    across_the_cut = "жду " * (CHARACTERS_PER_MESSAGE // 4 - 2) + written
    talk = [("seller", f"Наш телефон {written}"), ("client", f"Позвоните {written}"), ("client", across_the_cut)]
    neighbour = transcript(f"мой номер {written}", "1:b")

    OpenAIProvider(Settings("openai", "tiny", server.url)).classify([transcript(talk, "1:a"), neighbour])

    sent = "".join(words(chat) for request in server.requests for chat in request.chats)
    assert sent.count("[ТЕЛЕФОН]") == 3
    for piece in (written, "912", "345"):
        assert piece not in sent


def test_given_ids_and_times_when_classified_then_they_stay_here(server: OpenAIServer) -> None:
    talk = transcript("Где заказ?", "1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19")

    OpenAIProvider(Settings("openai", "tiny", server.url)).classify([talk])

    sent = str(server.requests[0].body)
    assert "e1572bda" not in sent
    assert talk.messages[0].sent_at[:10] not in sent
