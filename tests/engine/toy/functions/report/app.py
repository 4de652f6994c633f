import os

import boto3


def handler(event, context):
    """Count the stores that failed."""
    listed = boto3.client("s3").list_objects_v2(Bucket=os.environ["PAGES_BUCKET"], Prefix="failed/")
    return {"failed": listed["KeyCount"]}
