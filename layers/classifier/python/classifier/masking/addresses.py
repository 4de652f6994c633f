"""Street addresses, from the index or the town to the flat and the entrance."""

import re
from collections.abc import Iterator

from classifier.masking import address_tokens as words
from classifier.masking.address_tokens import PARTS, Token
from classifier.masking.likelihood import is_common_street, read_word
from classifier.masking.spans import Kind, Span

# Words of a street's or a town's name, pieces before it and behind it: as many as addresses have. They bound the time.
NAME_WORDS, BEFORE, BEHIND = 4, 8, 12
TOWN_WORDS = 3
SHORTENED = 3  # letters of «Бр» and «Лен»
BARE_NUMBERS = 2  # «Гоголя, 29, 14»
LIKELY_PLACE = 0.3
OPENING, CLOSING = '«"„“', '»"“”'
FLAT = re.compile(r"(\d{1,3})[-/](\d{1,3})")  # «Ленина 5-12»
AHEAD = 5  # words before a street that may say that one comes
SMALLEST_SIZE, NEXT_SIZE = 36, 4  # «Иванова 42-44» is somebody's size

SPACE = re.compile(r"\s{1,2}")
CLOSE = re.compile(r"\.?\s{0,2}[«\"]?")
LOOSE = re.compile(r"[\s,;.:№()»\"-]{0,4}")


def find_addresses(text: str) -> Iterator[Span]:
    """Yield the addresses that name a street or a house with its flat; a town alone is no address."""
    search = _Search(text)
    index = 0
    while index < len(search.tokens):
        places = search.address_at(index)
        if places:
            span = Span(Kind.ADDRESS, search.tokens[places[0]].start, search.tokens[places[1]].end)
            if not _is_title(text, span):
                yield span
        index = places[1] + 1 if places else index + 1


def _is_title(text: str, span: Span) -> bool:
    """Tell whether a street without a house is all that stands in quotation marks: «Невский проспект» is a pattern."""
    quoted = text[max(0, span.start - 1) : span.start] in OPENING and text[span.end : span.end + 1] in CLOSING
    return quoted and span.start > 0 and not any(map(str.isdigit, text[span.start : span.end]))


