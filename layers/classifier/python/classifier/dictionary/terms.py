"""Where the dictionary's terms stand in a text."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from classifier.dictionary.book import FAR, Term, greetings, groups_by_lemma, terms_by_first_lemma
from classifier.dictionary.lemmas import DID, DOES, clauses, lemmas, verb_groups
from classifier.dictionary.spelling import NOT, spelt, split_not
from classifier.russian import CACHED_WORDS

PHRASE_GAP = 2  # words that may stand inside a phrase: «где же мой заказ»
FAR_GAP = 12  # and where the phrase says FAR: «заказывала три полотенца, а пришло два»
NEGATIONS = (NOT, "без")
QUESTION = "?"
# Groups of words that mean something to the rules here; the last two stand in keywords.json.
NUMBER, REPROACH, HELPER = "@число", "@упрек", "@вспомогательный"
OPENING = 2  # words of a clause among which a reproach stands: «и почему не работает?»

Match = tuple[Term, frozenset[int]]  # a term, and the places of its words in a text


@dataclass(frozen=True)
class Said:
    """A text: for each word the lemmas and groups it may belong to and its clause's number; the clauses that ask."""

    words: tuple[frozenset[str], ...]
    clauses: tuple[int, ...]
    asking: frozenset[int]

    @property
    def is_greeting(self) -> bool:
        """Tell whether no word names a matter."""
        return all(not meanings.isdisjoint(greetings()) for meanings in self.words)


def read_text(text: str) -> Said:
    """Return a text's words as the dictionary reads them."""
    split = [[meanings for word in words for meanings in _meanings(word)] for words in clauses(text)]
    return Said(
        words=tuple(meanings for words in split for meanings in words),
        clauses=tuple(number for number, words in enumerate(split) for _ in words),
        asking=frozenset(number for number, pair in enumerate(pairwise(split)) if _asks_for_a_property(*pair)),
    )


def _asks_for_a_property(clause: list[frozenset[str]], following: list[frozenset[str]]) -> bool:
    """Tell whether a clause asks what goods are like («линяет при стирке?»), and not why something happened."""
    happened = any(DID in meanings for meanings in clause)
    reproaches = any(REPROACH in meanings for meanings in clause[:OPENING])
    return QUESTION in following[0] and not happened and not reproaches


def terms_in(said: Said, section: str) -> list[Term]:
    """Return the terms of a section that a text contains, each once, in their order; none of a mere greeting."""
    if said.is_greeting:
        return []
    vocabulary = frozenset().union(*said.words)
    matches = [match for place in range(len(said.words)) for match in _matches(said, vocabulary, section, place)]
    found = (
        replace(term, asked=said.clauses[min(places)] in said.asking) for term, places in _once_a_word(_whole(matches))
    )
    return list(dict.fromkeys(found))


def _whole(matches: list[Match]) -> list[Match]:
    """Leave out the terms that are only a part of a longer one: «не тот размер» is not about sizes."""
    at: defaultdict[int, list[frozenset[int]]] = defaultdict(list)  # so that no match is compared with all others
    for _, places in matches:
        for place in places:
            at[place].append(places)
    return [match for match in matches if not any(match[1] < longer for longer in at[min(match[1])])]


def _once_a_word(matches: list[Match]) -> list[Match]:
    """Let each word speak for a tag once, in its heaviest term: «где мой заказ» is no three matters."""
    spoken: set[tuple[str, int]] = set()
    kept: list[Match] = []
    for term, places in sorted(matches, key=lambda match: (-match[0].weight, -len(match[1]))):
        words = {(term.tag, place) for place in places}
        if spoken.isdisjoint(words):
            spoken |= words
            kept.append((term, places))
    return sorted(kept, key=lambda match: min(match[1]))


def _matches(said: Said, vocabulary: frozenset[str], section: str, place: int) -> Iterator[Match]:
    """Yield the terms that begin at a place. «Без брака»: a word right after a negation is not what it says.

    The vocabulary is all that the text's words mean: most terms lack a word in it, and are not looked for.
    """
    if place and said.clauses[place - 1] == said.clauses[place] and not said.words[place - 1].isdisjoint(NEGATIONS):
        return
    for lemma in said.words[place]:
        for term in terms_by_first_lemma(section).get(lemma, ()):
            if term.words <= vocabulary and (places := _places(term.lemmas, said, place)):
                yield term, places


def _places(phrase: tuple[str, ...], said: Said, place: int) -> frozenset[int]:
    """Return where the phrase's words stand, in order and close to each other, if they do from this place on."""
    places = [place]
    for earlier, lemma in pairwise(phrase):
        if lemma == FAR:
            continue
        following = next((at for at in _near(said, places[-1], earlier) if lemma in said.words[at]), None)
        if following is None:
            return frozenset()
        places.append(following)
    return frozenset(places)


def _near(said: Said, place: int, earlier: str) -> Iterator[int]:
    """Yield the places where the next word of a phrase may stand; «не» belongs to the very next word."""
    reach = FAR_GAP if earlier == FAR else 1 if earlier == NOT else 1 + PHRASE_GAP
    for at in range(place + 1, min(place + reach, len(said.words) - 1) + 1):
        if earlier == FAR or said.clauses[at] == said.clauses[place]:
            yield at


@lru_cache(maxsize=CACHED_WORDS)
def _meanings(word: str) -> tuple[frozenset[str], ...]:
    """Return the lemmas and groups of a word, as it is written and as it was meant; two words' for «неработает»."""
    return tuple(_with_groups(part) for part in split_not(word) or [word])


def _with_groups(word: str) -> frozenset[str]:
    forms = spelt(word)
    found = lemmas(word).union(*map(lemmas, forms))
    groups = frozenset().union(*(groups_by_lemma().get(lemma, ()) for lemma in found), *map(verb_groups, forms))
    if any(character.isdigit() for character in word):
        groups |= {NUMBER}
    return found | (groups - {DOES} if HELPER in groups else groups)
