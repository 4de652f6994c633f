import words  # noqa: F401 - a layer this function does not have


def handler(event, context):
    """Never reached."""
