"""Russian number words, as people dictate telephone numbers: «восемь девятьсот двенадцать»."""

from typing import NamedTuple

# Written without «ь», so that «пятдесят» is read too; then the misspellings that remain.
VALUES = {
    "нол": 0, "нул": 0, "один": 1, "одна": 1, "адин": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "читыре": 4,
    "пят": 5, "шест": 6, "сем": 7, "восем": 8, "девят": 9, "девит": 9,
    "десят": 10, "одиннадцат": 11, "одинадцат": 11, "двенадцат": 12, "тринадцат": 13, "четырнадцат": 14,
    "пятнадцат": 15, "шестнадцат": 16, "семнадцат": 17, "восемнадцат": 18, "девятнадцат": 19,
    "двадцат": 20, "двацат": 20, "тридцат": 30, "трицат": 30, "сорок": 40, "пятдесят": 50, "пядесят": 50,
    "шестдесят": 60, "семдесят": 70, "восемдесят": 80, "девяносто": 90, "девеносто": 90,
    "сто": 100, "двести": 200, "триста": 300, "четыреста": 400, "пятсот": 500, "шестсот": 600, "семсот": 700,
    "восемсот": 800, "девятсот": 900, "девяцот": 900,
}  # fmt: skip


class NumberWord(NamedTuple):
    """A number word's value; `room` is what the words after it may add: 100 after «девятьсот», 10 after «сорок»."""

    value: int
    room: int


def number_word(word: str) -> NumberWord | None:
    """Return what a word in lower case counts, None for any other word."""
    value = VALUES.get(word.replace("ь", ""))
    if value is None:
        return None
    is_tens = value % 10 == 0 and value in range(20, 100)
    is_hundreds = value % 100 == 0 and value > 0
    return NumberWord(value, 10 if is_tens else 100 if is_hundreds else 0)
