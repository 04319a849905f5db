"""Run the pager's monitor alone over a folder: `python -m services.pager [FOLDER]` (default `$WAKEFUL_DATA`)."""

import sys

from services.pager.running import SERVICE
from shared.runner.alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone(SERVICE))
