"""A browser's request as API Gateway hands it on (payload 2.0): its fields, its language, and who sent it."""

from urllib.parse import parse_qs

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from viewer.addresses import AddressInvalidError
from viewer.fields import Fields
from viewer.languages import Language, choose_language
from viewer.security import Visitor, own_host, recognize_visitor

LONGEST_FORM = 20_000
LANGUAGE_COOKIE = "language"
MOST_FIELDS = 200  # the list of chats has one for each label, cause and store that is chosen


class BrowserRequest:
    """What the web pages need of an event."""

    def __init__(self, event: APIGatewayProxyEventV2) -> None:
        self._event = event
        self.headers = {name.lower(): value for name, value in event.headers.items()}

    @property
    def language(self) -> Language:
        """Return the language that was chosen here, or else the one that the browser likes best."""
        return choose_language(self._cookies.get(LANGUAGE_COOKIE), self.headers.get("accept-language"))

    @property
    def referring_path(self) -> str:
        """Return the address, without its host, of the page of ours that linked here; the first page if it was none."""
        origin, _, path = self.headers.get("referer", "").partition("://")[2].partition("/")
        return f"/{path}" if origin and origin == own_host(self.headers) and not path.startswith(("/", "\\")) else "/"

    @property
    def is_secure(self) -> bool:
        """Return whether the browser asked by https."""
        return self.headers.get("x-forwarded-proto") == "https"

    @property
    def login(self) -> str:
        """Return the subject of the login that API Gateway has verified; empty on one's own machine."""
        authorizer = (self._event.get("requestContext") or {}).get("authorizer") or {}
        return str(((authorizer.get("jwt") or {}).get("claims") or {}).get("sub", ""))

    @property
    def visitor(self) -> Visitor:
        """Return who asks, by login and cookie."""
        return recognize_visitor(self.headers, self._cookies, self.login)

    @property
    def _cookies(self) -> dict[str, str]:
        pairs = (cookie.partition("=") for cookie in self._event.get("cookies") or [])
        return {name.strip(): value for name, _, value in pairs}

    @property
    def query(self) -> Fields:
        """Return the address's fields. Raises as read_fields."""
        return read_fields(str(self._event.get("rawQueryString") or ""))

    @property
    def form_is_too_long(self) -> bool:
        """Return whether the form is longer than any of ours."""
        return len(self._event.body or "") > LONGEST_FORM

    @property
    def form(self) -> Fields:
        """Return the form's fields. Raises as read_fields."""
        return read_fields(self._event.decoded_body or "")


def read_fields(encoded: str) -> Fields:
    """Return the fields of an address or form.

    Raises:
        AddressInvalidError: There are more than any of ours has.
    """
    try:
        return Fields(parse_qs(encoded[:LONGEST_FORM], max_num_fields=MOST_FIELDS, errors="ignore"))
    except ValueError:
        raise AddressInvalidError("The address has too many fields.") from None
