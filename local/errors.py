"""What ends a command with a sentence instead of a stack trace."""


class UsageError(Exception):
    """The command was used wrongly; the message says what is wrong, where, and what to do."""


class NotNowError(Exception):
    """The command is right, but something it needs is not there now; the message says what, and what to do."""
