"""The keywords classifier: a dictionary of words for each tag, no network and no model."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from chatsync.label_tokens import BUYER
from chatsync.label_version import KEYWORDS, label_version
from classifier.chats import NO_WORDS, Classified, Label, Transcript
from classifier.dictionary.terms import Term, terms_in
from classifier.taxonomy import REVIEW_CHANGE, THANKS

OLDER_TURN = 0.5  # each turn back counts half: what the buyer wrote last is what needs an answer
SELLERS_WORDS = 0.5  # a deal the seller proposes counts half of one the buyer does
REQUEST_WEIGHT = 2  # a term of this weight names a matter; a lighter one is only a hint
DEAL_WEIGHT = 9  # a term of this weight is a deal about a review
LONGEST_TURN = 10_000  # characters of a turn that are read: more than anyone types, and a second at the worst
QUESTION = "?"  # a term that asks, light as it is
REASON_TERMS = 3  # terms a reason names


class KeywordsProvider:
    """Labels a chat by the dictionary words in it; the same chat always gets the same label."""

    name = label_version(KEYWORDS)

    def classify(self, transcripts: Sequence[Transcript], most_tokens: int | None = None) -> Classified:
        """Return one label for each transcript, in their order. Costs no tokens and raises nothing of its own."""
        return Classified(tuple(self._label(transcript) for transcript in transcripts), tokens_in=0, tokens_out=0)

    def _label(self, transcript: Transcript) -> Label:
        turns = transcript.buyer_turns()
        if not turns:
            return Label.from_transcript(transcript, self.name, NO_WORDS)
        terms_by_turn = [terms for turn in turns if (terms := terms_in(turn[:LONGEST_TURN]))]
        weights = _weigh_terms(terms_by_turn, _proposals(transcript))
        if not weights:
            return Label.from_transcript(transcript, self.name, "нет слов из словаря")
        tag, confidence, reason = _decide(weights)
        return Label.from_transcript(transcript, self.name, reason, tag, confidence)


def _proposals(transcript: Transcript) -> list[Term]:
    """Return the deals about a review that others than the buyer talk of; of their words nothing else counts."""
    texts = [message.text or "" for message in transcript.own_messages if message.sender != BUYER]
    terms = (term for text in texts for term in terms_in(text[:LONGEST_TURN]))
    return [term for term in terms if term.tag == REVIEW_CHANGE and term.weight >= DEAL_WEIGHT]


def _weigh_terms(turns: Sequence[Sequence[Term]], proposals: Sequence[Term]) -> dict[Term, float]:
    """Return what each term weighs by its newest turn; beside a request «спасибо» is politeness and weighs nothing."""
    if turns and _only_thanks(turns[0]):
        return {term: term.weight for term in turns[0]}
    weights: dict[Term, float] = {}
    for age, terms in enumerate(turns):
        for term in terms:
            weights.setdefault(term, term.weight * OLDER_TURN**age)
    for term in proposals:
        weights.setdefault(term, term.weight * SELLERS_WORDS)
    requests = {term: weight for term, weight in weights.items() if term.tag != THANKS}
    return requests or weights


def _only_thanks(terms: Sequence[Term]) -> bool:
    """Tell whether the buyer's last words thank and ask for nothing: that settles what was before."""
    asks = any(term.tag != THANKS and (term.weight >= REQUEST_WEIGHT or term.written == QUESTION) for term in terms)
    return not asks and any(term.tag == THANKS and term.weight >= REQUEST_WEIGHT for term in terms)


def _decide(weights: Mapping[Term, float]) -> tuple[str, float, str]:
    """Return the tag of the heaviest term, its confidence and reason.

    Of tags with equally heavy ones, it is the tag with more weight in all, then the one found first: the newest turn's
    before older ones', and within a turn the one written first. The confidence is the tag's share of all the weight
    found and one hint more, so that little evidence is never certain. It orders chats, and is no probability.
    """
    by_tag: defaultdict[str, list[float]] = defaultdict(list)
    for term, weight in weights.items():
        by_tag[term.tag].append(weight)
    tag = max(by_tag, key=lambda key: (max(by_tag[key]), sum(by_tag[key])))
    heaviest = sorted((term for term in weights if term.tag == tag), key=lambda term: (-weights[term], term.written))
    reason = "слова: " + ", ".join(term.written for term in heaviest[:REASON_TERMS])
    return tag, round(sum(by_tag[tag]) / (sum(weights.values()) + 1), 2), reason
