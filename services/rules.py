"""The rules of this house by the service that keeps them: the monitors that raise alerts. Pure.

Whoever replays, audits or tests asks here, so that a new service is added in one place; whoever runs them asks
`services.monitors`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.checks.model import ChecksMonitor
from services.cover.model import CoverMonitor
from services.integrity.model import IntegrityMonitor
from services.reviews.model import ReviewsMonitor
from shared.monitor import Monitor

MONITORS: Final[Mapping[str, Callable[[], Monitor]]] = MappingProxyType(
    {monitor.name: monitor for monitor in (ChecksMonitor, CoverMonitor, ReviewsMonitor, IntegrityMonitor)}
)
"""What makes a new monitor, by its service's name."""
