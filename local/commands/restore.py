"""Put a backup in the place of the database kept in .local/.

The backup is first restored beside the kept database and compared with what
was written; only then their places are changed. A database that is there is
never deleted: with --replace it is put aside, and its new place is named.

examples:
  ./chats restore chats-2026-11-27.zip
  ./chats restore --replace chats-2026-11-27.zip
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which file, and the word of consent."""
    parser.add_argument("file", metavar="FILE", type=Path, help="what `./chats backup` wrote")
    parser.add_argument("--replace", action="store_true", help="put the database that is there aside")


def run(arguments: argparse.Namespace) -> int:
    """Restore the file; 0 if it was."""
    from local.installation.backups import restore_backup
    from local.terminal.tables import console, count_of

    manifest, aside = restore_backup(arguments.file, replace_kept=arguments.replace)
    what = f"{manifest.rows:,} rows of {count_of(len(manifest.tables), 'table')}, as of {manifest.made_at}"
    console.sentence(f"Restored: {what}.")
    if aside:
        console.sentence(f"The database from before lies in {aside}. Delete it once you do not need it.")
    return 0
