"""The tables of docs/cost.md are those that its script makes."""

import subprocess
import sys

from tests.support.project import ROOT


def test_the_tables_are_the_scripts() -> None:
    page = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    shown = page.split("<!-- tables: written by docs/cost.py -->\n")[1].split("\n<!-- /tables -->")[0]
    made = subprocess.run([sys.executable, ROOT / "docs" / "cost.py"], capture_output=True, text=True, check=True)
    assert shown == made.stdout.rstrip("\n")
