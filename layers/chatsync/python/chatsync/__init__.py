"""The words all functions share: events, pages in S3, settings, errors, logging."""
