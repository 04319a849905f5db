"""Every service of this house that reads the log by its name, and the schema of all their read models in one database.

Whoever opens the views asks here, so that a new service is added in one place. Nothing runs here.
"""

from typing import Final

from sqlalchemy import Engine

from services.alerts.running import SERVICE as ALERTS
from services.checks.running import SERVICE as CHECKS
from services.cover.running import SERVICE as COVER
from services.integrity.running import SERVICE as INTEGRITY
from services.pager.running import SERVICE as PAGER
from services.reviews.running import SERVICE as REVIEWS
from shared.runner.service import Service
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of

SERVICES: Final[dict[str, Service]] = {
    service.name: service for service in (CHECKS, COVER, REVIEWS, INTEGRITY, ALERTS, PAGER)
}


def migrate(views: Engine) -> None:
    """Bring everything in the views up to date: what all services share, and each one's own tables."""
    upgrade(views, STORE_MIGRATIONS, version_table_of("store"))
    for service in SERVICES.values():
        service.migrate(views)
