"""`./chats`, or `python -m local`: the command line."""

import gc
import sys

# Until local/process.py heeds it, a Ctrl-C ends the program without a word, not with a stack trace. `./chats` lets
# Python start without its site packages, which takes most of that time.
try:
    import signal
except KeyboardInterrupt:
    sys.exit(130)
if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.flags.no_site:
    import site

    site.main()
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if not __package__:  # started as `python /path/to/local/__main__.py`: Python may then look in local/ itself
    sys.path[:] = [str(ROOT), *(folder for folder in sys.path if folder != str(ROOT / "local"))]
# Imports make objects that stay: at Python's own threshold the collector looks through all of them again and again,
# a sixth of a command's time.
gc.set_threshold(100_000)
# The functions get their layers from Lambda (or from the engine); this process reads the same code from its folders.
sys.path[:0] = [str(folder) for folder in sorted((ROOT / "layers").glob("*/python"))]

from local import process  # noqa: E402
from local.cli import main  # noqa: E402
from local.owner_only import close_to_others  # noqa: E402
from local.paths import KEPT  # noqa: E402

close_to_others(KEPT)
sys.exit(process.run(main))
