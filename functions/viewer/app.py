from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.observability import observed
from viewer.routes import answer_request


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of a browser (API Gateway's payload 2.0) with a page."""
    return answer_request(event, context)
