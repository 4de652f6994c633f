"""Names that are a product's and not a person's: «кукла Маша», «томаты Иван Купала», «торт Невский»."""

import re

from classifier.russian import fold

# What of a shop's goods is called by a name, right behind the word; «кукла Маше не понравилась» is told by its case.
GOODS = (
    r"(?:кукл[аыу]|пупс|мишк[аиу]|игрушк[аиу]|конфет\w{0,2}|шоколад\w{0,3}|торт\w{0,2}|печень[ея]|сыр|сол[ьи]|ча[йя]|кофе|"
    r"колбас[аыу]|томат\w{0,2}|помидор\w{0,2}|огур\w{1,4}|сорт\w{0,2}|семена|роз[аыу]|тюльпан\w{0,2}|книг[аиу]|роман|сказк[аиу]|"
    r"фильм\w?|мультик\w?|сериал\w?|игр[аыу]|танк\w?|самол[её]т\w?|набор\w?|коллекци[яию]|сери[яию]|модел[ьи]|бренд\w?|марк[аиу]|"
    r"фирм[аыу]|обои|штор[аы]|диван\w?|кресло|стол|шкаф|кровать|комод|платье|сумк[аиу]|костюм\w?|маск[аиу]|духи|крем\w?|маз[ьи]|"
    r"шампун[ьяе]|помад[аыу]|краск[аиу]|карт[аыу]|открытк[аиу]|статуэтк[аиу]|икон[аыу]|пазл\w?|пластинк[аиу]|альбом\w?|группы?)"
)
CALLED = re.compile(rf"(?i)(?<!\w){GOODS}\s[«\"„]?$")
BEFORE = 16  # characters: the longest of those words, a space and a sign
# People whom everybody knows from goods.
CHARACTERS = (
    "гарри поттер", "иван купал", "деда мороз", "дед мороз", "маша и медвед", "винни", "барби", "бэтмен",
    "санта", "майкл джексон", "виктор цо", "владимир высоцк", "моана", "рапунцел", "алиса в стран", "том и джерри",
)  # fmt: skip
LONGEST = max(map(len, CHARACTERS))
UNIT, LONGEST_UNIT = re.compile(r"\d\s?$"), 3  # «колготки 40 Ден»
MODEL = re.compile(r"-\d")  # «ИС-3»


def is_title(text: str, start: int, end: int, *, in_first_case: bool) -> bool:
    """Tell whether the name at that place is of goods: as a known character, a model, a unit, or by the word before it.

    Names of goods stand in the first case («кукла Маша»), people beside goods often in another («книга Маши»).
    """
    if fold(text[start : start + LONGEST]).startswith(CHARACTERS) or MODEL.match(text, end):
        return True
    before = text[max(0, start - BEFORE) : start]
    return (in_first_case and CALLED.search(before) is not None) or (
        end - start <= LONGEST_UNIT and UNIT.search(before) is not None
    )
