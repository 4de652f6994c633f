"""Templates filled in: everything escaped, times in Moscow's zone with the exact moment beside, words in a language."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chatsync.taxonomy import taxonomy
from viewer.languages import Language

MOSCOW = timezone(timedelta(hours=3))  # all year round since 2014
MINUTE, HOUR, DAY = 60, 3600, 86_400
FEW_DAYS = 3
KILO = 1000
# What would turn a line's order around or hide in it becomes visible; joiners stay, emoji need them.
HIDDEN = {
    code: f"<U+{code:04X}>" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
}
HIDDEN |= {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}
HIDDEN |= dict.fromkeys(range(0x7F, 0xA0), "\ufffd")


def render(template: str, language: Language, **values: Any) -> str:
    """Return a page."""
    words: dict[str, Any] = {"t": language.say, "n": language.count, "known": language.known, "language": language.code}
    return _ENVIRONMENT.get_template(template).render(words | _formats(language) | values)


def visible(text: object) -> str:
    """Return a text that shows all of itself."""
    return str(text if text is not None else "").translate(HIDDEN)


def moment(at: datetime, form: str = "minute") -> Markup:
    """Return a time for people: Moscow's, which viewer.js rewrites to the browser's own zone."""
    forms = {"minute": "%d.%m.%Y %H:%M", "time": "%H:%M", "second": "%d.%m.%Y %H:%M:%S", "clock": "%H:%M:%S"}
    shown = f"{at.astimezone(MOSCOW):{forms[form]}}"
    exact = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" data-form="{}" title="{} (UTC+3)">{}</time>').format(exact, form, shown, shown)


def moscow_day(at: datetime) -> date:
    """Return the day of a moment."""
    return at.astimezone(MOSCOW).date()


def initials(name: str | None) -> str:
    """Return the first letter of a name, for a round mark beside it."""
    letters = [sign for sign in name or "" if unicodedata.category(sign).startswith("L")]
    return letters[0].upper() if letters else "?"


def tag_name(language: Language, tag: str) -> str:
    """Return a tag's title in the taxonomy; the tag itself where an older taxonomy gave it."""
    found = next((known for known in taxonomy().tags if known.key == tag), None)
    if found is None:
        return visible(tag)
    return found.title_ru if language.code == "ru" else found.title_en


def _formats(language: Language) -> dict[str, Any]:
    return {
        "duration": lambda seconds: _duration(language, float(seconds)),
        "ago": lambda at, now: language.say("ago", time=_duration(language, (now - at).total_seconds())),
        "size": lambda size: _size(language, size),
        "number": language.number,
        "day": lambda day: language.say("date", day=day.day, month=language.say(f"month.{day.month}"), year=day.year),
        "tag_name": lambda tag: tag_name(language, tag),
    }


def _duration(language: Language, seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return language.say("unit.seconds", number=whole)
    if whole < HOUR:
        return language.say("unit.minutes", number=whole // MINUTE)
    if whole < FEW_DAYS * DAY:
        return language.say("unit.hours", number=whole // HOUR, minutes=f"{whole % HOUR // MINUTE:02}")
    return language.say("unit.days", number=whole // DAY)


def _size(language: Language, size: int | None) -> str:
    if size is None:
        return ""
    if size < KILO * KILO:
        return language.say("unit.kilobytes", number=max(1, size // KILO))
    return language.say("unit.megabytes", number=f"{size / KILO / KILO:.1f}")


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"visible": visible, "moment": moment, "initials": initials}
