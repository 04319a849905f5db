"""The rules of this house by the service that keeps them: the monitors that raise alerts. Pure.

Whoever replays, audits or tests asks here, so that a new service is added in one place; whoever runs them asks
`services.monitors`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.checks.model import ChecksMonitor
from shared.monitor import Monitor

MONITORS: Final[Mapping[str, Callable[[], Monitor]]] = MappingProxyType(
    {monitor.name: monitor for monitor in (ChecksMonitor,)}
)
"""What makes a new monitor, by its service's name."""
