"""The toy stack's one layer."""

SYNCED = "synced"
