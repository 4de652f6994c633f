"""Names of people: first names, patronymics and surnames, alone, together and with initials."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.masking.likelihood import Reading, read_word, word_set
from classifier.masking.spans import Kind, Span
from classifier.masking.titles import is_title

# How likely a word must be a name, where its writing says: much («для Вики»), little («Вика», beginning a sentence),
# nothing («вика»). Set on the part of the snippets for tuning: «Вера в людей пропала» stays, «Вика, ответьте» does not.
WITHIN, BEGINNING, SMALL, SELF_NAMED = 0.03, 0.5, 0.9, 0.3
SURNAME_WITHIN = 0.6
BEFORE_NAME = 0.1  # «Любовь» before «Ивановна»
NAMED = 0.02  # behind «меня зовут» any reading as a name will do
MOST_NAMED = 3  # words behind «меня зовут»: surname, first name, patronymic

WORD = re.compile(r"[^\W\d_]+")
JOINT = re.compile(r"(?: {1,2}|-|(?<=[А-ЯЁ])\. ?)")  # between the parts of one name
SENTENCE = re.compile(r"(?:^|[.!?…\n:(\"«)]\s{0,3}|\W\W\W)$")
SAYS_NAME = re.compile(
    r"(?i)(?<!\w)(?:зовут|звать|зовите|имя|имени|фио|ф\.и\.о|фамили[яюи]|получател[ья]\w{0,3}|с уважением|с ув|подпись|"
    r"отчество)(?!\w)(?:[\s:,.\-]|\b(?:меня|мен[яь]|моя|мо[её]|мой|получателя|это|на)\b){0,6}"
)

MODEL = re.compile(r"(?i)\bпро макс$")  # a telephone
SELF = re.compile(r"(?i)(?<!\w)(?:я|это) $")  # «это вика, писала вчера»
ENDS = re.compile(r"\s{0,3}(?:[,.!)]|$)")
ABBREVIATIONS = word_set("ИНН КПП БИК СНИЛС ОГРН ОГРНИП ПВЗ ВБ ИП ООО ТЦ ТК РФ")  # beside a name, and no part of it
HERB = re.compile(r"-[а-яё]")  # «иван-чай»


@dataclass(frozen=True)
class Word:
    """A word of a text and what it may be; `begins` a sentence, or is an `initial`: one capital and a dot."""

    text: str
    start: int
    end: int
    begins: bool
    initial: bool
    reading: Reading

    @property
    def capital(self) -> bool:
        """Tell whether it begins with a capital letter."""
        return self.text[0].isupper()


def find_names(text: str) -> Iterator[Span]:
    """Yield the names: words the dictionary knows as such, with the surnames and initials beside them."""
    words = [_word(match, text) for match in WORD.finditer(text)]
    named = _introduced(text, words)
    taken = 0
    for index, word in enumerate(words):
        if index >= taken and (index in named or _is_name(word, text) or _is_signed(words, index, text)):
            first, last = _whole_name(words, index, text, taken, named)
            if index in named or not _is_goods(words[first], words[last], text):
                yield Span(Kind.NAME, words[first].start, words[last].end + words[last].initial)  # an initial's dot too
            taken = last + 1


def _is_goods(first: Word, last: Word, text: str) -> bool:
    reading = first.reading
    in_first_case = reading.called > 0 or reading.first_name == 0
    return is_title(text, first.start, last.end, in_first_case=in_first_case)


def _word(match: re.Match[str], text: str) -> Word:
    word, (start, end) = match[0], match.span()
    begins = start == 0 or SENTENCE.search(text[max(0, start - 4) : start]) is not None
    initial = len(word) == 1 and word.isupper() and text[end : end + 1] == "."
    return Word(word, start, end, begins=begins, initial=initial, reading=read_word(word))


def _is_name(word: Word, text: str) -> bool:
    if (
        len(word.text) == 1
        or word.text in ABBREVIATIONS
        or HERB.match(text, word.end)
        or MODEL.search(text, max(0, word.start - 5), word.end)
    ):
        return False
    return _is_capital_name(word, text) if word.capital else _is_small_name(word, text)


def _is_small_name(word: Word, text: str) -> bool:
    itself = SELF.search(text, max(0, word.start - 5), word.start) and ENDS.match(text, word.end)
    return word.reading.known and word.reading.first_name >= (SELF_NAMED if itself else SMALL)


def _is_capital_name(word: Word, text: str) -> bool:
    reading = word.reading
    if not word.begins:
        return reading.surname >= SURNAME_WITHIN or reading.first_name >= max(WITHIN, reading.place)
    addressed = text[word.end : word.end + 1] == ","  # «Вика, ответьте»
    return reading.first_name >= SMALL or reading.called >= (WITHIN if addressed else BEGINNING)


def _introduced(text: str, words: Sequence[Word]) -> set[int]:
    """Return which words stand behind «меня зовут», «получатель» and the like, and may be names there."""
    starts = {word.start: index for index, word in enumerate(words)}
    named: set[int] = set()
    for says in SAYS_NAME.finditer(text):
        first = starts.get(says.end(), len(words))
        for index in range(first, min(first + MOST_NAMED, len(words))):
            if not _may_be_name(words[index]):
                break
            named.add(index)
            if not _joined(words, index, text):
                break
    return named


def _may_be_name(word: Word) -> bool:
    reading = word.reading
    if word.text in ABBREVIATIONS:
        return False
    return reading.of_person >= NAMED or not reading.known or (word.capital and reading.noun > 0)


def _is_signed(words: Sequence[Word], index: int, text: str) -> bool:
    """Tell whether a capital word has initials behind or before it: «Мельник А. В.», «А.В. Мельник»."""
    word = words[index]
    if not word.capital or word.initial or not _may_be_name(word):
        return False
    if index > 0 and words[index - 1].initial and text[words[index - 1].end : word.start] in {".", ". "}:
        return True
    return index + 1 < len(words) and words[index + 1].initial and text[word.end : words[index + 1].start] == " "


def _whole_name(words: Sequence[Word], index: int, text: str, taken: int, named: set[int]) -> tuple[int, int]:
    """Return the first and last word of the name that the word at `index` is a part of."""
    first = last = index
    while first > taken and _joined(words, first - 1, text) and _belongs(words[first - 1], before=True):
        first -= 1
    while last + 1 < len(words) and _joined(words, last, text):
        if last + 1 not in named and not _belongs(words[last + 1], before=False):
            break
        last += 1
    return first, last


def _joined(words: Sequence[Word], index: int, text: str) -> bool:
    """Tell whether nothing but a space, a hyphen or an initial's dot is between a word and the next one."""
    if index + 1 >= len(words):
        return False
    return JOINT.fullmatch(text, words[index].end, words[index + 1].start) is not None


def _belongs(word: Word, *, before: bool) -> bool:
    """Tell whether a word beside a name is a part of it: another name, an initial, or what may be a surname."""
    reading = word.reading
    if word.initial:
        return True
    if word.text in ABBREVIATIONS:
        return False
    if not word.capital:
        return reading.known and reading.of_person >= SURNAME_WITHIN
    if reading.of_person > NAMED or not reading.known:
        return not (before and word.begins and reading.known and reading.of_person < BEFORE_NAME)
    return not before and reading.noun == 1
