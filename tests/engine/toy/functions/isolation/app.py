import os
import sys
import time

CALLS = []


def handler(event, context):
    """Tell what a function can see of its surroundings."""
    time.sleep(event.get("sleep_seconds", 0))
    CALLS.append(context.aws_request_id)
    return {
        "environment": dict(os.environ),
        "path": sys.path,
        "calls": len(CALLS),
        "memory_mb": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "request_id": context.aws_request_id,
    }
