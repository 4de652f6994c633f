"""The keywords classifier: a dictionary of words for each tag and cause, no network and no model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chatsync.label_tokens import SELLER
from chatsync.label_version import KEYWORDS, label_version
from chatsync.taxonomy import NOTHING
from classifier.chats import NO_WORDS, Classified, Label, Transcript
from classifier.dictionary.book import BUYERS, GROUP, SELLERS, Term
from classifier.dictionary.terms import Said, read_text, terms_in
from classifier.dictionary.weights import REQUEST_WEIGHT, joint_weights, weigh_for_tag
from classifier.taxonomy import (
    BROKEN,
    DEFECT,
    KEYS,
    PRODUCT_QUESTION,
    RETURN_REFUND,
    REVIEW_CHANGE,
    SIZE_FIT,
    THANKS,
)

SELLERS_SHARE = 0.7  # what a deal about a review weighs if the seller proposes it: still more than any request
DEAL_WEIGHT = 9  # a term of this weight is a deal about a review
LONGEST_TURN = 10_000  # characters of a turn that are read: more than anyone types, and a second at the worst
STATEMENT_WORDS = 3  # the fewest that tell something
# Who tells something in no known words, and asks nothing, complains: in chats near to life no tag is more frequent.
STATEMENT = Term(tag=DEFECT, cause=BROKEN, written="рассказ без вопроса", lemmas=(), weight=0.5)
OPEN_TAGS = (RETURN_REFUND, REVIEW_CHANGE, THANKS)  # what was wrong before stands in other tags' words
REASON_TERMS = 3  # terms a reason names


class KeywordsProvider:
    """Labels a chat by the dictionary words in it; the same chat always gets the same label."""

    name = label_version(KEYWORDS)

    def classify(self, transcripts: Sequence[Transcript], most_tokens: int | None = None) -> Classified:
        """Return one label for each transcript, in their order. Costs no tokens and raises nothing of its own."""
        return Classified(tuple(self._label(transcript) for transcript in transcripts), tokens_in=0, tokens_out=0)

    def _label(self, transcript: Transcript) -> Label:
        turns = [read_text(turn[:LONGEST_TURN]) for turn in transcript.buyer_turns()]
        if not turns:
            return Label.from_transcript(transcript, self.name, NO_WORDS, cause=NOTHING)
        terms_by_turn = [terms for turn in turns if (terms := _buyers_terms(turn))]
        weights = weigh_for_tag(terms_by_turn, _sellers_terms(transcript) if terms_by_turn else ())
        if not weights:
            return Label.from_transcript(transcript, self.name, "нет слов из словаря", cause=NOTHING)
        tag, confidence, reason = _decide(weights)
        return Label.from_transcript(transcript, self.name, reason, tag, confidence, cause=_cause(terms_by_turn, tag))


def _buyers_terms(turn: Said) -> list[Term]:
    terms = [_meant(term) for term in terms_in(turn, BUYERS)]
    tells = len(turn.words) >= STATEMENT_WORDS and not turn.is_greeting and STATEMENT.tag in KEYS
    return terms or ([STATEMENT] if tells else [])


def _meant(term: Term) -> Term:
    """Return a term as it is meant: «линяет при стирке?» and «налезет?» ask, and nothing went wrong."""
    if term.asked and term.tag == DEFECT and PRODUCT_QUESTION in KEYS:
        return replace(term, tag=PRODUCT_QUESTION, cause="")
    return replace(term, cause="") if term.asked and term.tag == SIZE_FIT else term


def _sellers_terms(transcript: Transcript) -> Iterator[Term]:
    """Yield what the seller's words hint at, for the answer tells what was asked, and the deals that they propose."""
    for message in transcript.own_messages:
        if message.sender == SELLER and message.text:
            said = read_text(message.text[:LONGEST_TURN])
            yield from terms_in(said, SELLERS)
            for term in terms_in(said, BUYERS):
                if term.tag == REVIEW_CHANGE and term.weight >= DEAL_WEIGHT:
                    yield replace(term, weight=term.weight * SELLERS_SHARE)


def _decide(weights: Mapping[Term, float]) -> tuple[str, float, str]:
    """Return the tag whose terms weigh most together, its confidence and reason.

    Of tags that weigh the same it is the one found first: the newest turn's before older ones', and within a turn the
    one written first. The confidence is the tag's share of all the weight found and one hint more, so that little
    evidence is never certain. It orders chats, and is no probability.
    """
    by_tag = joint_weights(weights, lambda term: term.tag)
    tag = max(by_tag, key=lambda key: by_tag[key])
    heaviest = sorted((term for term in weights if term.tag == tag), key=lambda term: (-weights[term], term.written))
    reason = "слова: " + ", ".join(term.written.replace(GROUP, "") for term in heaviest[:REASON_TERMS])
    return tag, round(by_tag[tag] / (sum(by_tag.values()) + 1), 2), reason


def _cause(turns: Sequence[Sequence[Term]], tag: str) -> str:
    """Return the cause whose terms weigh most together over the whole chat; of equal ones, the one told first.

    Where the tag says itself what is wrong, only its own terms tell the cause; elsewhere hints alone tell none.
    """
    weights = {term: term.weight for turn in reversed(turns) for term in turn if term.tag == tag or tag in OPEN_TAGS}
    by_cause = joint_weights(weights, lambda term: term.cause)
    least = REQUEST_WEIGHT if tag in OPEN_TAGS else 0
    told = [cause for cause, weight in by_cause.items() if weight >= least]
    return max(told, key=lambda cause: by_cause[cause], default=NOTHING)
