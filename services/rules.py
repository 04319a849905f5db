"""The rules of this house by the service that keeps them: the monitors that raise alerts, and the one that decides
about them from what these tell. Pure.

Whoever replays, audits or tests asks here, so that a new service is added in one place; whoever runs them asks
`services.monitors`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.alerts.model import AlertsMonitor
from services.checks.model import ChecksMonitor
from services.cover.model import CoverMonitor
from services.integrity.model import IntegrityMonitor
from services.reviews.model import ReviewsMonitor
from shared.monitor import Deciding, Monitor

MONITORS: Final[Mapping[str, Callable[[], Monitor]]] = MappingProxyType(
    {monitor.name: monitor for monitor in (ChecksMonitor, CoverMonitor, ReviewsMonitor, IntegrityMonitor)}
)
"""What makes a new monitor, by its service's name."""

DECIDER: Final[Callable[[], Deciding]] = AlertsMonitor
"""What makes a new one of the monitor that decides; it is fed what all of the others tell."""
