"""A home-partition that is owned: what the planner knows of it beside the rows, and can read from them again."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.pager.chain.parts import Chain
from services.pager.engine.time import PagerTime
from shared.instants import NEVER, Duration, Instant

FIRST: Final = 16
"""Alerts of the first round, where nothing was to do before."""


@dataclass
class Share:
    """What is known of a home-partition that is owned."""

    partition: int
    epoch: int
    time: PagerTime
    cursor: int = 0
    homes_cursor: int = 0
    chains: dict[str, Chain] = field(default_factory=dict)
    """Of alerts that are not done."""
    looks: list[tuple[Instant, str]] = field(default_factory=list)
    """A heap: when to look again at which."""
    look_at: dict[str, Instant] = field(default_factory=dict)
    todo: dict[str, None] = field(default_factory=dict)
    """Alerts that have changed, or of which something was heard, in order."""
    unreached: set[str] = field(default_factory=set)
    """Homes with an entry that nobody could be reached."""
    nobody: dict[str, str] = field(default_factory=dict)
    """By alert that there is nobody to tell of, as last looked at: its home."""
    sweeps: bool = False
    """Whether all these homes are to be looked at, once all alerts are."""
    begun: bool = False
    watched: bool = False
    """Whether the time has been looked at."""
    stride: int = FIRST
    looked_at_all: Duration = 0

    def due(self, now: Instant) -> Iterable[str]:
        """Those whose time has come."""
        while self.looks and self.looks[0][0] <= now:
            at, alert_id = heapq.heappop(self.looks)
            if self.look_at.get(alert_id) == at:
                del self.look_at[alert_id]
                yield alert_id

    def again(self, alert_id: str, at: Instant) -> None:
        """Look at it then."""
        self.look_at.pop(alert_id, None)
        if at != NEVER:
            self.look_at[alert_id] = at
            heapq.heappush(self.looks, (at, alert_id))
