"""`./chats`, or `python -m local`: the command line."""

import gc
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if not __package__:  # started as `python /path/to/local`, from any folder: Python then looks in local/ itself
    sys.path[0] = str(ROOT)
# Imports make objects that stay: at Python's own threshold the collector looks through all of them again and again,
# a sixth of a command's time.
gc.set_threshold(100_000)
# The functions get their layers from Lambda (or from the engine); this process reads the same code from its folders.
sys.path[:0] = [str(folder) for folder in sorted((ROOT / "layers").glob("*/python"))]

from local.cli import main  # noqa: E402
from local.owner_only import close_to_others  # noqa: E402
from local.paths import KEPT  # noqa: E402

# A polite kill, or a closed terminal, is answered as Ctrl-C is: everything started here is stopped with it.
for number in (signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
        signal.signal(number, signal.default_int_handler)
close_to_others(KEPT)
sys.exit(main())
