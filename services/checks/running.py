"""The checks service as a running thing. No rule and no route lives here."""

from typing import Final

from services.checks.model import ChecksMonitor
from services.checks.saved import HOMES, PLACEMENTS
from services.checks.tables import METADATA, MIGRATIONS
from shared.runner.service import Service

SERVICE: Final = Service("checks", ChecksMonitor, METADATA, MIGRATIONS, remembers=(HOMES, PLACEMENTS))
