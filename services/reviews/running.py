"""The reviews service as a running thing. No rule and no route lives here."""

from typing import Final

from services.reviews.model import ReviewsMonitor
from services.reviews.saved import REMEMBERED
from services.reviews.tables import METADATA, MIGRATIONS
from shared.runner.service import Service

SERVICE: Final = Service("reviews", ReviewsMonitor, METADATA, MIGRATIONS, remembers=REMEMBERED)
