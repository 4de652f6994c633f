"""Links, and the names people have in messengers and social networks."""

import re
from collections.abc import Iterator

from classifier.masking.domains import DOT, TOP_LEVEL
from classifier.masking.spans import MASKED, Kind, Span

REST = rf'[^\s"«»<>{MASKED}]*'
SLASH = r"\s{0,2}(?:/|\b(?:слэш|слеш|slash)\b)\s{0,2}"
LINKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![a-z])(?:h[tx]{{2}}ps?|ftp|tg|viber|whatsapp|vk)\s?:\s?//\s?{REST}",
        rf"(?<!\w)www\.{REST}",
        rf"(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,20}}{TOP_LEVEL}(?!-)(?:[:/?#]{REST})?",
        rf"(?<![\w@.-])[\w-]{{1,30}}{DOT}{TOP_LEVEL}{SLASH}@?[\w.+\-]++(?:{SLASH}[\w.+\-]++)*+",
        r"(?<![\w.])@\s?[^\W\d][\w.]{2,31}",
        r"(?<!\w)live:[\w.]{2,40}",
        r"(?<!\w)id\d{5,12}(?!\w)",
    )
)
TRAILING = ".,!?;:)]}'*"  # behind a link: the sentence's, not the link's

# The networks as they are called, in every case of Russian grammar, with the usual misspellings.
NETWORK = (
    r"(?:тел{1,3}ег\w{0,9}|telegram\w{0,3}|tg|тг[ке]?|в[ао][тц]с?[ае]п\w{0,3}|whats\s?app\w{0,3}|viber|вайбер\w{0,3}|"
    r"инст\w{0,9}|inst(?:a|agram)?|вк|vk|вконтакте|скайп\w{0,3}|skype|дискорд\w{0,3}|discord|тик\s?ток\w{0,3}|tik\s?tok|"
    r"одноклассник\w{0,3}|директ\w{0,3}|макс\w?)"
)
NAME = r"([a-z][\w.]{2,31}(?:#\d{4})?)(?!\w)"
SAYS = r"(?:\s{0,3}[:=,(\-]{1,3}\s{0,3}|\s{1,3})"
FILLER = r"(?:(?:мой|моя|я|ник|логин|собака|акк\w{0,5}|страниц\w|канал\w{0,3}|групп\w{1,3}|это|там)[\s:=\-]{1,4}){0,3}"
HANDLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\w){NETWORK}{SAYS}{FILLER}(?!{NETWORK}(?!\w)){NAME}",
        rf"(?<!\w)(?:ник\w{{0,2}}|nick\w{{0,4}}|логин\w?|аккаунт\w?)(?:\s{{1,3}}в\s{{1,3}}\w{{1,20}})?{SAYS}{NAME}",
        rf"(?<![\w.]){NAME}\s{{1,3}}(?:в|на)\s{{1,3}}{NETWORK}(?!\w)",
    )
)
ANOTHER_NETWORK = re.compile(NETWORK, re.IGNORECASE)


def find_links(text: str) -> Iterator[Span]:
    """Yield the links, with or without https://, and what is named as somebody's name in a network."""
    for pattern in LINKS:
        for match in pattern.finditer(text):
            yield Span(Kind.LINK, match.start(), match.start() + len(match[0].rstrip(TRAILING)))
    for pattern in HANDLES:
        for match in pattern.finditer(text):
            if not ANOTHER_NETWORK.fullmatch(match[1]):
                yield Span(Kind.LINK, *match.span(1))
