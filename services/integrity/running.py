"""The integrity service as a running thing. No rule and no route lives here."""

from typing import Final

from services.integrity.model import IntegrityMonitor
from services.integrity.saved import MEMORY
from services.integrity.tables import METADATA, MIGRATIONS
from shared.runner.service import Service

SERVICE: Final = Service(
    "integrity",
    IntegrityMonitor,
    METADATA,
    MIGRATIONS,
    remembers=MEMORY,
    memory_columns=("state", "journal", "records"),
)
