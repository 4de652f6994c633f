"""The words all functions share: tasks and results, objects in S3, settings, errors, logging."""
