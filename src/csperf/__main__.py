"""`python -m csperf`."""

import sys

from csperf.cli import main

sys.exit(main())
