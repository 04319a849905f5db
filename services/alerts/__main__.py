"""Run the alerts service alone over a folder: `python -m services.alerts [FOLDER]` (default `$WAKEFUL_DATA`)."""

import sys

from services.alerts.running import SERVICE, make_runner
from shared.runner.alone import run_alone
from shared.web.live import Notifier

if __name__ == "__main__":
    sys.exit(run_alone(SERVICE, lambda log, views: make_runner(log, views, Notifier())))
