"""The requests that one page of chats takes, for as long as the endpoint goes along.

A failure of the model's server costs a page at most two requests more, and no chat a label:

| what came | what is tried |
|---|---|
| no labels at all: no text, other words than JSON, another form | the same chats in the next simpler form |
| a fault of the server's own (500, a broken-off answer) | the same chats once more |
| nothing then either; or a refusal, a distrusted, cut or late answer | our own sample chats alone |
| nothing for those either | the page ends: it was the server. Its chats stay unlabelled |
| an answer for those | it was the chats: they are asked in small groups, then alone |
| an answer that leaves out one chat | that chat alone |

A chat that gets no answer alone either, from a server that answers others, is `unanswered`: that is counted with the
chat, and after a few runs its words are sent no more (`database/labels/failed_tries.py`).
"""

import time
from collections.abc import Sequence

from chatsync.label_requests import ANSWER_TOKENS, prompt_tokens
from chatsync.label_tokens import Tokens, estimated_tokens
from classifier.model.answer import Answer, Reply, outside_answer, read_reply
from classifier.model.endpoint import Endpoint
from classifier.model.failures import Failure, Matter, PageStoppedError, RequestFailedError
from classifier.model.options import Options
from classifier.model.request import Question, batches, compose_request

SMALL_GROUP = 3  # one bad chat of ten is found with seven requests, and the others have their labels
# Chats asked alone after an answer that leaves out more than one: a model that leaves out more is the model's matter.
MOST_LEFT_OUT = 3
# In small groups: a group and all its chats may fail, and one more. What fails on is no matter of these chats.
MOST_FAILURES_IN_A_ROW = SMALL_GROUP + 2
MOST_WAITS = 2  # of a page, each as long as the server's Retry-After says


