"""``python -m grassroots`` is the command line."""

import sys

from grassroots.cli import main

sys.exit(main())
