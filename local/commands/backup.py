"""Write the whole database into one file, or check such a file.

The file holds the database as it is at one moment; a sync may go on meanwhile.
It is whole or not there at all, and only you can read it: it holds buyers'
words. No token is in it. `./chats restore` takes it, on any machine.

examples:
  ./chats backup chats-2026-11-27.zip
  ./chats backup --verify chats-2026-11-27.zip
--verify restores the file into a database of its own, compares each table's
rows with what was written, and removes that database again.
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which file, and whether it is only checked."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to write; there must be none of that name")
    parser.add_argument("--verify", action="store_true", help="check this file instead")


def run(arguments: argparse.Namespace) -> int:
    """Write the file, or check it; 0 if it is whole."""
    from local.installation.backups import make_backup, verify_backup
    from local.terminal.tables import console, count_of

    manifest, foreign = (verify_backup(arguments.file), []) if arguments.verify else make_backup(arguments.file)
    what = f"{manifest.rows:,} rows of {count_of(len(manifest.tables), 'table')}, as of {manifest.made_at}"
    if arguments.verify:
        console.sentence(f"{arguments.file} is whole: {what}. It was restored beside, and every table compared.")
    else:
        console.sentence(f"{arguments.file}: {what}. To check it: ./chats backup --verify FILE.")
    if foreign:
        console.sentence(f"Not in it, as this program did not make them: {', '.join(foreign)}.")
    return 0
