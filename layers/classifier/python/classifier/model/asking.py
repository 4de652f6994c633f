"""The requests that one page of chats takes: together first, then alone, for as long as the endpoint goes along."""

import time
from collections.abc import Sequence

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from classifier.model.answer import Answer, NoAnswerError, Reply, read_reply
from classifier.model.endpoint import Endpoint
from classifier.model.request import Question, Request, batches, compose_request


class Asking:
    """What is known so far: the `answers` by chat id, None where there will be none, and the tokens of all requests.

    A chat that is not in `answers` was not asked about to the end, and `stopped` is the sentence that says why.
    """

    def __init__(self, endpoint: Endpoint, seconds: float, most_tokens: int | None = None) -> None:
        """Ask this endpoint, and begin no request later than so many seconds from now, or once the tokens are taken."""
        self.answers: dict[str, Answer | None] = {}
        self.tokens_in = 0
        self.tokens_out = 0
        self.stopped = ""
        self._endpoint = endpoint
        self._until = time.monotonic() + seconds
        self._most_tokens = most_tokens
        self._answered = False

    def ask_all(self, questions: Sequence[Question]) -> None:
        """Ask about all chats.

        Raises ClassifierUnavailableError or ClassifierRefusedError where the endpoint answered nothing. Where it
        breaks off later, what it said and what it cost are kept.
        """
        try:
            for batch in batches(questions):
                self._ask_batch(batch)
        except (ClassifierUnavailableError, ClassifierRefusedError) as error:
            if not self._answered:
                raise
            self.stopped = str(error)

    def _ask_batch(self, batch: list[Question]) -> None:
        """Ask about a batch, and alone about each of its chats that got no usable answer in company.

        So a text that makes the model refuse, ramble, skip or obey costs its neighbours nothing but the wait.
        """
        first = self._ask(batch)
        self.answers |= first.answers if first else {}
        for question in batch:
            if question.chat_id not in self.answers:
                final = first if first and len(batch) == 1 else self._ask([question])
                self.answers[question.chat_id] = final.answers.get(question.chat_id) if final else None

    def _ask(self, questions: Sequence[Question]) -> Reply | None:
        """Return the reply, or None where the endpoint gives none to these texts, but does to words of our own.

        Where it gives none to those either, no chat is to blame: that is raised, so that no chat abstains for it.
        """
        try:
            return self._reply(compose_request(questions))
        except NoAnswerError:
            pass
        try:
            self._reply(compose_request([]))
        except NoAnswerError as error:
            raise error.meaning from None
        return None

    def _reply(self, request: Request) -> Reply:
        if self._answered and time.monotonic() >= self._until:
            raise ClassifierUnavailableError("The model's endpoint gave no answer in time.")
        if self._answered and self._most_tokens is not None and self.tokens_in + self.tokens_out >= self._most_tokens:
            raise ClassifierUnavailableError("The tokens reserved for a page of chats were used up before its end.")
        reply = read_reply(self._endpoint.ask(request.prompt), request)
        self._answered = True
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out
        return reply
