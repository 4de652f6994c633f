"""One request to a chat completions endpoint: its limits, and what its failures mean."""

import re
from http import HTTPStatus

import openai
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONObject, ResponseFormatJSONSchema

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from classifier.model.answer import NoAnswerError
from classifier.model.prompt import ANSWER_OBJECT, ANSWER_SCHEMA, SYSTEM_PROMPT
from classifier.provider import Settings

NO_KEY = "none"  # the library insists on a key, where the endpoint may ask for none
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)

# Below 500, what a text can cause: too long, or not to a filter's liking. Codes and words differ from server to server
# (DeepSeek's filter has the code of any bad request), so they may as well mean the model's name.
MAYBE_THE_TEXT = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)

# How servers without JSON schemas answer. DeepSeek, 400: "This response_format type is unavailable now"; earlier, 422:
# "response_format.type `json_schema` is unavailable now". Groq, 400: "does not support response format `json_schema`".
MAYBE_THE_FORMAT = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
ABOUT_THE_FORMAT = re.compile(r"response.?format|json.?schema", re.IGNORECASE)


class Endpoint:
    """The model's endpoint as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        """Raises ClassifierRefusedError where the settings cannot work.

        Nothing is retried here, for the state machine does; and no redirect is followed: chats go to no other host.
        """
        _check(settings)
        self._model = settings.model
        self._format: ResponseFormatJSONSchema | ResponseFormatJSONObject = ANSWER_SCHEMA
        self._client = openai.OpenAI(
            api_key=settings.api_key or NO_KEY,
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    def ask(self, prompt: str) -> str:
        """Return the body the endpoint answers a prompt with.

        Raises ClassifierUnavailableError for what may pass, ClassifierRefusedError for what will not, and NoAnswerError
        for what the texts may have caused: a model that is made to ramble runs into the time-out, a server that
        stumbles over a text says 500. The sentences are ours alone: the endpoint's own may quote the key or the chats.
        """
        try:
            return self._answered(prompt)
        except openai.APIStatusError as error:
            raise _meaning(error.status_code) from None
        except openai.APITimeoutError:
            raise NoAnswerError(_too_late()) from None
        except openai.APIError:
            raise _too_late() from None

    def _answered(self, prompt: str) -> str:
        """Send the prompt; once more without the schema where that is what the endpoint objects to.

        What an answer without the schema holds is checked the same. It is remembered only once it helped, so an error
        that merely quotes such words from a chat changes nothing.
        """
        try:
            return self._send(prompt, self._format)
        except openai.APIStatusError as error:
            if self._format is ANSWER_OBJECT or not _is_about_the_format(error):
                raise
        answer = self._send(prompt, ANSWER_OBJECT)
        self._format = ANSWER_OBJECT
        return answer

    def _send(self, prompt: str, answer_format: ResponseFormatJSONSchema | ResponseFormatJSONObject) -> str:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": prompt},
        ]
        return self._client.chat.completions.with_raw_response.create(
            model=self._model, messages=messages, response_format=answer_format
        ).text


def _check(settings: Settings) -> None:
    """Raise ClassifierRefusedError for settings that could only fail later, some of them with the key in the error."""
    if not settings.model:
        raise ClassifierRefusedError("The classifier has no model: name one in its settings.")
    if not (settings.api_key.isascii() and settings.api_key.isprintable()):
        raise ClassifierRefusedError("The classifier's API key holds characters that no key has: enter it again.")
    if settings.base_url is not None and not settings.base_url.startswith(("https://", "http://")):
        raise ClassifierRefusedError("The classifier's base URL must begin with https:// or http://.")


def _is_about_the_format(error: openai.APIStatusError) -> bool:
    return error.status_code in MAYBE_THE_FORMAT and ABOUT_THE_FORMAT.search(error.response.text) is not None


def _too_late() -> ClassifierUnavailableError:
    return ClassifierUnavailableError("The model's endpoint gave no answer in time.")


def _meaning(status: int) -> ClassifierRefusedError | ClassifierUnavailableError | NoAnswerError:
    """Return the exception for an HTTP status: it alone decides, never the words of the answer."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ClassifierRefusedError(f"The model's endpoint refused the API key (HTTP {status}): check it.")
    unavailable = ClassifierUnavailableError(f"The model's endpoint cannot answer now (HTTP {status}).")
    if status in PASSING:
        return unavailable
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoAnswerError(unavailable)
    refused = ClassifierRefusedError(f"The model's endpoint refused the request (HTTP {status}): check the model.")
    return NoAnswerError(refused) if status in MAYBE_THE_TEXT else refused
