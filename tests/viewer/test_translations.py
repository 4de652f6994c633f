"""Both languages say the same things, all of them are used, and a browser gets the one it wants."""

import re
from datetime import date
from itertools import product

import pytest

from chatsync import errors
from chatsync.label_stops import LABEL_STOPS
from reading.filters import ANSWERED
from reading.first_answers import WHO
from reading.overview import AGES, STEPS
from reading.runs import STATUSES
from reading.waiting import GROUPS
from tests.support.project import ROOT
from viewer.charts import SHADES
from viewer.languages import CODES, choose_language, load_language
from viewer.periods import usual_periods
from viewer.web_pages.overview import WRITERS
from viewer.web_pages.problems import KINDS

LAYER = ROOT / "layers" / "viewer" / "python" / "viewer"
SOURCE = "\n".join(
    file.read_text(encoding="utf-8") for pattern in ("**/*.py", "templates/*.html") for file in LAYER.glob(pattern)
)
# Keys made of a part that is data: which parts there can be.
MADE = {
    "nav": ("stores", "chats", "runs", "themes", "overview"),
    "status": (*STATUSES, "dead"),
    "token": ("base", "personal", "service", "test", "unknown"),
    "sender": ("client", "seller", "wb"),
    "attachment": ("file", "image"),
    "problem.kind": KINDS,
    "label_stop": tuple(LABEL_STOPS),
    "month": tuple(str(number) for number in range(1, 13)),
    "urgency": ("u1", "u2", "u3"),
    "language": ("ru", "en"),
    "keys": ("next", "previous", "open", "list", "search", "label", "no_answer", "hits", "help"),
    "day": ("one", "few", "many"),
    "waiting.group": tuple(GROUPS),
    "waiting.about": ("1", "thanks", "silent"),
    "no_answer": tuple(f"reason_{reason}" for reason in ("thanks", "elsewhere", "solved", "spam")),
    "overview": (
        *(*AGES, *WRITERS, *usual_periods(date(2026, 11, 1)), *STEPS),
        *(f"by_{step}" for step in STEPS),
        *(f"{shown}_{who}" for shown in ("first_answer", "week") for who in WHO),
        *(f"shade_{shade}" for shade in range(len(SHADES) + 1)),
    ),
    "answered": ANSWERED,
    "weekday": tuple(str(number) for number in range(1, 8)),
    "refusal": ("no_page", "no_chat", "no_run", "no_tag", "address", "period", "form_not_ours", "form_too_long"),
}
MADE["refusal"] += ("no_message", "chat_changed", "database", "database_refused", "not_made")
MADE["refusal_cure"] = MADE["refusal"]
FORMS = ("one", "few", "many")
# Errors that never end up in a run's row.
NOT_OF_RUNS = {
    "StoreUnknownError",
    "ChatUnknownError",
    "ChatAmbiguousError",
    "ChatChangedError",
    "MigrationUnfinishedError",
    "TagUnknownError",
    "CauseUnknownError",
    "ProblemUnknownError",
    "ClassifierUnavailableError",
    "ClassifierRefusedError",
    "ClassifierUnusableError",
}


def used() -> set[str]:
    plain = set(re.findall(r"\b(?:t|say)\(\s*[\"']([\w.]+)[\"']\s*[,)]", SOURCE))
    plain |= set(re.findall(r"or t\(\"([\w.]+)\"\)", SOURCE))
    counted = set(re.findall(r"\bn\(\s*[\"']([\w.]+)[\"']", SOURCE))
    made = {f"{table}.{part}" for table, parts in MADE.items() for part in parts}
    cures = {f"cure.{name}" for name in OWN_ERRORS - NOT_OF_RUNS} | {"cure.Interrupted"}
    return plain | {f"{key}.{form}" for key, form in product(counted, FORMS)} | made | cures


OWN_ERRORS = {kind.__name__ for kind in errors.ChatSyncError.__subclasses__()}


def test_both_languages_say_the_same_things() -> None:
    assert load_language("ru").words.keys() == load_language("en").words.keys()
    for key, words in load_language("en").words.items():
        gaps = re.findall(r"{\w+}", words)
        assert sorted(gaps) == sorted(re.findall(r"{\w+}", load_language("ru").words[key])), key


def test_every_word_is_used_and_none_is_missing() -> None:
    assert set(load_language("en").words) == used()


@pytest.mark.parametrize("code", CODES)
def test_no_words_are_empty(code: str) -> None:
    assert [key for key, words in load_language(code).words.items() if not words.strip()] == []


def test_russian_is_russian() -> None:
    latin = {key for key, words in load_language("ru").words.items() if not re.search("[а-яА-Я]", words)}
    assert latin == {"sender.wb", "overview.wb", "label.person_mark", "date", "language.en"}


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        (None, "en"),
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("de,ru;q=0.5,en;q=0.3", "ru"),
        ("de", "en"),
        ("ru;q=0", "en"),
        ("en;q=0.2,ru;q=0.7", "ru"),
        ("*;q=nonsense,ru;q=x", "en"),
        ("ru," * 10_000, "ru"),
    ],
)
def test_the_browsers_language_is_taken(accept: str | None, code: str) -> None:
    assert choose_language(None, accept).code == code


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "остался 1 день"),
        (3, "осталось 3 дня"),
        (5, "осталось 5 дней"),
        (11, "осталось 11 дней"),
        (21, "остался 21 день"),
    ],
)
def test_numbers_take_their_noun(number: int, said: str) -> None:
    assert load_language("ru").say_number_of("days_left", number) == said
