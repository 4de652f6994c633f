from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.observability import logger, observed
from chatsync.people_tasks import read_name, read_word
from database.changes import WORDS
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Change what a person wants changed: stores, labels, what becomes of problems. No state of the machine."""
    word = read_word(event, WORDS)
    with transaction() as database:
        changed = WORDS[word](database, event).as_result()
    # Ids, counts and who says that they did it; no reason, no store's name.
    logger.info("Data changed", extra={"word": word, "by_unverified": read_name(event), "changed": changed})
    return changed
