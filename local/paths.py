"""Where things are in this repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"
LIVE_RUN = ROOT / ".local" / "run" / "live.json"  # what a running sync is doing, for the viewer
KEPT = ROOT / ".local"  # What outlives a run: the database, the logs, the installed layers.
