"""The arithmetic between the terms found in a chat and its label."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from classifier.dictionary.book import Term
from classifier.taxonomy import THANKS

# OLDER_TURN and NEXT_TERM were chosen on the tune part, where both authors' chats agree on them.
OLDER_TURN = 0.7  # what a turn weighs of the one after it: what the buyer wrote last is what needs an answer
NEXT_TERM = 0.5  # what each further term of a tag weighs of the one before it: many hints are no request yet
REQUEST_WEIGHT = 2  # a term of this weight names a matter; a lighter one is only a hint
THANKS_LEAST = 1.75  # three hints of thanks, or one word that names it
QUESTION = "?"  # a term that asks, light as it is


def joint_weights(weights: Mapping[Term, float], name: Callable[[Term], str]) -> dict[str, float]:
    """Return what the terms of each name, a tag or a cause, weigh together: less than twice the heaviest of them.

    Names stand in the order of their first term; terms without a name are left out.
    """
    by_name: defaultdict[str, list[float]] = defaultdict(list)
    for term, weight in weights.items():
        by_name[name(term)].append(weight)
    return {key: _joint(weights) for key, weights in by_name.items() if key}


def weigh_for_tag(turns: Sequence[Sequence[Term]], sellers: Iterable[Term]) -> dict[Term, float]:
    """Return what each term weighs for the chat's tag; `turns` hold the buyer's terms, the newest turn first.

    A term weighs by its newest turn. Beside a request «спасибо» is politeness and weighs nothing.
    """
    if turns and _only_thanks(turns[0]):
        return {term: term.weight for term in turns[0] if term.tag == THANKS}
    weights: dict[Term, float] = {}
    for age, terms in enumerate(turns):
        for term in terms:
            weights.setdefault(term, term.weight * OLDER_TURN**age)
    for term in sellers:
        weights.setdefault(term, term.weight)
    requests = {term: weight for term, weight in weights.items() if term.tag != THANKS}
    return requests or weights


def _only_thanks(terms: Sequence[Term]) -> bool:
    """Tell whether the buyer's last words thank rather than ask for something: that settles what was before."""
    if any(term.written == QUESTION for term in terms):
        return False
    requests = _by_tag(term for term in terms if term.weight >= REQUEST_WEIGHT)
    praise = requests.pop(THANKS, 0.0)
    thanks = praise if requests else _by_tag(terms).get(THANKS, 0.0)
    return thanks >= THANKS_LEAST and thanks > max(requests.values(), default=0.0)


def _by_tag(terms: Iterable[Term]) -> dict[str, float]:
    return joint_weights({term: term.weight for term in terms}, lambda term: term.tag)


def _joint(weights: Iterable[float]) -> float:
    return sum(weight * NEXT_TERM**place for place, weight in enumerate(sorted(weights, reverse=True)))
