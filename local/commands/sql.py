"""Run one query on what is stored.

The query can only read, is stopped after 30 seconds, and gives its first
10,000 rows or 1.9 MB. It runs as a database role that may read every table
and nothing else. Where WB sent characters that Postgres cannot hold as text,
raw -> 'key' and raw ->> 'key' give U+FFFD in their place.

examples:
  ./chats sql "SELECT tag, count(*) FROM chats GROUP BY tag"
  ./chats sql --csv "SELECT * FROM sync_logs" > runs.csv
  ./chats sql --stack chat-history-sync "SELECT count(*) FROM chat_messages"
"""

import argparse

from local.arguments import add_stack
from local.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the query, where to run it, and the form of its answer."""
    parser.add_argument("query", metavar="QUERY", help='such as "SELECT count(*) FROM chat_messages"')
    add_stack(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print comma-separated values")
    form.add_argument("--json", action="store_true", help="print a JSON array with an object for each row")


def run(arguments: argparse.Namespace) -> int:
    """Print the rows; 1 if there are none, or more than an answer holds."""
    from local.installation.data import read_data
    from local.terminal.query_rows import print_csv, print_json, show_answer

    answer = read_data(arguments.stack, "sql", query=arguments.query)
    if answer["refused"] is not None:
        raise UsageError(f"That query cannot be answered. {answer['refused']}")
    show = print_csv if arguments.csv else print_json if arguments.json else show_answer
    show(answer["rows"], complete=answer["complete"])
    return 0 if answer["rows"] and answer["complete"] else 1
