"""The language model classifier: several chats a request, and one label for each chat whatever comes back."""

from collections.abc import Sequence

from classifier.chats import Classified, Label, Transcript
from classifier.openai_answer import Answer, Reply, read_reply
from classifier.openai_endpoint import Endpoint
from classifier.openai_prompt import batches, user_prompt
from classifier.providers import Settings
from classifier.taxonomy import KEYS, UNDEFINED, abstain

LONGEST_REASON = 200  # characters


class OpenAIProvider:
    """Labels chats by a language model; every label is tied to its chat by the chat's id."""

    def __init__(self, settings: Settings) -> None:
        """Raises ClassifierRefusedError where the settings cannot work; reaches no network yet."""
        self.name = f"openai/{settings.model}"
        self._endpoint = Endpoint(settings)

    def classify(self, transcripts: Sequence[Transcript]) -> Classified:
        """Return one label for each transcript, in their order; raises ClassifierUnavailableError or ...RefusedError.

        A chat without words of the buyer is not asked about, and abstains; so does one without a usable answer.
        """
        asked = [transcript for transcript in transcripts if transcript.buyer_turns()]
        replies = [reply for batch in batches(asked) for reply in self._ask_all(batch)]
        answers = {chat_id: answer for reply in replies for chat_id, answer in reply.answers.items()}
        return Classified(
            tuple(self._label(transcript, answers.get(transcript.chat_id)) for transcript in transcripts),
            tokens_in=sum(reply.tokens_in for reply in replies),
            tokens_out=sum(reply.tokens_out for reply in replies),
        )

    def _ask_all(self, batch: list[Transcript]) -> list[Reply]:
        """Ask about a batch, and once more alone about each chat that got no usable answer in company.

        So a text that makes the model refuse, ramble or skip costs its neighbours nothing.
        """
        together = self._ask(batch)
        left = [transcript for transcript in batch if transcript.chat_id not in together.answers]
        return [together, *(self._ask([transcript]) for transcript in left if len(batch) > 1)]

    def _ask(self, batch: list[Transcript]) -> Reply:
        body = self._endpoint.ask(user_prompt(batch))
        return Reply() if body is None else read_reply(body, {transcript.chat_id for transcript in batch})

    def _label(self, transcript: Transcript, answer: Answer | None) -> Label:
        if not transcript.buyer_turns():
            return abstain(transcript, "нет слов покупателя", self.name)
        if answer is None:
            return abstain(transcript, "модель не дала ответа", self.name)
        if answer.tag not in KEYS:
            return abstain(transcript, "модель назвала незнакомую метку", self.name)
        reason = _printable(answer.reason)
        if answer.tag == UNDEFINED:
            return abstain(transcript, reason, self.name)
        confidence = _fraction(answer.confidence)
        return Label(
            transcript.chat_id, transcript.messages_total, answer.tag, confidence, reason, self.name, abstained=False
        )


def _fraction(confidence: float | None) -> float | None:
    """Return a confidence only where it is one: models that are not held to the schema say 95, or nothing."""
    return confidence if confidence is not None and 0 <= confidence <= 1 else None


def _printable(reason: str) -> str:
    """Return the reason in one short line, free of what a database cannot store or a terminal would obey."""
    return "".join(character for character in reason if character.isprintable())[:LONGEST_REASON]
