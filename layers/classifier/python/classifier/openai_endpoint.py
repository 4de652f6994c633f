"""One request to a chat completions endpoint: its limits, and what its failures mean."""

from http import HTTPStatus

import openai
from openai.types.chat import ChatCompletionMessageParam

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from classifier.openai_prompt import ANSWER_FORMAT, SYSTEM_PROMPT
from classifier.providers import Settings

NO_KEY = "none"  # the library insists on a key, where the endpoint may ask for none
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
ABOUT_THE_TEXT = ("content_filter", "context_length_exceeded")  # codes of a 400 that other chats would not get


class Endpoint:
    """The model's endpoint as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        """Raises ClassifierRefusedError where the settings cannot work.

        Nothing is retried here, for the state machine does; and no redirect is followed: chats go to no other host.
        """
        _check(settings)
        self._model = settings.model
        self._client = openai.OpenAI(
            api_key=settings.api_key or NO_KEY,
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    def ask(self, prompt: str) -> str | None:
        """Return the body the endpoint answers a prompt with, or None where it turns down this very text.

        Raises ClassifierUnavailableError for what may pass, ClassifierRefusedError for what will not. Their sentences
        are ours alone: the endpoint's own may quote the key or the chats.
        """
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": prompt},
        ]
        try:
            response = self._client.chat.completions.with_raw_response.create(
                model=self._model, messages=messages, response_format=ANSWER_FORMAT
            )
        except openai.APIStatusError as error:
            if error.status_code == HTTPStatus.BAD_REQUEST and error.code in ABOUT_THE_TEXT:
                return None
            raise _meaning(error.status_code) from None
        except openai.APIError:
            raise ClassifierUnavailableError("The model's endpoint gave no answer in time.") from None
        return response.text


def _check(settings: Settings) -> None:
    """Raise ClassifierRefusedError for settings that could only fail later, some of them with the key in the error."""
    if not settings.model:
        raise ClassifierRefusedError("The classifier has no model: name one in its settings.")
    if not (settings.api_key.isascii() and settings.api_key.isprintable()):
        raise ClassifierRefusedError("The classifier's API key holds characters that no key has: enter it again.")
    if settings.base_url is not None and not settings.base_url.startswith(("https://", "http://")):
        raise ClassifierRefusedError("The classifier's base URL must begin with https:// or http://.")


def _meaning(status: int) -> ClassifierRefusedError | ClassifierUnavailableError:
    """Return the exception for an HTTP status: it alone decides, never the words of the answer."""
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ClassifierUnavailableError(f"The model's endpoint cannot answer now (HTTP {status}).")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ClassifierRefusedError(f"The model's endpoint refused the API key (HTTP {status}): check it.")
    return ClassifierRefusedError(f"The model's endpoint refused the request (HTTP {status}): check the model.")
