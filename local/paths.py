"""Where things are in this repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"
LIVE_RUNS = ROOT / ".local" / "run"  # what each running sync is doing, for the viewer, and that it lives
KEPT = ROOT / ".local"  # What outlives a run: the database, the logs, the installed layers.
