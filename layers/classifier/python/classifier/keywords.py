"""The keywords classifier: a dictionary of words for each tag, no network and no model."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from classifier.chats import Classified, Label, Transcript
from classifier.lemmas import clauses, lemmas, likeliest_lemma
from classifier.taxonomy import KEYS, THANKS, abstain

OLDER_TURN = 0.5  # each turn back counts half: what the buyer wrote last is what needs an answer
REQUEST_WEIGHT = 2  # a term of this weight names a matter; a lighter one is only a hint
PHRASE_GAP = 2  # words that may stand inside a phrase: «где же мой заказ»
LONGEST_TURN = 10_000  # characters of a turn that are read: more than anyone types, and 0.2 s at the worst
REASON_TERMS = 3  # terms a reason names

NOT = "не"
NEGATIONS = (NOT, "без")


@dataclass(frozen=True)
class Term:
    """A word or phrase of keywords.json as it is written there, its lemmas, and its weight.

    Weight 3 names the matter by itself, 2 names it as a rule, 1 is a hint.
    """

    tag: str
    written: str
    lemmas: tuple[str, ...]
    weight: int


class KeywordsProvider:
    """Labels a chat by the dictionary words in its buyer's messages; the same chat always gets the same label."""

    name = "keywords/1"

    def classify(self, transcripts: Sequence[Transcript]) -> Classified:
        """Return one label for each transcript, in their order. Costs no tokens and raises nothing of its own."""
        return Classified(tuple(self._label(transcript) for transcript in transcripts), tokens_in=0, tokens_out=0)

    def _label(self, transcript: Transcript) -> Label:
        turns = transcript.buyer_turns()
        if not turns:
            return abstain(transcript, "нет слов покупателя", self.name)
        found = [terms for turn in turns if (terms := terms_in(turn[:LONGEST_TURN]))]
        if not found:
            return abstain(transcript, "нет слов из словаря", self.name)
        weights = {term: float(term.weight) for term in found[0]} if _only_thanks(found[0]) else _weigh(found)
        tag, confidence, reason = _decide(weights)
        return Label(transcript.chat_id, transcript.messages_total, tag, confidence, reason, self.name, abstained=False)


def terms_in(text: str) -> set[Term]:
    """Return the dictionary's terms that a text contains."""
    return {term for words in clauses(text) for term in _terms_of_clause([lemmas(word) for word in words])}


def _terms_of_clause(words: list[frozenset[str]]) -> Iterator[Term]:
    """Yield a clause's terms. «Без брака», «не сломан»: a word right after a negation is not what it says."""
    for place, word in enumerate(words):
        if place and not words[place - 1].isdisjoint(NEGATIONS):
            continue
        for lemma in word:
            yield from (term for term in _terms_by_first_lemma().get(lemma, ()) if _follows(term.lemmas, words, place))


def _follows(phrase: tuple[str, ...], words: list[frozenset[str]], place: int) -> bool:
    """Tell whether the phrase stands at this place, its words in order and close to each other."""
    for earlier, lemma in pairwise(phrase):
        reach = 1 if earlier == NOT else 1 + PHRASE_GAP  # «не» belongs to the very next word
        near = range(place + 1, min(place + reach, len(words) - 1) + 1)
        place = next((at for at in near if lemma in words[at]), -1)
        if place < 0:
            return False
    return True


def _only_thanks(terms: set[Term]) -> bool:
    """Tell whether the buyer's last words thank and ask for nothing: that settles what was before."""
    asks = any(term.tag != THANKS and term.weight >= REQUEST_WEIGHT for term in terms)
    return not asks and any(term.tag == THANKS and term.weight >= REQUEST_WEIGHT for term in terms)


def _weigh(turns: list[set[Term]]) -> dict[Term, float]:
    """Return what each term weighs by its newest turn; beside a request «спасибо» is politeness and weighs nothing."""
    weights: dict[Term, float] = {}
    for age, terms in enumerate(turns):
        for term in terms:
            weights.setdefault(term, term.weight * OLDER_TURN**age)
    requests = {term: weight for term, weight in weights.items() if term.tag != THANKS}
    return requests or weights


def _decide(weights: Mapping[Term, float]) -> tuple[str, float, str]:
    """Return the heaviest tag, its confidence and reason; of equals, the one that comes first in the taxonomy.

    The confidence is the tag's share of all the weight found and one hint more, so that little evidence is never
    certain. It orders chats of this provider, and is no probability.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    for term, weight in weights.items():
        scores[term.tag] += weight
    tag = max(KEYS, key=lambda key: scores[key])
    heaviest = sorted((term for term in weights if term.tag == tag), key=lambda term: (-weights[term], term.written))
    reason = "слова: " + ", ".join(term.written for term in heaviest[:REASON_TERMS])
    return tag, round(scores[tag] / (sum(scores.values()) + 1), 2), reason


@cache
def _terms_by_first_lemma() -> dict[str, list[Term]]:
    """Read the dictionary once, and find the lemmas of its words by the same rules as the buyers'."""
    book = json.loads(files("classifier").joinpath("keywords.json").read_text("utf-8"))
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    for tag, weights in book.items():
        for weight, written_terms in weights.items():
            for written in written_terms:
                phrase = tuple(likeliest_lemma(word) for word in written.split())
                terms[phrase[0]].append(Term(tag, written, phrase, int(weight)))
    return dict(terms)
