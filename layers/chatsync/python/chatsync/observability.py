"""How every function is observed: one structured logger and metrics collector, and private errors.

X-Ray's traces come from the template (Tracing: Active) without a library: AWS's SDK for it would be a third of a cold
start, and is in maintenance mode.
"""

import functools
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import ChatSyncError, UnexpectedError

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

logger = Logger()
metrics = Metrics()
warnings.filterwarnings("ignore", message="No application metrics to publish")  # Not every invocation has some.


def observed(handler: Handler) -> Handler:
    """Decorate a function's handler: its logs carry the request's id, its metrics are published.

    An exception that is not ours leaves as UnexpectedError with its class and place only: its text may quote what it
    stumbled over, and exceptions end up in logs and in the execution's history.
    """

    @functools.wraps(handler)
    def private(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            return handler(event, context)
        except ChatSyncError:
            raise
        except Exception as error:
            raise UnexpectedError(
                f"{type(error).__name__} at {_place(error)}. This is a fault of this program: please report it."
            ) from None

    observing: Handler = logger.inject_lambda_context(clear_state=True)(metrics.log_metrics(private))
    return observing


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno} ({last.name})"
