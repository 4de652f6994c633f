"""`python -m local`: the command line."""

import sys

from local.paths import LAYERS

# The functions get their layers from Lambda (or from the engine); this process reads the same code from its folders.
sys.path[:0] = [str(folder) for folder in LAYERS]

from local.cli import main  # noqa: E402

sys.exit(main())