class Asking:
    """What is known so far: the `answers` by chat id, the chats `unanswered`, and the `tokens` of all requests.

    A chat that is in neither was not asked about to the end, and `stopped` is the sentence that says why.
    """

    def __init__(self, endpoint: Endpoint, seconds: float, most_tokens: int | None = None) -> None:
        """Ask this endpoint, and begin no request later than these seconds from now, or once the tokens are taken."""
        self.answers: dict[str, Answer] = {}
        self.unanswered: list[str] = []
        self.tokens = Tokens()
        self.stopped = ""
        self._endpoint = endpoint
        self._until = time.monotonic() + seconds
        self._most_tokens = most_tokens
        self._requests = 0
        self._waits_left = MOST_WAITS
        self._failures_in_a_row = 0
        self._blamed_since = 0  # the place in `unanswered` of the first chat since the last success

    def ask_all(self, questions: Sequence[Question]) -> None:
        """Ask about all chats.

        Raises ClassifierUnavailableError, ClassifierUnusableError or ClassifierRefusedError where nothing was paid for.
        Where the endpoint breaks off later, what it said and what it cost are kept.
        """
        try:
            for batch in batches(questions):
                for group in _groups(batch, self._endpoint.most_chats):
                    self._ask_together(group)
        except PageStoppedError as stop:
            if not self.tokens.total:
                raise stop.as_error() from None
            self.stopped = stop.sentence

    def _ask_together(self, questions: Sequence[Question]) -> None:
        """Ask about chats that share a request, and about those that get no answer in company."""
        reply = self._ask(questions)
        if reply.failure:
            reply = self._ask_again(questions, reply.failure)
        if not reply.failure:
            self._keep(questions, reply)
        elif self._answers_our_own_words(reply.failure):
            self._ask_in_simplest_form(questions, reply, reply.failure)
        else:
            raise PageStoppedError(reply.failure.stop, reply.failure.matter)

    def _ask_again(self, questions: Sequence[Question], failure: Failure) -> Reply:
        """Ask once more where that may help: in a simpler form, which is remembered if it does, or just so."""
        if failure.matter is Matter.FORM:
            return self._ask_remembering(questions, self._endpoint.options.simpler(rejected=_rejected(failure)))
        if failure.matter is Matter.STUMBLE:
            return self._ask(questions)
        return Reply(failure=failure)

    def _ask_remembering(self, questions: Sequence[Question], options: Options) -> Reply:
        reply = self._ask(questions, options)
        if not reply.failure:
            self._endpoint.options = options
        return reply

    def _answers_our_own_words(self, failure: Failure) -> bool:
        """Tell whether the endpoint answers sample chats of our own, so that no chat is blamed for the server.

        Where the form was in question they are asked about in the simplest one.
        """
        return self._ask([], self._options_for_samples(failure)).failure is None

    def _options_for_samples(self, failure: Failure) -> Options:
        options = self._endpoint.options
        return options.simplest(rejected=_rejected(failure)) if failure.matter is Matter.FORM else options

    def _ask_in_simplest_form(self, questions: Sequence[Question], failed: Reply, failure: Failure) -> None:
        """Ask in the form in which our own words were answered, if it is another one; then in small groups."""
        options = self._options_for_samples(failure)
        if options != self._endpoint.options:
            failed = self._ask_remembering(questions, options)
        if not failed.failure:
            self._keep(questions, failed)
            return
        self._note_success()
        self._ask_in_groups(questions, failed)

    def _ask_in_groups(self, questions: Sequence[Question], failed: Reply) -> None:
        """Ask in small groups, then alone, after a request about all of them failed."""
        if len(questions) == 1:
            self._give_up(questions[0], failed)
            return
        size = SMALL_GROUP if len(questions) > SMALL_GROUP else 1
        for group in _groups(questions, size):
            reply = self._ask(group)
            if reply.failure:
                self._count_failure(reply.failure)
                self._ask_in_groups(group, reply)
            else:
                self._keep(group, reply)
                self._note_success()
                if failed.failure and failed.failure.matter is Matter.SIZE:
                    self._endpoint.most_chats = size

    def _note_success(self) -> None:
        self._failures_in_a_row, self._blamed_since = 0, len(self.unanswered)

    def _count_failure(self, failure: Failure) -> None:
        """Count one more failure in a row; raises PageStoppedError where there are too many to be the chats' matter."""
        self._failures_in_a_row += 1
        if self._failures_in_a_row > MOST_FAILURES_IN_A_ROW:
            del self.unanswered[self._blamed_since :]
            raise PageStoppedError(failure.stop, failure.matter)

    def _keep(self, questions: Sequence[Question], reply: Reply) -> None:
        """Keep the answers, and ask alone about chats that were left out."""
        self.answers |= reply.answers
        left_out = [question for question in questions if question.chat_id not in reply.answers]
        if len(left_out) > 1:
            again = self._ask(left_out)
            self.answers |= again.answers
            left_out = [question for question in left_out if question.chat_id not in again.answers]
        if len(left_out) > MOST_LEFT_OUT:
            raise PageStoppedError("incomplete", Matter.TEXT)
        for question in left_out:
            alone = self._ask([question])
            self.answers |= alone.answers
            if alone.failure:
                self._give_up(question, alone)

    def _give_up(self, question: Question, alone: Reply) -> None:
        """Settle a chat that got no label alone either: a tag outside the taxonomy is a judgement, all else is none."""
        if question.chat_id in alone.outside:
            self.answers[question.chat_id] = outside_answer()
        else:
            self.unanswered.append(question.chat_id)

    def _ask(self, questions: Sequence[Question], options: Options | None = None) -> Reply:
        """Return what one request brings; raises PageStoppedError where no further one makes sense."""
        while True:
            self._check_limits()
            reply = self._send(questions, options or self._endpoint.options)
            failure = reply.failure
            if failure is None or failure.matter not in (Matter.OWNER, Matter.CROWD):
                return reply
            if failure.matter is Matter.OWNER or not self._can_wait(failure):
                later = failure.matter is Matter.CROWD and failure.wait_seconds is None
                raise PageStoppedError(failure.stop, failure.matter, later=later)
            self._waits_left -= 1
            time.sleep(failure.wait_seconds or 0)

    def _check_limits(self) -> None:
        """Raise PageStoppedError where the page's time or tokens are used up; its first request is always made."""
        if self._requests and time.monotonic() >= self._until:
            raise PageStoppedError("no_time", Matter.TIME)
        if self._requests and self._most_tokens is not None and self.tokens.total >= self._most_tokens:
            raise PageStoppedError("no_tokens", Matter.SIZE)

    def _can_wait(self, failure: Failure) -> bool:
        """Tell whether the server says when to ask again, and that is within the page's time."""
        wait = failure.wait_seconds
        return wait is not None and self._waits_left > 0 and time.monotonic() + wait < self._until

    def _send(self, questions: Sequence[Question], options: Options) -> Reply:
        request = compose_request(questions)
        asked = len(request.chat_ids) + len(request.controls)
        estimate = Tokens(prompt_tokens() + estimated_tokens(request.prompt), asked * ANSWER_TOKENS)
        self._requests += 1
        try:
            answered = self._endpoint.ask(request.prompt, asked, options)
        except RequestFailedError as error:
            return Reply(failure=error.failure)
        reply = read_reply(answered.body, request, estimate)
        self.tokens += reply.tokens
        return reply


def _rejected(failure: Failure) -> bool:
    return failure.stop in ("rejected", "unknown_model")


def _groups(questions: Sequence[Question], size: int) -> list[Sequence[Question]]:
    """Return the questions in groups of this size, the last one smaller."""
    return [questions[start : start + size] for start in range(0, len(questions), size)]
