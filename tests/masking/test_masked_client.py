"""The chat's own buyer: the name is known, and so never sent, in whatever case and wherever it stands."""

import json
from dataclasses import replace

import pytest

from classifier.masking import mask
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.support.openai_server import OpenAIServer
from tests.support.talks import transcript

RARE = "Зульхиджа Тохтарбай"  # no dictionary has it


@pytest.mark.parametrize(
    ("text", "client_name", "masked"),
    [
        ("ответьте зульхидже", RARE, "ответьте [ИМЯ]"),
        ("для ЗУЛЬХИДЖИ ТОХТАРБАЯ,", RARE, "для [ИМЯ],"),
        ("тохтарбаю и зульхиджой", RARE, "[ИМЯ] и [ИМЯ]"),
        ("пишет xiaoling снова", "Xiaoling", "пишет [ИМЯ] снова"),
        ("нет, это семен", "Семён", "нет, это [ИМЯ]"),
        ("роза просит вернуть", "Роза", "[ИМЯ] просит вернуть"),
        ("я верну, верно", "Вера", "я верну, верно"),
        ("ответьте зульхидже", "", "ответьте зульхидже"),
        ("а б в", "А Б", "а б в"),
        ("+7 912 345-67-89 зульхиджа", RARE, "[ТЕЛЕФОН] [ИМЯ]"),
    ],
)
def test_the_clients_name_is_masked_in_every_case_and_nothing_that_only_begins_like_it(
    text: str, client_name: str, masked: str
) -> None:
    assert mask(text, client_name) == masked


@pytest.mark.parametrize("name", ["[]()*+?.^$\\", "𗼇𗼈", "", " ", "а" * 5000, "123", "👩"])
def test_a_name_that_is_none_masks_nothing(name: str) -> None:
    assert mask("Где заказ?", name) == "Где заказ?"


def test_of_a_name_with_very_many_words_only_the_first_ones_are_masked() -> None:
    name = " ".join(f"{first}{second}зульхи" for first in "абвгд" for second in "абвгд")

    assert mask("аазульхи и ггзульхи", name) == "[ИМЯ] и ггзульхи"


def test_neither_sides_mention_of_the_client_is_sent() -> None:
    talk = [("client", "Это зульхиджа, где заказ?"), ("seller", "Уважаемая Зульхиджа Тохтарбай, проверим")]
    chat = replace(transcript(talk), client_name=RARE)
    with OpenAIServer() as server:
        OpenAIProvider(Settings("openai", "tiny", server.url, timeout_seconds=5)).classify([chat])
        sent = json.dumps([request.body for request in server.requests], ensure_ascii=False).casefold()
    assert "где заказ" in sent
    assert "зульхидж" not in sent
    assert "тохтарбай" not in sent
