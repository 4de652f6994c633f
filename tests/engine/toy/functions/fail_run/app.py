import json
import os

import boto3


def handler(event, context):
    """Keep the error of a store, for the tests to read."""
    key = f"failed/{event['store_id']}.json"
    boto3.client("s3").put_object(Bucket=os.environ["PAGES_BUCKET"], Key=key, Body=json.dumps(event["error"]).encode())
