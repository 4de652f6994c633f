"""The language model classifier: several chats a request, and a label for each chat that the model judged."""

from collections.abc import Mapping, Sequence

from chatsync.label_version import label_version
from chatsync.taxonomy import NOTHING
from classifier.chats import NO_WORDS, Classified, Label, Transcript
from classifier.model.answer import Answer
from classifier.model.asking import Asking
from classifier.model.endpoint import Endpoint
from classifier.model.request import Question
from classifier.provider import Settings


class OpenAIProvider:
    """Labels chats by a language model; no label comes from an answer that is not surely its chat's.

    `endpoint` remembers what its server knows for as long as the provider lives.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises ClassifierRefusedError where the settings cannot work; reaches no network yet."""
        self.name = label_version(f"openai/{settings.model}")
        self.endpoint = Endpoint(settings)
        self._seconds = settings.seconds_a_page

    def classify(self, transcripts: Sequence[Transcript], most_tokens: int | None = None) -> Classified:
        """Return the labels of the transcripts, in their order; raises as Asking.ask_all does.

        A chat without words of the buyer is not asked about: no word says what it needs or what went wrong. One for
        which there is no usable answer has no label: a failure is no judgement. So have those that were not asked about
        to the end, because the endpoint broke off after its first answer, or `most_tokens` were taken.
        """
        asking = Asking(self.endpoint, self._seconds, most_tokens)
        asking.ask_all([Question.from_transcript(transcript) for transcript in transcripts if transcript.buyer_turns()])
        labels = (self._label(transcript, asking.answers) for transcript in transcripts)
        return Classified(
            tuple(filter(None, labels)),
            asking.tokens.into,
            asking.tokens.out,
            asking.stopped,
            tuple(asking.unanswered),
            asking.tokens.cached,
        )

    def _label(self, transcript: Transcript, answers: Mapping[str, Answer]) -> Label | None:
        if not transcript.buyer_turns():
            return Label.from_transcript(transcript, self.name, NO_WORDS, cause=NOTHING)
        if transcript.chat_id not in answers:
            return None
        answer = answers[transcript.chat_id]
        return Label.from_transcript(
            transcript, self.name, answer.reason, answer.tag, answer.confidence, cause=answer.cause
        )
