"""Run the reviews service alone over a folder: `python -m services.reviews [FOLDER]` (default `$WAKEFUL_DATA`)."""

import sys

from services.reviews.running import SERVICE
from shared.runner.alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone(SERVICE))
