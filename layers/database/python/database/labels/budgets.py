"""What of the stale chats the budgets allow: in chats and tokens, for a run of a store and for a day of all stores.

Pure arithmetic; `reservations.py` keeps what was spent. Only chats that are sent to a model's server count for a day:
the offline classifier costs nothing. Labels that only another version of the classifier gave are given anew from one
half of the day's budgets: after an update of the program, what buyers write meanwhile is labelled from the other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from chatsync.label_requests import ChatCost, chat_cost, chat_page_tokens
from chatsync.label_tokens import Tokens
from chatsync.label_version import KEYWORDS
from chatsync.settings import setting

# Of one run. Each takes 14 events of its execution's history, see MOST_FETCHES in bursts.py; and their list is the
# largest data that a state carries.
MOST_CHAT_PAGES = 300
CHATS_A_RUN = "{0} chats of a run (LabelChatsARun)"
TOKENS_A_RUN = "{0} tokens of a run (LabelTokensARun)"
CHATS_A_DAY = "{0} chats of a day (LabelChatsADay)"
TOKENS_A_DAY = "{0} tokens of a day (LabelTokensADay)"
CHATS_RELABELLED_A_DAY = "{0} chats of a day while labels of another version are given anew (half of LabelChatsADay)"
TOKENS_RELABELLED_A_DAY = "{0} tokens of a day while labels of another version are given anew (half of LabelTokensADay)"
CHAT_PAGES_A_RUN = "{0} chat pages of a run"
BUDGET_REACHED = "{left} chats wait for a next run to label them: the budget of {budget} is reached."


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """How much one run of a store, and all runs of a UTC day, may label, and the size of a chat page.

    What is sent counts; tokens are in and out.
    """

    chats_a_run: int
    tokens_a_run: int
    chats_a_day: int
    tokens_a_day: int
    chats_a_page: int

    @classmethod
    def from_settings(cls, read: Callable[[str], str] = setting) -> Self:
        """Return the budgets of the function's environment; raises SettingMissingError."""
        return cls(**{budget.name: int(read(f"LABEL_{budget.name.upper()}")) for budget in fields(cls)})

    @property
    def for_outdated(self) -> "Budgets":
        """Return the budgets within which labels of another version are given anew."""
        return replace(self, chats_a_day=self.chats_a_day // 2, tokens_a_day=self.tokens_a_day // 2)


@dataclass(frozen=True)
class Spent:
    """Chats sent and tokens taken, or reserved by what runs now."""

    chats: int = 0
    tokens: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(self.chats + other.chats, self.tokens + other.tokens)


@dataclass(frozen=True)
class PlannedChatPage:
    """The transcripts of one chat page, with the chats of them that are sent and about the tokens they take."""

    transcripts: list[dict[str, Any]]
    sent: int
    tokens: Tokens

    @property
    def spends(self) -> Spent:
        """Return what the page takes of the day's budgets."""
        return Spent(self.sent, self.tokens.total)


@dataclass(frozen=True)
class LabelPlan:
    """The pages to label, and how many stale chats a budget leaves, with a sentence that says which (or None)."""

    pages: list[PlannedChatPage]
    left: int
    reached: str | None

    @property
    def chats(self) -> int:
        """Return how many chats the pages hold."""
        return sum(len(page.transcripts) for page in self.pages)

    @property
    def spends(self) -> Spent:
        """Return what all pages take of the day's budgets."""
        return sum((page.spends for page in self.pages), Spent())


@dataclass
class _Page:
    """A page in the making: its transcripts, and what each one takes."""

    transcripts: list[dict[str, Any]] = field(default_factory=list)
    costs: list[ChatCost] = field(default_factory=list)

    def planned(self, *more: ChatCost) -> PlannedChatPage:
        """Return the page as it is planned, with what a chat takes that may join it."""
        costs = [*self.costs, *more]
        return PlannedChatPage(self.transcripts, sum(1 for cost in costs if cost.tokens), chat_page_tokens(costs))


def plan_labels(
    transcripts: Sequence[dict[str, Any]], stale: int, classifier: str, budgets: Budgets, spent: Spent
) -> LabelPlan:
    """Return what of the `stale` chats, whose first ones have these transcripts, the budgets allow after the day's."""
    pages, reached = chat_pages_within_budgets(transcripts, classifier, budgets, spent)
    left = stale - sum(len(page.transcripts) for page in pages)
    if left == 0:
        return LabelPlan(pages, 0, None)
    budget = reached or CHATS_A_RUN.format(budgets.chats_a_run)
    return LabelPlan(pages, left, BUDGET_REACHED.format(left=left, budget=budget))


def chat_pages_within_budgets(
    transcripts: Sequence[dict[str, Any]], classifier: str, budgets: Budgets, spent: Spent
) -> tuple[list[PlannedChatPage], str | None]:
    """Return the pages that the budgets allow, and the first budget in their way, if one is.

    Chats that cost nothing are never in a budget's way. After the first chat that does not fit, no other that costs
    something is taken: a later one is an older one, or has a label that is only outdated.
    """
    pages, reached, planned = [_Page()], None, Spent()
    for transcript in transcripts:
        cost = ChatCost(0) if classifier == KEYWORDS else chat_cost(transcript["messages"])
        outdated = transcript.get("outdated", False)
        if len(pages[-1].transcripts) == budgets.chats_a_page:
            if len(pages) == MOST_CHAT_PAGES:
                reached = reached or CHAT_PAGES_A_RUN.format(MOST_CHAT_PAGES)
                break
            planned += pages[-1].planned().spends
            pages.append(_Page())
        if cost.tokens:
            would_spend = planned + pages[-1].planned(cost).spends
            reached = reached or _reached_budget(budgets, spent, would_spend, outdated=outdated)
        if not (cost.tokens and reached):
            pages[-1].transcripts.append(transcript)
            pages[-1].costs.append(cost)
    return [page.planned() for page in pages if page.transcripts], reached


def _reached_budget(budgets: Budgets, spent: Spent, planned: Spent, *, outdated: bool) -> str | None:
    """Return which budget all that is planned would exceed; `outdated`: with a label of another version at its end."""
    return next(_exceeded_budgets(budgets, spent, planned, outdated=outdated), None)


def _exceeded_budgets(budgets: Budgets, spent: Spent, planned: Spent, *, outdated: bool) -> Iterator[str]:
    limits = budgets.for_outdated if outdated else budgets
    if planned.tokens > limits.tokens_a_run:
        yield TOKENS_A_RUN.format(limits.tokens_a_run)
    if spent.chats + planned.chats > limits.chats_a_day:
        yield (CHATS_RELABELLED_A_DAY if outdated else CHATS_A_DAY).format(limits.chats_a_day)
    if spent.tokens + planned.tokens > limits.tokens_a_day:
        yield (TOKENS_RELABELLED_A_DAY if outdated else TOKENS_A_DAY).format(limits.tokens_a_day)
