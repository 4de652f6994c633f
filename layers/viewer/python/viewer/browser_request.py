"""A browser's request as API Gateway hands it on (payload 2.0): its fields, its language, and who sent it."""

from urllib.parse import parse_qs

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from viewer.addresses import AddressInvalidError
from viewer.languages import Language, choose_language
from viewer.security import Visitor, recognize_visitor

LONGEST_FORM = 20_000
MOST_FIELDS = 20


class BrowserRequest:
    """What the web pages need of an event."""

    def __init__(self, event: APIGatewayProxyEventV2) -> None:
        self._event = event
        self.headers = {name.lower(): value for name, value in event.headers.items()}

    @property
    def language(self) -> Language:
        """Return the language that the browser likes best."""
        return choose_language(self.headers.get("accept-language"))

    @property
    def login(self) -> str:
        """Return the subject of the login that API Gateway has verified; empty on one's own machine."""
        authorizer = (self._event.get("requestContext") or {}).get("authorizer") or {}
        return str(((authorizer.get("jwt") or {}).get("claims") or {}).get("sub", ""))

    @property
    def visitor(self) -> Visitor:
        """Return who asks, by login and cookie."""
        cookies = dict(cookie.partition("=")[::2] for cookie in self._event.get("cookies") or [])
        return recognize_visitor(self.headers, {name.strip(): value for name, value in cookies.items()}, self.login)

    @property
    def query(self) -> dict[str, str]:
        """Return the address's fields. Raises AddressInvalidError as `form`."""
        return _fields(str(self._event.get("rawQueryString") or ""))

    @property
    def form_is_too_long(self) -> bool:
        """Return whether the form is longer than any of ours."""
        return len(self._event.body or "") > LONGEST_FORM

    @property
    def form(self) -> dict[str, str]:
        """Return the form's fields. Raises AddressInvalidError if there are more than any of ours has."""
        return _fields(self._event.decoded_body or "")


def _fields(encoded: str) -> dict[str, str]:
    """Return the fields; of one that is given twice, the first."""
    try:
        fields = parse_qs(encoded[:LONGEST_FORM], max_num_fields=MOST_FIELDS, errors="ignore")
    except ValueError:
        raise AddressInvalidError("The address has too many fields.") from None
    return {name: values[0] for name, values in fields.items()}
