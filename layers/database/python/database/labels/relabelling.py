"""What a new version of the classifier makes people pay for: said in words before and while it is spent.

An update of the program may change the prompt or the taxonomy. All labels of a model are outdated then, and each chat
is sent to the model's server again, though nobody has written in it.
"""

from chatsync.label_requests import chat_cost, chat_page_tokens
from chatsync.label_tokens import Tokens
from chatsync.label_version import KEYWORDS
from chatsync.prices import price_of
from database.labels.budgets import LabelPlan
from database.labels.stale_chats import StaleChats

RELABELLING = (
    "{chats:,} chats have a label by another model, prompt or taxonomy. Labelling all of them again takes about "
    "{tokens:,} tokens ({price}); this run labels {planned:,} of them again, after all chats with new words."
)
UNKNOWN_PRICE = "price not known"


def describe_relabelling(stale: StaleChats, plan: LabelPlan, classifier: str) -> str | None:
    """Return how many labels are outdated, what all of them take, and how many this run gives anew.

    None where there are none, the classifier costs nothing, or LabelChatsARun lets it label nothing. Raises
    PricesInvalidError.
    """
    if classifier == KEYWORDS or not stale.outdated or not stale.transcripts:
        return None
    tokens = _tokens_of_all(stale)
    price = price_of(classifier)
    planned = sum(bool(transcript["outdated"]) for page in plan.pages for transcript in page.transcripts)
    return RELABELLING.format(
        chats=stale.outdated,
        tokens=tokens.total,
        price=f"${price.cost_microusd(tokens) / 1_000_000:,.2f}" if price else UNKNOWN_PRICE,
        planned=planned,
    )


def _tokens_of_all(stale: StaleChats) -> Tokens:
    """Return about what all outdated chats take, told from those whose transcripts were read, or from any."""
    known = [row for row in stale.transcripts if row["outdated"]] or stale.transcripts
    tokens = chat_page_tokens([chat_cost(row["messages"]) for row in known])
    return Tokens(*(number * stale.outdated // len(known) for number in (tokens.into, tokens.out)))
