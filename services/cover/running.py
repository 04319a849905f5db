"""The cover service as a running thing. No rule and no route lives here."""

from typing import Final

from services.cover.model import CoverMonitor
from services.cover.tables import METADATA, MIGRATIONS
from shared.runner.service import Service

SERVICE: Final = Service("cover", CoverMonitor, METADATA, MIGRATIONS, remembers=CoverMonitor.tables)
