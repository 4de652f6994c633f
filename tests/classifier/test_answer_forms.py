"""A model's text: what is read out of which wrapping, and what is no answer. Pure, form by form."""

import json

import pytest

from classifier.model.answer_forms import find_entries

ENTRY = {"id": "c1", "tag": "delivery", "confidence": 0.9, "reason": "где {заказ} [мой]?"}
OTHER = ENTRY | {"id": "c2"}
BARE = json.dumps([ENTRY, OTHER], ensure_ascii=False)
WHOLE = f'{{"labels": {BARE}}}'

READ = {
    "as it was asked for": WHOLE,
    "pretty-printed": json.dumps({"labels": [ENTRY, OTHER]}, indent=2),
    "byte order mark": "\ufeff" + WHOLE,
    "fence": f"```\n{WHOLE}\n```",
    "fence with a language": f"```json\r\n{WHOLE}\r\n```",
    "fence without an end": f"```json\n{WHOLE}",
    "fence between words": f"Вот метки:\n```json\n{WHOLE}\n```\nВсё.",
    "thoughts": f"<think>\n{{похоже}}\n</think>\n{WHOLE}",
    "thoughts in capitals": f"<THINKING>хм</THINKING>{WHOLE}",
    "thoughts with a draft": f"<think>{WHOLE}</think>{WHOLE}",
    "thoughts whose beginning stood in the prompt": f"так {WHOLE} или\n</think>\n\n```json\n{WHOLE}\n```",
    "words before": f"Ответ [по чатам]: {WHOLE}",
    "words after": f"{WHOLE}\n\nГотово {{всё}} [1].",
    "another value beside": f'{{"note": "ok"}} {WHOLE}',
    "bare list": BARE,
    "bare list between words": f"Метки: {BARE}.",
    "more fields than asked for": json.dumps({"model": "x", "labels": [ENTRY, OTHER], "n": 2}, ensure_ascii=False),
    "an entry that is none beside": json.dumps({"labels": [ENTRY, 5, {"id": "c3"}, OTHER]}, ensure_ascii=False),
    "</think> in a reason": json.dumps({"labels": [ENTRY, OTHER | {"reason": "</think>"}]}),
}
NOT_READ = {
    "nothing": "",
    "words": "Все чаты о доставке.",
    "words with brackets": "Чат [1] и {второй}: доставка.",
    "cut in an entry": WHOLE[:-30],
    "cut before the last bracket": WHOLE[:-1],
    "cut bare list": BARE[:-1],
    "cut in a fence": f"```json\n{WHOLE[:-1]}\n```",
    "two answers": f"{WHOLE}\n{WHOLE}",
    "two fences": f"```\n{WHOLE}\n```\nили\n```\n{BARE}\n```",
    "thoughts without an end": f"<think>{WHOLE}",
    "thoughts after the answer": f"{WHOLE}<think>нет, не так",
    "another object": '{"error": "overloaded"}',
    "a number": "42",
    "entries without tags": '[{"id": "c1"}]',
    "labels that are none": '{"labels": "none"}',
    "a bare entry between words": f"Вот: {json.dumps(ENTRY)}",
    "brackets without end": "[" * 100_000,
    "a number without end": '{"labels": [{"id": "c1", "tag": ' + "1" * 10_000 + "}]}",
}


@pytest.mark.parametrize("form", READ)
def test_a_form_is_read(form: str) -> None:
    entries = find_entries(READ[form])
    assert entries is not None
    assert [entry["id"] for entry in entries] == ["c1", "c2"]


@pytest.mark.parametrize("wrapping", ["{}", "```json\n{}\n```", " {} "])
def test_a_bare_entry_is_read_where_nothing_stands_beside_it(wrapping: str) -> None:
    assert find_entries(wrapping.replace("{}", json.dumps(ENTRY))) == [ENTRY]


@pytest.mark.parametrize("form", NOT_READ)
def test_a_form_is_no_answer(form: str) -> None:
    assert not find_entries(NOT_READ[form])


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_no_beginning_of_an_answer_is_an_answer(cut: int) -> None:
    assert not find_entries(WHOLE[:cut])
    assert not find_entries(f"Вот метки: {WHOLE[:cut]}")
