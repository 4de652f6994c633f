"""Writes the state machine with its substitutions, as JSON, for a linter: python tests/deploy/definition.py FILE."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "chatsync" / "python")]

from local.engine.stack import load_stack  # noqa: E402 - found by the line above

Path(sys.argv[1]).write_text(load_stack(ROOT, {}).definition, encoding="utf-8")
