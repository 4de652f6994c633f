from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.observability import logger, observed
from chatsync.people_tasks import read_word
from database.connection import transaction
from reading.answers import WORDS


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer what a person asks, such as which problems are open. No state of the machine; nothing is written."""
    word = read_word(event, WORDS)
    with transaction() as database:
        database.run("SET TRANSACTION READ ONLY")
        answer = WORDS[word](database, event)
    logger.info("Question answered", extra={"word": word})
    return answer.as_result()
