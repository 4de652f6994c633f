"""Names of people: first names, patronymics and surnames, alone, together and with initials."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.masking.spans import Kind, Span
from classifier.masking.words import Reading, read

# How likely a word must be a name, where its writing says: much («для Вики»), little («Вика», beginning a sentence),
# nothing («вика»). Set on the part of the snippets for tuning: «Вера в людей пропала» stays, «Вика, ответьте» does not.
_WITHIN, _BEGINNING, _SMALL, _SELF_NAMED = 0.03, 0.5, 0.9, 0.3
_SURNAME_WITHIN = 0.6
_BEFORE_NAME = 0.1  # «Любовь» before «Ивановна»
_NAMED = 0.02  # behind «меня зовут» any reading as a name will do
_MOST_NAMED = 3  # words behind «меня зовут»: surname, first name, patronymic

_WORD = re.compile(r"[^\W\d_]+")
_JOINT = re.compile(r"(?: {1,2}|-|(?<=[А-ЯЁ])\. ?)")  # between the parts of one name
_SENTENCE = re.compile(r"(?:^|[.!?…\n:(\"«)]\s*|\W\W\W)$")
_SAYS_NAME = re.compile(
    r"(?i)(?<!\w)(?:зовут|звать|зовите|имя|имени|фио|ф\.и\.о|фамили[яюи]|получател[ья]\w*|с уважением|с ув|подпись|"
    r"отчество)(?!\w)(?:[\s:,.\-]|\b(?:меня|мен[яь]|моя|мо[её]|мой|получателя|это|на)\b){0,6}"
)

_MODEL = re.compile(r"(?i)\bпро макс$")  # a telephone
_SELF = re.compile(r"(?i)(?<!\w)(?:я|это) $")  # «это вика, писала вчера»
_ENDS = re.compile(r"\s*(?:[,.!)]|$)")
_HERB = re.compile(r"-[а-яё]")  # «иван-чай»


@dataclass(frozen=True, slots=True)
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
    words = [_word(found, text) for found in _WORD.finditer(text)]
    named = _introduced(text, words)
    taken = 0
    for index, word in enumerate(words):
        if index >= taken and (index in named or _is_name(word, text) or _is_signed(words, index, text)):
            first, last = _whole_name(words, index, text, taken, named)
            yield Span(Kind.NAME, words[first].start, _with_dot(words[last]))
            taken = last + 1


def _word(found: re.Match[str], text: str) -> Word:
    before = text[max(0, found.start() - 4) : found.start()]
    begins = found.start() == 0 or _SENTENCE.search(before) is not None
    initial = len(found[0]) == 1 and found[0].isupper() and text[found.end() : found.end() + 1] == "."
    return Word(found[0], found.start(), found.end(), begins, initial, read(found[0]))


def _is_name(word: Word, text: str) -> bool:
    if len(word.text) == 1 or _HERB.match(text, word.end) or _MODEL.search(text, max(0, word.start - 5), word.end):
        return False
    return _is_capital_name(word, text) if word.capital else _is_small_name(word, text)


def _is_small_name(word: Word, text: str) -> bool:
    itself = _SELF.search(text, max(0, word.start - 5), word.start) and _ENDS.match(text, word.end)
    return word.reading.known and word.reading.first_name >= (_SELF_NAMED if itself else _SMALL)


def _is_capital_name(word: Word, text: str) -> bool:
    reading = word.reading
    if not word.begins:
        of_person = reading.first_name >= _WITHIN and reading.first_name >= reading.place
        return reading.surname >= _SURNAME_WITHIN or of_person
    addressed = text[word.end : word.end + 1] == ","  # «Вика, ответьте»
    return reading.first_name >= _SMALL or reading.called >= (_WITHIN if addressed else _BEGINNING)


def _introduced(text: str, words: Sequence[Word]) -> set[int]:
    """Return which words stand behind «меня зовут», «получатель» and the like, and may be names there."""
    starts = {word.start: index for index, word in enumerate(words)}
    found: set[int] = set()
    for says in _SAYS_NAME.finditer(text):
        index = starts.get(says.end())
        while index is not None and index < len(words) and _may_be_name(words[index]) and len(found) < len(words):
            found.add(index)
            index = index + 1 if _joined(words, index, text) else None
    return found


def _may_be_name(word: Word) -> bool:
    reading = word.reading
    if reading.first_name + reading.surname >= _NAMED or not reading.known:
        return True
    return word.capital and reading.noun > 0


def _is_signed(words: Sequence[Word], index: int, text: str) -> bool:
    """Tell whether a capital word has initials behind or before it: «Мельник А. В.», «А.В. Мельник»."""
    word = words[index]
    if not word.capital or word.initial or not _may_be_name(word):
        return False
    behind = index + 1 < len(words) and words[index + 1].initial
    before = index > 0 and words[index - 1].initial and text[words[index - 1].end : word.start] in {".", ". "}
    return (behind and text[word.end : words[index + 1].start] == " ") or before


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
    return _JOINT.fullmatch(text, words[index].end, words[index + 1].start) is not None


def _belongs(word: Word, *, before: bool) -> bool:
    """Tell whether a word beside a name is a part of it: another name, an initial, or what may be a surname."""
    reading = word.reading
    if word.initial:
        return True
    if not word.capital:
        return reading.known and reading.surname + reading.first_name >= _SURNAME_WITHIN
    if reading.first_name + reading.surname > _NAMED or not reading.known:
        return not (before and word.begins and reading.known and reading.first_name + reading.surname < _BEFORE_NAME)
    return not before and reading.noun == 1


def _with_dot(word: Word) -> int:
    """Return where a name ends that ends with a word: an initial's dot is a part of it."""
    return word.end + 1 if word.initial else word.end
