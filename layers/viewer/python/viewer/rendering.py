"""Templates filled in: everything escaped, times in Moscow's zone with the exact moment beside, words in a language."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chatsync.hidden_characters import SHOWN_IN_LINES, can_be_seen
from chatsync.label_stops import name_label_stop
from chatsync.taxonomy import Tag, taxonomy
from viewer.languages import Language

MOSCOW = timezone(timedelta(hours=3))  # all year round since 2014
MINUTE, HOUR, DAY = 60, 3600, 86_400
FEW_DAYS = 3
KILO = 1000


def render_template(template: str, language: Language, **values: Any) -> str:
    """Return a web page."""
    words: dict[str, Any] = {"t": language.say, "n": language.say_number_of, "known": language.find_words}
    return ENVIRONMENT.get_template(template).render(words | _formats(language) | {"language": language.code} | values)


def show_hidden(text: object) -> str:
    """Return a text that shows all of itself."""
    return str(text if text is not None else "").translate(SHOWN_IN_LINES)


def show_name(name: str | None) -> str:
    """Return a name that shows all of itself, "" of one that nobody sees: a link of it could not be found."""
    return show_hidden(name) if name and can_be_seen(name) else ""


def format_moment(at: datetime, form: str = "minute") -> Markup:
    """Return a time for people: Moscow's, which viewer.js rewrites to the browser's own zone."""
    forms = {"minute": "%d.%m.%Y %H:%M", "time": "%H:%M", "second": "%d.%m.%Y %H:%M:%S", "clock": "%H:%M:%S"}
    shown = f"{at.astimezone(MOSCOW):{forms[form]}}"
    exact = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" data-form="{}" title="{} (UTC+3)">{}</time>').format(exact, form, shown, shown)


def format_plain_moment(at: datetime) -> str:
    """Return Moscow's time without any markup, for a title."""
    return f"{at.astimezone(MOSCOW):%d.%m.%Y %H:%M} (UTC+3)"


def format_end(at: datetime, now: datetime) -> Markup:
    """Return the moment at which a wait ends: the time of day, with the whole date where it is not today's."""
    return format_moment(at, "clock" if moscow_day(at) == moscow_day(now) else "second")


def moscow_day(at: datetime) -> date:
    """Return the day of a moment."""
    return at.astimezone(MOSCOW).date()


def tag_title(language: Language, tag: str) -> str:
    """Return a tag's title in the taxonomy; the tag itself where an older taxonomy gave it."""
    return _title(language, taxonomy().tags, tag)


def cause_title(language: Language, cause: str) -> str:
    """Return a cause's title in the taxonomy; the cause itself where an older taxonomy gave it."""
    return _title(language, taxonomy().causes, cause)


def _title(language: Language, entries: Sequence[Tag], key: str) -> str:
    for entry in entries:
        if entry.key == key:
            return entry.title_ru if language.code == "ru" else entry.title_en
    return show_hidden(key)


def _formats(language: Language) -> dict[str, Any]:
    return {
        "duration": lambda seconds: format_duration(language, float(seconds)),
        "ago": lambda at, now: language.say("ago", time=format_duration(language, (now - at).total_seconds())),
        "time_between": lambda since, until: _days(language, (until - since).total_seconds()),
        "size": lambda size: _size(language, size),
        "number": language.format_number,
        "signed": lambda change: f"{change:+d}".replace("+0", "0").replace("-", "\u2212"),
        "day": lambda day: language.say("date", day=day.day, month=language.say(f"month.{day.month}"), year=day.year),
        "tag_name": lambda tag: tag_title(language, tag),
        "cause_name": lambda cause: cause_title(language, cause),
        "label_stop": lambda sentence: language.find_words(f"label_stop.{name_label_stop(sentence)}"),
    }


def format_duration(language: Language, seconds: float) -> str:
    """Return a length of time, as exactly as people need it."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return language.say("unit.seconds", number=whole)
    if whole < HOUR:
        return language.say("unit.minutes", number=whole // MINUTE)
    if whole < FEW_DAYS * DAY:
        return language.say("unit.hours", number=whole // HOUR, minutes=f"{whole % HOUR // MINUTE:02}")
    return language.say("unit.days", number=whole // DAY)


def _days(language: Language, seconds: float) -> str:
    """Return whole days, or of less than one the hours or minutes."""
    return language.say_number_of("day", int(seconds // DAY)) if seconds >= DAY else format_duration(language, seconds)


def _size(language: Language, size: int | None) -> str:
    if size is None:
        return ""
    if size < KILO * KILO:
        return language.say("unit.kilobytes", number=max(1, size // KILO))
    return language.say("unit.megabytes", number=f"{size / KILO / KILO:.1f}")


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {
    "visible": show_hidden,
    "name": show_name,
    "moment": format_moment,
    "end": format_end,
    "plain_moment": format_plain_moment,
}
