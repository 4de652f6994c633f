import json
import os
import time

import boto3


def handler(event, context):
    """Write the stores of the input as a list in S3."""
    time.sleep(event.get("sleep_seconds", 0))
    key = f"lists/{context.aws_request_id}.json"
    body = json.dumps(event["stores"]).encode()
    boto3.client("s3").put_object(Bucket=os.environ["PAGES_BUCKET"], Key=key, Body=body)
    return {"key": key}
