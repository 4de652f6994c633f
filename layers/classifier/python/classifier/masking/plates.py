"""Number plates of cars and motorcycles, by GOST R 50577: «А123ВС 77», «1234 АВ 77»."""

import re
from collections.abc import Iterator

from classifier.masking.spans import Kind, Span

# The twelve letters that look alike in both alphabets; people type either.
CAPITAL = "[АВЕКМНОРСТУХABEKMHOPCTYX]"
LETTER = "[АВЕКМНОРСТУХABEKMHOPCTYXавекмнорстухabekmhopctyx]"
REGION = r"(?:[127]\d{2}|9?\d{2})"  # 01 to 99, or three digits
END = r"(?:rus|рус)?(?![\w/])"
PLATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\w){LETTER}\d{{3}}{LETTER}{{2}}[ /\-]?{REGION}{END}",  # also in small letters, where it is one word
        rf"(?<!\w){CAPITAL} \d{{3}} (?![СCМMК][МM] ){CAPITAL}{{2}}[ /\-]?{REGION}{END}",  # «С 120 СМ» is no plate
        rf"(?<!\w){LETTER}-\d{{3}}-{LETTER}{{2}}-?{REGION}{END}",
        rf"(?i)(?<!\w)(?:номер\w{{0,3}}|гос\w{{0,6}}|машин\w{{0,2}}|авто)[^\d\n]{{1,25}}(?<!\w)"
        rf"({LETTER} ?\d{{3}} ?(?![смк]м(?!\w)){LETTER}{{2}}(?: ?{REGION})?){END}",
        rf"(?i)(?<!\w)(?:мото\w{{0,8}}|мопед\w{{0,2}}|скутер\w{{0,2}}|прицеп\w{{0,2}}|трактор\w{{0,2}}|гос\w{{0,6}}|номер\w{{0,3}})"
        rf"[^\d\n]{{1,15}}(\d{{4}} ?{LETTER}{{2}} ?{REGION}){END}",
        # Trailers, Kazakhstan and Belarus.
        rf"(?i)(?<!\w)(?:номер\w{{0,3}}|гос\w{{0,6}}|машин\w{{0,2}}|авто|прицеп\w{{0,2}})[^\d\n]{{1,15}}"
        rf"({LETTER}{{2}} ?\d{{4}} ?{REGION}|\d{{3}} ?[a-z]{{3}} ?\d{{2}}|\d{{4}} ?[a-z]{{2}}-?\d){END}",
    )
)


def find_plates(text: str) -> Iterator[Span]:
    """Yield the plates of cars; those of motorcycles, and cars without a region, where they are called so."""
    for pattern in PLATES:
        for match in pattern.finditer(text):
            yield Span(Kind.NUMBER, *match.span(match.lastindex or 0))
