"""Where things are in this repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = sorted((ROOT / "layers").glob("*/python"))
MIGRATIONS = ROOT / "migrations"
LIVE_RUN = ROOT / ".local" / "run" / "live.json"  # what a sync that goes on is doing, for the viewer
KEPT = ROOT / ".local"  # What outlives a run: the database, the logs, the installed layers.
