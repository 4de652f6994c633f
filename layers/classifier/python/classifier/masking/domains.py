"""How names of servers are written in chats: «mail.ru», «mail . ru», «яндекс точка ру»."""

# The endings met in Russian chats. A list, for «Размер мал.Но красиво» is no server.
ENDINGS = (
    "ru su рф рус com net org info biz pro me io app dev shop store online site club top xyz space website tech live "
    "life world vip team group market link click one fun gg tv cc co to ly gl ws be by kz ua uz am ge kg az md lt lv "
    "ee de uk us eu cn tr il in ai page art agency media mobi name edu gov онлайн сайт ру ком орг"
)
TOP_LEVEL = r"(?:" + "|".join(sorted(ENDINGS.split(), key=len, reverse=True)) + r"|xn--[\w-]{2,40})(?![\w])"
DOT = r"(?:\.|,(?=(?:ru|com|ру)\b)|\s{0,2}(?:\.|\bточка\b|\bdot\b|[(\[{]\s?(?:dot|точка)\s?[)\]}])\s{0,2})"
HOST = rf"(?:[\w-]{{1,63}}{DOT}){{1,4}}?{TOP_LEVEL}(?:\.{TOP_LEVEL})?"
