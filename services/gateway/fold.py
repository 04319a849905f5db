"""The door's own fold: the homes as everything that it has acknowledged says, earlier items of a batch included.

1. At the start the snapshot is laid at rest, and the log is read from there to its end, before anybody is let in.
2. The log's writer asks `admit` of each new fact, in log order.
3. If a commit fails, what was folded for it was never so: those homes are built anew from the log before the
   next fact of theirs is judged.
4. A home whose fold raises is set aside: the door answers 202 for it and refuses nothing (the runner decides).

One lock, held for one fact (microseconds) by the writer's thread and for one answer by a reader's: nobody sees
half a fact. What the hot path needs in the event loop (whose a home is) are plain look-ups without it. What the fold
is made of is `folded`; how the log gets into it, `filling`; how the snapshot is kept, `snapshot`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import structlog

from services.gateway.filling import Filling, Passing
from services.gateway.folded import AtRest, Folded
from services.gateway.proofs import LastProofs
from services.gateway.snapshot import Loaded
from shared.acceptance import Refusal, refusal
from shared.cautions import Caution, cautions
from shared.courtesy import courtesy
from shared.facts import Fact
from shared.home import Home, Homes
from shared.instants import Instant
from shared.log.base import (
    DoorLog,
    Draft,
    Named,
    Positions,
    Record,
    Unavailable,
    fact_of,
    least_present,
)
from shared.oncall import OnCall
from shared.security.rights import HomeRef
from shared.topics import CHECK_INS, NIGHT_COVER

_FRESH_AT_MOST: Final = 50_000
_WOKEN_AT_ONCE: Final = 20
"""Homes that are restored while the lock is held once, so that the writer never waits for long."""

_log = structlog.get_logger("gateway")


class DoorFold:
    """The homes as the door knows them. `admit` is for the log's writer, `reading` for everybody."""

    def __init__(self, log: DoorLog, snapshot: Loaded | None = None) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._rest = snapshot or Loaded()
        self._folded = folded = Folded(self._rest)
        self._homes = folded.homes
        self._filling = Filling(log, folded, self._lock, self._rest.position)
        self._doubtful: dict[str, Instant] = {}
        # What was let in a moment ago, by home and id. Plain tuples: the garbage collector leaves them alone.
        self._fresh: dict[tuple[str, str], tuple[str, str, Instant]] = {}
        # Where a log takes one thing while another is on its way: of each fact that was let in and is not durable yet,
        # how often its home had been built anew.
        self._under_way: dict[tuple[str, str], int] = {}
        self._built: dict[str, int] = {}
        self.proofs = LastProofs(log)
        """When each worker was last known to be awake."""
        self._rest.lay(folded)
        self.read_to: dict[int, Positions] = {}
        """How far it has read of each home-partition, when it had caught up."""
        self.provider_of = folded.provider_of
        """The provider of each home, by what is durable."""

    def catch_up(self, passing: Passing | None = None, keep: Callable[[int], None] | None = None) -> None:
        """Read the log to its end; what was rejected is handed on to `passing`. `keep` is told the position up to which
        the fold holds whole instants of the log, and nothing else, if much was read. Raises Unavailable."""
        for partition in range(self._log.partitions):
            self.read_to[partition] = self._filling.to_the_end(partition, passing, keep)
        unsettled = (
            [] if self._log.once else [each for each in self._homes.homes if self._folded.unsettled(each)]
        )
        with self._lock:
            for home_id in (*self._rest.anew, *unsettled):  # its fold had raised when the snapshot was made
                self._filling.build_anew(home_id)

    def changed(self) -> Iterator[AtRest]:
        """The homes that do not lie at rest, in their form at rest: since the snapshot, no other has changed. For
        `keep`, before anybody is let in."""
        for home_id in self._homes.homes.keys() | self._folded.aside.keys():
            yield self._folded.at_rest(home_id)

    def home(self, home_id: str) -> HomeRef | None:
        """Whose a home is, by what is durable; None if nobody has registered it. A plain look-up."""
        provider_id = self.provider_of.get(home_id)
        return None if provider_id is None else HomeRef(home_id, provider_id)

    def durable(self, fact: Fact) -> None:
        """A fact is in the log for good: what everybody may look up without the lock."""
        self._folded.durable(fact)
        self.proofs.note(fact)
        admitted = self._under_way.pop((fact.home_id, fact.id), None)
        if admitted is not None and admitted != self._built.get(fact.home_id, 0):
            self._doubtful[fact.home_id] = -1  # it was not in the log yet when its home was built anew

    # -- in the log's writer ---------------------------------------------------------------------------------

    def admit(self, fact: Fact, warned: list[Caution] | None = None) -> Refusal | None:
        """Why `fact` may not stand, by law and by courtesy, as everything before it says; or None, and it is
        folded in, so that what comes after it is judged with it. Where nothing is known to say so, it stands.
        `warned` is then what its sender should look at. Never raises."""
        home_id = fact.home_id
        with self._lock:
            try:
                if fact.type == "check.recorded.v1" and not self._concerned(home_id):
                    self._remember(fact)
                    self._goes(fact)
                    return None
                if not self._sure_of(home_id, fact.appended_at):
                    return None
                self._folded.keep_promises(home_id, fact.appended_at)
                if fact.type != "check.recorded.v1":  # a check is never refused (§3)
                    refused = self._refusal(fact)
                    if refused is not None:
                        return refused
                if warned is not None:
                    warned[:] = cautions(fact, self._homes, self._folded.on_call.get(home_id))
                if fact.topic == CHECK_INS:
                    self._remember(fact)
                self._folded.apply(fact)
                self._goes(fact)
            except Unavailable:  # what is known elsewhere cannot be looked up: whoever reads the log decides
                self._doubtful[home_id] = -1
            except Exception as error:
                self._folded.set_aside(home_id, fact.appended_at, error)
            return None

    def _goes(self, fact: Fact) -> None:
        """It is on its way into a log that takes other things meanwhile."""
        if not self._log.once:
            self._under_way[fact.home_id, fact.id] = self._built.get(fact.home_id, 0)

    def rolled_back(self, drafts: Sequence[Draft]) -> None:
        """What was let in was not written after all (`Log.on_rollback`)."""
        with self._lock:
            for draft in drafts:
                self._doubtful[draft.home_id] = -1
                self._fresh.pop((draft.home_id, draft.id), None)
                self._under_way.pop((draft.home_id, draft.id), None)

    def home_now(self, home_id: str) -> HomeRef | None:
        """Whose a home is, with what the commit under way has let in."""
        with self._lock:
            home = self._known(home_id)
            if home is not None and home.registered:
                return HomeRef(home_id, home.provider_id)
        return self.home(home_id)

    def commissioner_now(self, home_id: str, placement_id: str) -> str | None:
        """Who placed the child, with what the commit under way has let in."""
        with self._lock:
            home = self._known(home_id)
            child = None if home is None else home.placements.get(placement_id)
            if child is not None and child.commissioner_id:
                return child.commissioner_id
        return self._folded.commissioners.get(home_id, {}).get(placement_id)

    def elsewhere_written(self, record: Record) -> None:
        """Another door has let something in: its home is built anew before anything more is asked of it. Never raises:
        a newer door may have written what this one cannot read."""
        self.proofs.heard(record)
        with self._lock:
            if record.topic == NIGHT_COVER and record.home_id not in self._doubtful:
                self._folded.replay(
                    record
                )  # nothing is refused for who is on duty: that is worth no reading anew
                return
            if record.topic == CHECK_INS and not self._folded.unsettled(record.home_id):
                return  # a check changes nothing here but for a child who is away
            self._doubtful[record.home_id] = -1
            with suppress(Exception):
                self._folded.durable(fact_of(record))

    def make_sure(self, home_id: str, at: Instant) -> None:
        """Build a home anew where a commit failed, before anything is asked of it. Never raises."""
        with self._lock:
            try:
                self._sure_of(home_id, at)
            except Exception as error:
                self._folded.set_aside(home_id, at, error)

    def elsewhere(self, placement_id: str, home_id: str) -> HomeRef | None:
        """Another home in which the placement is in force."""
        with self._lock:
            for other in self._folded.homes_of.get(placement_id, ()):
                self._wake(other)
                known = self._homes.placement(other, placement_id)
                if other != home_id and known is not None and known.in_force:
                    return self.home(other)
        return None

    def too_long_unapproved(self, fact: Fact) -> bool:
        """Whether an absence would be refused if nobody had approved it."""
        alone = {name: value for name, value in fact.data.items() if name != "approver"}
        unapproved = Fact(
            fact.topic, fact.appended_at, fact.home_id, fact.id, fact.type, fact.subject, fact.source,
            fact.actor, fact.observed_at, fact.entered_at, alone,
        )  # fmt: skip
        with self._lock:
            self._wake(fact.home_id)
            self._folded.keep_promises(fact.home_id, fact.appended_at)
            return self._refusal(unapproved) is not None and self._refusal(fact) is None

    # -- everywhere ------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[dict[str, Home]]:
        """The homes as they stand at the log's present, for as long as it takes to copy what is needed: the
        writer waits."""
        present = least_present(self._log)
        while some := self._rest.some(_WOKEN_AT_ONCE):
            with self._lock:
                for home_id in some:
                    self._wake(home_id)
        with self._lock:
            for home_id in list(self._folded.next):
                self._folded.keep_promises(home_id, present)
            yield self._homes.homes

    @contextmanager
    def looking_at(self, home_id: str) -> Iterator[tuple[Homes, Home | None]]:
        """One home as it stands at the log's present (None: nothing was told of it), and all that are known, for as
        long as it takes to look: the writer waits."""
        present = least_present(self._log)
        with self._lock:
            self._wake(home_id)
            self._folded.keep_promises(home_id, present)
            yield self._homes, self._homes.homes.get(home_id)

    @property
    def aside(self) -> dict[str, Instant]:
        """The homes for which the door refuses nothing, and since which instant of the log."""
        with self._lock:
            return dict(self._folded.aside)

    # -- under the lock --------------------------------------------------------------------------------------

    def _refusal(self, fact: Fact) -> Refusal | None:
        points = self._folded.points.get(fact.home_id, ())
        on_call = self._folded.on_call.get(fact.home_id) or OnCall()
        return refusal(fact, self._homes, self._named(fact)) or courtesy(fact, self._homes, points, on_call)

    def _named(self, fact: Fact) -> Named | None:
        """The check that a correction names: among those let in a moment ago, else in the log."""
        if fact.type != "check.corrected.v1":
            return None
        check_id = fact.data["check_id"]
        fresh = self._fresh.get((fact.home_id, check_id))
        if fresh is None:
            return self._log.named(fact.home_id, check_id)
        return Named(check_id, *fresh)

    def _remember(self, fact: Fact) -> None:
        if len(self._fresh) >= _FRESH_AT_MOST:
            for old in list(self._fresh)[: _FRESH_AT_MOST // 2]:
                del self._fresh[old]
        self._fresh[fact.home_id, fact.id] = (fact.type, fact.subject, fact.appended_at)

    def _known(self, home_id: str) -> Home | None:
        """The home, where the fold holds all that was acknowledged for it."""
        self._wake(home_id)
        return None if home_id in self._doubtful else self._homes.homes.get(home_id)

    def _wake(self, home_id: str) -> None:
        """Restore the home if it lies at rest; one that cannot be restored is doubtful, and built anew."""
        try:
            self._folded.home(home_id)
        except Exception as error:
            self._doubtful[home_id] = -1
            _log.warning("a home of the door's snapshot cannot be read", error=type(error).__name__)

    def _sure_of(self, home_id: str, at: Instant) -> bool:
        """Whether the fold holds all that was acknowledged for the home; builds it anew where it may not."""
        if home_id in self._folded.aside:
            return False
        self._wake(home_id)
        failed_at = self._doubtful.get(home_id)
        if failed_at is None:
            return True
        if failed_at == at:  # the same commit: what it has let in meanwhile is not in the log to be read
            return False
        # Both before the log is read: what lands and is acknowledged meanwhile casts doubt on it again.
        del self._doubtful[home_id]
        self._built[home_id] = self._built.get(home_id, 0) + 1
        try:
            self._filling.build_anew(home_id)
        except Unavailable:
            self._doubtful[home_id] = at
            return False
        return True

    def _concerned(self, home_id: str) -> bool:
        """Whether a check could change anything of the home. Over a broker a home in doubt is not built anew for it:
        the check is in the log when that is read."""
        if self._log.once:
            return self._folded.concerned(home_id)
        return home_id not in self._doubtful and self._folded.unsettled(home_id)
