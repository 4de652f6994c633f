"""A conversation as a person reads it: who, what about, and every message in order, day by day."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.text import Text

from local.terminal.tables import console, count_of, format_minute, name_zones, visible

SENDERS = {"client": ("buyer", "cyan"), "seller": ("seller", "green"), "wb": ("WB", "magenta")}
INDENT = 6  # As wide as a time: what a buyer writes on a new line can never look like another message.
NARROWEST = 20


def show_conversation(chat: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> None:
    """Print the chat's heading and all its messages, in this machine's time."""
    console.print(
        Text(visible(chat["client_name"]) or "(no name)", style="bold"), f"· {count_of(len(messages), 'message')}"
    )
    zones = name_zones(message["sent_at"] for message in messages)
    console.sentence(Text(_about(chat, zones), style="dim"))
    for day, of_day in groupby(messages, key=lambda message: message["sent_at"].astimezone().date()):
        console.print(f"\n── {day:%d.%m.%Y} ──", style="dim")
        for message in of_day:
            _show_message(message)
    console.print()


def _about(chat: Mapping[str, Any], zones: str) -> str:
    facts = {
        "store": chat["store_name"],
        "product": chat["nm_id"],
        "order": chat["rid"],
        "label": chat["tag"],
        "cause": chat["cause"],
        "not in WB's list since": chat["missing_since"] and f"{chat['missing_since'].astimezone():%d.%m.%Y}",
        "times": zones,
    }
    return " · ".join(f"{name}: {visible(str(value))}" for name, value in facts.items() if value)


def _show_message(message: Mapping[str, Any]) -> None:
    name, colour = SENDERS.get(message["sender"], (visible(message["sender"]) or "unknown", "yellow"))
    automatic = ", automatic" if message.get("automatic") else ""  # WB's or a bot's, in the seller's name
    words = Text(f"{name}{automatic}: ", style=f"bold {colour}")
    written = "\n".join(map(visible, (message["text"] or "").splitlines()))
    if prefix := visible(" ".join((message.get("prefix") or "").split())):  # WB's words, on a line of their own
        words.append(f"{prefix}\n" if written else prefix, style="not bold dim default")
    words.append(written, style="not bold default")
    lines = _wrapped(words)
    lines += [Text(f"[{_attachment(attachment)}]", style="blue") for attachment in message["attachments"]]
    for version in message["versions"]:
        lines += _wrapped(_earlier(version))
    console.print(Text(f"{message['sent_at'].astimezone():%H:%M} ", style="dim") + lines[0], soft_wrap=True)
    for line in lines[1:]:
        console.print(Text(" " * INDENT) + line, soft_wrap=True)


def _earlier(version: Mapping[str, Any]) -> Text:
    """Return what a changed message said before."""
    said = "\n".join(map(visible, (version["text"] or "(no text)").splitlines()))
    return Text(f"[changed; before, {format_minute(version['sent_at'])}: {said}]", style="dim")


def _wrapped(text: Text) -> list[Text]:
    """Return the text in lines: between words on a terminal, elsewhere only where its author broke them."""
    if not console.is_terminal:
        return list(text.split("\n", allow_blank=True))
    return list(text.wrap(console, max(NARROWEST, console.width - INDENT)))


def _attachment(attachment: Mapping[str, Any]) -> str:
    facts = (attachment["kind"], attachment["name"], attachment["content_type"], _kilobytes(attachment["size"]))
    return ", ".join(visible(fact) for fact in facts if fact)


def _kilobytes(size: int | None) -> str | None:
    return None if size is None else f"{max(1, size // 1000)} kB"
