"""Show stores, runs and chats in the browser.

Serves the pages of the deployed viewer to this machine's browsers, until
Ctrl-C; a sync's progress is shown while it runs. Chats can be searched and
labelled there.
"""

import argparse

from local.arguments import add_port


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to serve, and the first page."""
    add_port(parser, default=8090)
    parser.add_argument("--store", metavar="ID", help="begin with the chats of this store")


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; 0 then."""
    from local.view.viewer import view

    return view(arguments.port, arguments.store)