class _Search:
    """Looks at one text's tokens; an address is given by the places of its first and last token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = words.read_tokens(text)
        self._taken = 0  # tokens before this one belong to an earlier address

    def address_at(self, index: int) -> tuple[int, int] | None:
        """Return the address whose street, or whose house without a street, is named at this token."""
        token = self.tokens[index]
        if token.kind != "word":
            return None
        name = self._village(index) or (self._street(index) if token.lower in words.STREETS else None)
        name = name or self._numbered_street(index) or self._bare_street(index) or self._home(index)
        if not name:
            return None
        first, last = self._with_town(name[0]), self._with_parts(name[1])
        self._taken = last + 1
        return first, last

    def _street(self, index: int) -> tuple[int, int] | None:
        """Return the street whose kind («ул», «проспект») is at this token, with its name behind or before."""
        last = self._name_behind(index)
        if last:
            return index, last
        first = self._name_before(index)
        if first is not None:
            return first, index
        small = self._next(index, CLOSE)
        if small is None or small.kind != "word" or self._with_parts(index + 1) == index + 1:
            return None
        reading = read_word(small.text)  # «ул ленина 5», not «улице дождь, 5»
        return (index, index + 1) if reading.of_street or not reading.known else None

    def _name_behind(self, index: int) -> int | None:
        last, at = None, index
        while at - index < NAME_WORDS and (token := self._next(at, self._gap_within_name(at, index))):
            at += 1
            if token.capital:
                last = at
                continue
            if token.kind in {"ordinal", "house"} and last is None:
                continue  # «8 Марта», «40 лет Победы»
            begun = last is not None or self.tokens[at - 1].kind != "word"
            small = token.kind == "word" and token.lower not in PARTS
            if begun and small and self._with_parts(at) > at:
                return at  # «Охотный ряд, 2», «8 марта, 5»
            if token.lower not in words.CONNECTIVES:  # «Набережная реки Фонтанки»
                return last
        return last

    def _gap_within_name(self, at: int, street: int) -> re.Pattern[str]:
        """Return what may be between words of a name: a dot only behind «ул», «Р» or «Бр», elsewhere it ends all."""
        return CLOSE if at == street or len(self.tokens[at].text) <= SHORTENED else SPACE

    def _name_before(self, index: int) -> int | None:
        """Return where «3-я Парковая» begins before «улица»; «ленинский проспект» without capitals needs a house."""
        at = index
        while index - at < NAME_WORDS and (token := self._before(at)) and token.capital:
            if token.lower in words.LEADING:
                break  # «По улице»
            at -= 1
        if at == index and (token := self._before(at)) and self._with_parts(index) > index:
            at -= token.lower.endswith(("ий", "ый", "ой", "ая", "ое", "ом"))
        if at == index:
            return None
        return at - 1 if (token := self._before(at)) and token.kind == "ordinal" else at

    def _bare_street(self, index: int) -> tuple[int, int] | None:
        """Return a street without «улица»: «на Советской 14», «Хабаровск, Карла Маркса 96а»."""
        last = index
        while (word := self.tokens[last]).capital and last - index < TOWN_WORDS:
            if not (token := self._next(last, CLOSE)) or not token.capital:
                break
            last += 1
        number = self._next(last, LOOSE)
        if number and number.lower in words.HOUSES and self._number_follows(last + 1):
            number = self.tokens[last + 2]  # «Кирова, д. 5»
        if not number or not number.house:
            return None
        before = self.tokens[index - 1] if index > self._taken else None
        leads = before is not None and before.lower in words.LEADING
        if word.capital:
            placed = leads or (before is not None and _is_place(before))
            return (index, last) if self._is_street(index, last, placed=placed) else None
        likely = is_common_street(word.text) or (self._is_announced(index) and read_word(word.text).of_street)
        return (index, last) if leads and likely else None

    def _is_street(self, first: int, last: int, *, placed: bool) -> bool:
        """Tell whether capital words before a number are a street: by what is before, the house's shape, its parts."""
        word, house = self.tokens[last], self.tokens[last + 1]
        reading = read_word(word.text)
        if self._has_parts(last):
            return reading.of_street or word.lower.endswith("ский")  # «Невский 100, вход с арки»
        if not reading.of_street or placed:
            return reading.of_street
        somebodys = last > first and read_word(self.tokens[first].text).first_name > 0  # «Карла Маркса»
        named = somebodys or reading.surname > 0 or is_common_street(word.text)
        return named and (_is_flat(house.text) or self._is_announced(first))

    def _is_announced(self, index: int) -> bool:
        """Tell whether a word shortly before says that an address comes: «пвз в ТЦ, Мира 5»."""
        return any(token.lower in words.PICKUPS for token in self.tokens[max(self._taken, index - AHEAD) : index])

    def _has_parts(self, last: int) -> bool:
        """Tell whether a named part stands behind the street's number: «Гагарина 15 кв 3», «Гоголя, 11, 3 подъезд»."""
        behind = self._next(last + 1, LOOSE)
        if behind and behind.lower in words.ENTRANCES:
            return True
        return any(token.lower in PARTS for token in self.tokens[last + 1 : self._with_parts(last) + 1])

    def _numbered_street(self, index: int) -> tuple[int, int] | None:
        """Return a street that begins with a number, and lacks «улица»: «50 лет Октября 19», «8 Марта 12-44»."""
        token, number = self.tokens[index], self._before(index)
        if not number or number.kind not in {"house", "ordinal"}:
            return None
        jubilee = self._next(index, SPACE) if token.lower in {"лет", "летия"} else None
        last = index + 1 if jubilee and jubilee.lower in words.JUBILEES else index
        if last == index and token.lower not in words.HOLIDAYS:
            return None
        house = self._next(last, LOOSE)
        if not house or not house.house:
            return None
        told = last > index or self._has_parts(last) or self._is_announced(index)
        told = told or (token.capital and _is_flat(house.text))
        return (index - 1, last) if told else None

    def _village(self, index: int) -> tuple[int, int] | None:
        """Return a village with what of a street follows, where a house stands behind: «пос. Октябрьский, 3-12»."""
        token = self.tokens[index]
        lettered = token.lower in words.VILLAGE_LETTERS and self.text[token.end : token.end + 1] == "."
        if not lettered and token.lower not in words.VILLAGES:
            return None
        name = self._name_behind(index)
        small = self._next(index, CLOSE)
        if name is None and small and small.kind == "word" and self._has_parts(index + 1):
            name = index + 1  # «деревня сосновка дом 12»
        if name is None:
            return None
        last = self._village_street(name)
        return (index, last) if self._with_parts(last) > last else None

    def _village_street(self, last: int) -> int:
        """Return the last token of the street behind a village; `last` where there is none."""
        following = self._next(last, LOOSE)
        if not following:
            return last
        if following.lower in words.STREETS:
            street = self._street(last + 1)
            return street[1] if street else last
        kind = self._next(last + 1, CLOSE)
        if following.kind in {"ordinal", "house"} and kind and kind.lower in words.NUMBERED:
            return last + 2  # «5 линия», «3-я аллея»
        return last + 1 if following.capital and kind and kind.house else last

    def _home(self, index: int) -> tuple[int, int] | None:
        """Return a house with its flat where the street is not said: «дом 5, кв 12»."""
        if self.tokens[index].lower not in words.HOMES or not self._number_follows(index):
            return None
        street = self.tokens[index + 3] if index + 3 < len(self.tokens) else None
        if street and street.capital and self.tokens[index + 2].lower == "по" and read_word(street.text).of_street:
            return index, index + 3  # «дом 42 по Советской»
        flat = self._with_parts(index + 1)
        named = any(token.lower in PARTS for token in self.tokens[index + 2 : flat + 1])
        return (index, flat) if named and not self.tokens[index + 1].counts else None

    def _with_parts(self, last: int) -> int:
        """Return the last token of the house, flat, entrance and floor that follow; `last` where none do."""
        bare = 0
        for _ in range(BEHIND):
            token = self._next(last, LOOSE)
            if token and token.lower in PARTS and self._number_follows(last + 1):
                last += 2
            elif token and token.house and bare < BARE_NUMBERS:
                bare += 1
                last += 1
            elif token and token.lower in PARTS and self.tokens[last].kind == "house":
                last += 1  # «4 подъезд»
            else:
                break
        return last

    def _number_follows(self, index: int) -> bool:
        token = self._next(index, LOOSE)
        return token is not None and (token.kind == "house" or (token.letter and self._next(index, CLOSE) is not None))

    def _with_town(self, first: int) -> int:
        """Return where the index, region and town before the street begin; `first` where there are none."""
        for _ in range(BEFORE):
            first = self._with_piece(first)
        return first

    def _with_piece(self, first: int) -> int:
        """Return where the one piece before begins; `first` where there is none."""
        token, at = self._before(first, LOOSE), first - 1
        if token is None:
            return first
        if token.lower in words.REGIONS and at > self._taken and self.tokens[at - 1].capital:
            return at - 1
        while first - at <= TOWN_WORDS and self.tokens[at].capital and (town := self._before(at)):
            at -= 1
            if town.lower in words.TOWNS:
                return at
        return first - 1 if token.kind == "index" or _is_place(token) else first

    def _before(self, index: int, gap: re.Pattern[str] = CLOSE) -> Token | None:
        """Return the token before this one, where it belongs to no earlier address and only such a gap is between."""
        near = index > self._taken and self._next(index - 1, gap)
        return self.tokens[index - 1] if near else None

    def _next(self, index: int, gap: re.Pattern[str]) -> Token | None:
        """Return the token that follows this one, with nothing between them but such a gap."""
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if following and gap.fullmatch(self.text, self.tokens[index].end, following.start):
            return following
        return None


def _is_flat(house: str) -> bool:
    """Tell whether a number is a house with its flat, and no row of two sizes."""
    match = FLAT.fullmatch(house)
    if not match:
        return False
    first, second = int(match[1]), int(match[2])
    return not (first >= SMALLEST_SIZE and 0 < second - first <= NEXT_SIZE)


def _is_place(token: Token) -> bool:
    return token.capital and read_word(token.text).place >= LIKELY_PLACE
