"""The pages' words in Russian and English: one TOML file a language, chosen by Accept-Language."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("translations")
CODES = ("ru", "en")
DEFAULT = "en"
FEW_FROM, FEW_TO = 2, 4
TEENS = range(11, 15)


@dataclass(frozen=True)
class Language:
    """A language's words by dotted key; a key that is missing is a fault of this program."""

    code: str
    words: dict[str, str] = field(repr=False)

    def say(self, key: str, **values: object) -> str:
        """Return the words of a key, its {gaps} filled in."""
        return self.words[key].format(**values)

    def find_words(self, key: str) -> str | None:
        """Return the words of a key that may be missing, such as a tag of the owner's own taxonomy."""
        return self.words.get(key)

    def say_number_of(self, key: str, number: int) -> str:
        """Return a number with its noun in the right form: 1 чат, 2 чата, 5 чатов."""
        return self.words[f"{key}.{self._form(number)}"].format(number=self.format_number(number))

    def format_number(self, value: int) -> str:
        """Return a whole number with its thousands parted by a narrow space."""
        return f"{value:,}".replace(",", "\u202f")

    def _form(self, number: int) -> str:
        last = number % 10
        if self.code != "ru":
            return "one" if number == 1 else "many"
        if number % 100 in TEENS or last == 0 or last > FEW_TO:
            return "many"
        return "one" if last == 1 else "few"


def choose_language(chosen: str | None, accept: str | None) -> Language:
    """Return the chosen one of ours; else the one that Accept-Language likes best, English if it names none."""
    if chosen in CODES:
        return load_language(chosen)
    wishes = []
    for place, wish in enumerate((accept or "")[:500].split(",")):
        code, _, quality = wish.partition(";")
        wishes.append((-_quality(quality), place, code.strip().lower().partition("-")[0]))
    return load_language(next((code for weight, _, code in sorted(wishes) if code in CODES and weight), DEFAULT))


def _quality(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=")) if text else 1.0
    except ValueError:
        return 0.0


@cache
def load_language(code: str) -> Language:
    """Return a language of ours."""
    return Language(code, _flat(tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")), ""))


def _flat(table: dict[str, Any], before: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for key, value in table.items():
        words |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return words
