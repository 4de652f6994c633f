"""What a request asks for besides its chats, and how it does without what a server does not know. Pure.

Each server knows other parameters. What one refuses is left out, one after the other, and what works is remembered by
`Endpoint` as long as its container lives.
"""

from dataclasses import dataclass, replace
from typing import Any

from chatsync.label_requests import ANSWER_TOKENS
from classifier.model.prompt import ANSWER_OBJECT, ANSWER_SCHEMA

FORMATS = (ANSWER_SCHEMA, ANSWER_OBJECT, None)  # from the strictest on; None: the prompt alone asks for JSON

# From the least thinking on: GPT-5.1 knows "none", GPT-5 "minimal", older models "low".
LOWEST = "lowest"
EFFORTS = ("none", "minimal", "low")

BOUNDS = ("max_completion_tokens", "max_tokens", "")  # OpenAI's name since its models think, the older one, no bound
# Twice of what the answers usually take, and what a model may think first.
ANSWER_SLACK = 2
THINKING_TOKENS = 4_000


@dataclass(frozen=True)
class Options:
    """A place in FORMATS, the reasoning effort ("" for none given), and a place in BOUNDS."""

    format: int = 0
    effort: str = ""
    bound: int = 0
    lowers: bool = False  # the effort is our choice: another one may take its place

    @classmethod
    def with_effort(cls, setting: str) -> "Options":
        """Return all that can be asked for, with the effort of the settings, or the lowest that there is."""
        lowest = setting == LOWEST
        return cls(effort=EFFORTS[0] if lowest else setting, lowers=lowest)

    def parameters(self, chats: int) -> dict[str, Any]:
        """Return the request's parameters, where it is about this number of chats."""
        bound = {BOUNDS[self.bound]: ANSWER_SLACK * ANSWER_TOKENS * chats + THINKING_TOKENS}
        given = {"response_format": FORMATS[self.format], "reasoning_effort": self.effort or None, **bound}
        return {name: value for name, value in given.items() if name and value is not None}

    def without(self, parameter: str, *, other_value: bool) -> "Options":
        """Return the options without a parameter, or with its next value; the same where it has none left."""
        if parameter == "response_format":
            return replace(self, format=min(self.format + 1, len(FORMATS) - 1))
        if parameter == "reasoning_effort":
            return replace(self, effort=self._next_effort() if other_value else "")
        return replace(self, bound=min(self.bound + 1, len(BOUNDS) - 1))

    def simpler(self, *, rejected: bool) -> "Options":
        """Return the next simpler form; where a request was rejected, also without what few servers know."""
        simpler = replace(self, format=min(self.format + 1, len(FORMATS) - 1))
        return replace(simpler, effort="", bound=len(BOUNDS) - 1) if rejected else simpler

    def simplest(self, *, rejected: bool) -> "Options":
        """Return the simplest form: JSON is asked for in words alone."""
        return replace(self.simpler(rejected=rejected), format=len(FORMATS) - 1)

    def _next_effort(self) -> str:
        later = EFFORTS[EFFORTS.index(self.effort) + 1 :] if self.lowers and self.effort in EFFORTS else ()
        return later[0] if later else ""
