"""Russian first names as they look in Latin letters, however they are transliterated: «Natalya», «Natalja»."""

import re

# In Cyrillic; what is written in Latin letters is compared by what all transliterations share.
FIRST_NAMES = (
    "александр александра саша алексей леша анатолий толя андрей антон арсений артем тема артур богдан борис "
    "вадим валентин валентина валерий валера валерия лера василий вася виктор виктория вика виталий виталик "
    "владимир вова володя владислав влад вячеслав слава геннадий гена георгий гоша глеб григорий гриша даниил "
    "данила денис дмитрий дима евгений женя евгения егор иван ваня игорь илья иннокентий кирилл константин костя "
    "лев леонид леня максим макс марк матвей михаил миша никита николай коля олег павел паша петр петя роман рома "
    "руслан семен сергей сережа станислав стас степан тимофей тимур федор федя филипп эдуард юрий юра яков "
    "ярослав алена алина алиса алла алсу анастасия настя ангелина анжела анжелика анна аня антонина арина валя "
    "варвара варя вера вероника галина галя дарья даша диана дина евдокия екатерина катя елена лена елизавета "
    "лиза жанна зинаида зоя инна ирина ира карина кира клавдия кристина ксения ксюша лариса лидия лида лилия лия "
    "любовь люба людмила люда майя маргарита рита марина мария маша милана надежда надя наталия наталья наташа "
    "нина оксана олеся ольга оля полина раиса регина римма светлана света серафима снежана софия софья соня "
    "таисия тамара татьяна таня ульяна эльвира эльмира эмилия юлия юля яна ярослава азамат айгуль айдар айнур "
    "алия алмаз альбина амина арман армен асель асем ахмед бахтияр гузель гульнара гульназ дамир динара дильшод "
    "жанар зарина зульфия ильдар ильнур камила лейла мадина магомед мурат надира наиля нурлан нурсултан рамиль "
    "рамиля ренат ринат рустам салават самат фарид фатима шамиль эльдар"
)
WRITTEN = "pyotr alexander jenya jenia eugene aleksey alex catherine julia xenia max helen"  # besides
LETTERS = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
        "я": "ya",
    }
)  # fmt: skip
# What systems of transliteration write differently; in this order.
SAME = (
    ("kh", "h"), ("ck", "k"), ("ph", "f"), ("x", "ks"), ("w", "v"), ("c", "k"), ("j", "y"), ("i", "y"), ("'", ""),
)  # fmt: skip
SOFT = re.compile(r"y{1,3}(?=[aeou])|y{1,3}$|(?<=e)y")
TWICE = re.compile(r"(.)\1")

SURNAME = re.compile(
    r"(?i)[a-z]{2,14}(?:[oe]va?|ina?|yna?|[sc]k(?:iy|ii|ij|y|i|aya|aia|aja)|enko|ch?uk|yuk|yan|ian|dze|shvili|ich|ullina?|oglu)"
)
PATRONYMIC = re.compile(r"(?i)[a-z]{2,14}(?:ovna|evna|ichna|ovich|evich)")


def latin_skeleton(word: str) -> str:
    """Return what all transliterations of a name have in common: «Юлия», «Yulia», «Julija» are «ula»."""
    letters = word.lower().translate(LETTERS)
    for written, same in SAME:
        letters = letters.replace(written, same)
    return TWICE.sub(r"\1", SOFT.sub("", letters))


SKELETONS = frozenset(map(latin_skeleton, f"{FIRST_NAMES} {WRITTEN}".split()))


def is_latin_first_name(word: str) -> bool:
    """Tell whether a word of Latin letters is a first name, in whatever transliteration."""
    return latin_skeleton(word) in SKELETONS


def is_latin_surname(word: str) -> bool:
    """Tell whether a word of Latin letters ends as Russian surnames and patronymics do."""
    return SURNAME.fullmatch(word) is not None or is_latin_patronymic(word)


def is_latin_patronymic(word: str) -> bool:
    """Tell whether a word of Latin letters ends as patronymics do."""
    return PATRONYMIC.fullmatch(word) is not None
