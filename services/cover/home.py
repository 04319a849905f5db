"""A home, watched: what the fold keeps of it, and what is known of proofs, shortages and overruns.

State and the questions about it. Which fact does what is the model's (`model.py`); what a shortage is told as,
`shortages.py`; what is asked for and who counts, `standing.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.cover.evidence import Evidence, Record
from services.cover.standing import ASKS_NOTHING, Asking, Place, asking_of, evidenced, lapses
from shared.instants import DAY, NEVER, Instant
from shared.openalerts import OpenAlert
from shared.watching import WatchedHome

UNTOLD: Final = ""
"""In place of the id of an alert: the shortage has not been told yet."""

FEW: Final = 8
"""So many workers' proofs are kept, however old."""


class Shortage(OpenAlert):
    """A shortage at one place: since when, and the alert about it, once it has lasted beyond its grace."""

    __slots__ = ("ended_by", "over", "tells")

    def __init__(
        self,
        since: Instant,
        tells: Instant,
        alert_id: str = UNTOLD,
        facts: Any = None,
        level: int = 1,
    ) -> None:
        super().__init__(alert_id, since, facts or {}, level)
        self.tells = tells
        """When it is raised, or worsens next."""
        self.over = False
        """As it stands within the step."""
        self.ended_by: str | None = None
        """The fact after which it was over; None: time ended it."""


class CoverHome(WatchedHome):
    """One home. Thousands of them are in mind: what is empty is None."""

    __slots__ = (
        "asking",
        "evidence",
        "lapse",
        "overruns",
        "proofs",
        "proved",
        "record",
        "relieved",
        "short",
        "step",
    )

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.proved = False
        """Whether its proofs have changed since rows were last asked for."""
        self.asking: Asking = ASKS_NOTHING
        """What is asked for as of the clock."""
        self.proofs: dict[str, Instant] = {}
        """The last proof of wake of each worker that he recorded himself."""
        self.relieved: dict[str, Instant] | None = None
        """The last start of a break for which each worker was named, as a proof of wake."""
        self.step: Instant = NEVER
        """The instant as of which it is to be judged, when the facts of that instant are all taken; NEVER: none."""
        self.lapse: Instant = NEVER
        """When the next worker lapses, as of when that was last asked: proofs since then have put it off."""
        self.short: dict[Place, Shortage] | None = None
        self.evidence: Evidence | None = None
        """Kept while there is a shortage."""
        self.record: Record | None = None
        """Who was on duty by the facts' own times."""
        self.overruns: dict[str, OpenAlert] | None = None

    def reckon(self, at: Instant) -> None:
        """What is asked for, anew, as of `at`."""
        children = self.placements.values()
        self.asking = asking_of(((each.id, each.plan) for each in children if each.present), at)

    def last_proofs(self) -> dict[str, Instant]:
        """The last proof of wake of each worker, of either kind. Not to be changed."""
        if self.relieved is None:
            return self.proofs
        both = dict(self.proofs)
        for staff_id, moment in self.relieved.items():
            both[staff_id] = max(moment, both.get(staff_id, moment))
        return both

    def forget(self, at: Instant) -> bool:
        """Forget the proofs of those who are not on duty, a day after they have lapsed; whether there were any."""
        oldest = at - DAY - self.asking.every
        if len(self.proofs) <= FEW or min(self.proofs.values()) > oldest:
            return False
        known = len(self.proofs)
        self.proofs = self._kept(self.proofs, oldest)
        self.relieved = self._kept(self.relieved or {}, oldest) or None
        return len(self.proofs) < known

    def _kept(self, proofs: Mapping[str, Instant], oldest: Instant) -> dict[str, Instant]:
        return {who: moment for who, moment in proofs.items() if moment > oldest or who in self.sessions}

    def lapses(self) -> dict[Place, list[Instant]]:
        """By place, when each worker who counts there lapses; of nobody, where nobody is asked for."""
        if not self.sessions or not (self.asking.staff or self.asking.children):
            return {}
        return lapses(self.sessions, self.last_proofs(), self.asking.every)

    def next_lapse(self, ends: Mapping[Place, Sequence[Instant]], after: Instant) -> Instant:
        """When the next worker lapses, of those who count where somebody is asked for; NEVER: none. `ends`: of
        `lapses()`."""
        soonest = NEVER
        for place in self.asking.places():
            for end in ends.get(place, ()):
                if after < end < soonest:
                    soonest = end
        return soonest

    def evidenced(self, place: Place, at: Instant) -> int:
        """How many evidenced workers count at `place`; 0 where nobody is asked for there."""
        if not self.asking.required(place):
            return 0
        return evidenced(self.lapses().get(place, ()), at)
