"""The choice between the two classifiers there are."""

from chatsync.errors import ClassifierRefusedError
from classifier.provider import Provider, Settings


def choose_provider(settings: Settings) -> Provider:
    """Return the provider the settings name; raises ClassifierRefusedError where they cannot work.

    Each is imported only when chosen: openai alone takes about a second.
    """
    if settings.classifier == "keywords":
        from classifier.dictionary.provider import KeywordsProvider  # noqa: PLC0415

        return KeywordsProvider()
    if settings.classifier == "openai":
        from classifier.model.provider import OpenAIProvider  # noqa: PLC0415

        return OpenAIProvider(settings)
    raise ClassifierRefusedError('The classifier must be "keywords" or "openai".')
