"""Run the checks service alone over a folder: `python -m services.checks [FOLDER]` (default `$WAKEFUL_DATA`)."""

import sys

from services.checks.running import make_runner, migrate
from shared.runner.alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone(migrate, make_runner))
