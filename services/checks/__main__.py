"""Run the checks service alone over a folder: `python -m services.checks [FOLDER]` (default `$WAKEFUL_DATA`)."""

import sys

from services.checks.running import SERVICE
from shared.runner.alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone(SERVICE))
