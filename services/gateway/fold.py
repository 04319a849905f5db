"""The door's own fold: the homes as everything that it has acknowledged says, earlier items of a batch included.

1. At the start the log is read to its end, before anybody is let in.
2. The log's writer asks `admit` of each new fact, in log order.
3. If a commit fails, what was folded for it was never so: those homes are built anew from the log before the
   next fact of theirs is judged.
4. A home whose fold raises is set aside: the door answers 202 for it and refuses nothing (the runner decides).

One lock, held for one fact (microseconds) by the writer's thread and for one answer by a reader's: nobody sees
half a fact. What the hot path needs in the event loop (whose a home is) are plain look-ups without it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog

from shared.acceptance import Refusal, courtesy, refusal
from shared.facts import Fact
from shared.home import Home, Homes, Placement
from shared.home.valid import is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.log.base import Draft, Log, Named, Record, Unavailable, fact_of
from shared.security.rights import HomeRef
from shared.topics import CHECK_INS, PLAN_CHANGES, REJECTED

TOPICS: Final = (PLAN_CHANGES, CHECK_INS)
_STEP: Final = 10_000
_FRESH_AT_MOST: Final = 50_000

_log = structlog.get_logger("gateway")


class DoorFold:
    """The homes as the door knows them. `admit` is for the log's writer, `reading` for everybody."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._homes = Homes()
        self._next: dict[str, Instant] = {}
        self._doubtful: dict[str, Instant] = {}
        self._aside: dict[str, Instant] = {}
        # What was let in a moment ago, by home and id. Plain tuples: the garbage collector leaves them alone.
        self._fresh: dict[tuple[str, str], tuple[str, str, Instant]] = {}
        self.provider_of: dict[str, str] = {}
        """The provider of each home, by what is durable."""
        self.commissioner_of: dict[tuple[str, str], str] = {}
        """The commissioner of each placement, by home and placement; likewise."""
        self._homes_of: dict[str, set[str]] = {}  # where each placement was ever started

    def catch_up(self, passing: Callable[[Record], None] | None = None) -> None:
        """Read the log to its end; what was rejected is handed on to `passing`. Raises Unavailable."""
        after: dict[str, int] = {}
        while True:
            records, reached = self._log.read(0, (*TOPICS, REJECTED), after, NEVER, _STEP)
            with self._lock:
                for record in records:
                    if record.topic != REJECTED:
                        self._replay(record)
                    elif passing is not None:
                        passing(record)
            if not records:
                return
            after = dict(reached)

    def home(self, home_id: str) -> HomeRef | None:
        """Whose a home is, by what is durable; None if nobody has registered it. A plain look-up."""
        provider_id = self.provider_of.get(home_id)
        return None if provider_id is None else HomeRef(home_id, provider_id)

    def durable(self, fact: Fact) -> None:
        """A fact is in the log for good: what everybody may look up without the lock."""
        if fact.type == "home.registered.v1":
            self.provider_of[fact.home_id] = fact.data["provider_id"]
        elif fact.type == "placement.started.v1":
            self.commissioner_of[fact.home_id, fact.data["placement_id"]] = fact.data["commissioner_id"]

    # -- in the log's writer ---------------------------------------------------------------------------------

    def admit(self, fact: Fact) -> Refusal | None:
        """Why `fact` may not stand, by law and by courtesy, as everything before it says; or None, and it is
        folded in, so that what comes after it is judged with it. Where nothing is known to say so, it stands.
        Never raises."""
        home_id = fact.home_id
        with self._lock:
            try:
                if not self._sure_of(home_id, fact.appended_at):
                    return None
                if self._next.get(home_id, NEVER) <= fact.appended_at:
                    self._keep_promises(home_id, fact.appended_at)
                if fact.type != "check.recorded.v1":  # a check is never refused (§3)
                    refused = self._refusal(fact)
                    if refused is not None:
                        return refused
                self._apply(fact)
            except Exception as error:
                self._set_aside(home_id, fact.appended_at, error)
            return None

    def rolled_back(self, drafts: Sequence[Draft]) -> None:
        """What was let in was not written after all (`Log.on_rollback`)."""
        with self._lock:
            for draft in drafts:
                self._doubtful[draft.home_id] = -1
                self._fresh.pop((draft.home_id, draft.id), None)

    def home_now(self, home_id: str) -> HomeRef | None:
        """Whose a home is, with what the commit under way has let in."""
        with self._lock:
            home = None if home_id in self._doubtful else self._homes.homes.get(home_id)
            if home is not None and home.registered:
                return HomeRef(home_id, home.provider_id)
        return self.home(home_id)

    def commissioner_now(self, home_id: str, placement_id: str) -> str | None:
        """Who placed the child, with what the commit under way has let in."""
        with self._lock:
            child = None if home_id in self._doubtful else self._homes.placement(home_id, placement_id)
            if child is not None and child.commissioner_id:
                return child.commissioner_id
        return self.commissioner_of.get((home_id, placement_id))

    def make_sure(self, home_id: str, at: Instant) -> None:
        """Build a home anew where a commit failed, before anything is asked of it. Never raises."""
        with self._lock:
            try:
                self._sure_of(home_id, at)
            except Exception as error:
                self._set_aside(home_id, at, error)

    def elsewhere(self, placement_id: str, home_id: str) -> HomeRef | None:
        """Another home in which the placement is in force."""
        with self._lock:
            for other in self._homes_of.get(placement_id, ()):
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
            self._keep_promises(fact.home_id, fact.appended_at)
            return self._refusal(unapproved) is not None and self._refusal(fact) is None

    # -- everywhere ------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[dict[str, Home]]:
        """The homes as they stand at the log's present, for as long as it takes to copy what is needed: the
        writer waits."""
        present = self._log.present(0)
        with self._lock:
            for home_id in list(self._next):
                self._keep_promises(home_id, present)
            yield self._homes.homes

    @property
    def aside(self) -> dict[str, Instant]:
        """The homes for which the door refuses nothing, and since which instant of the log."""
        with self._lock:
            return dict(self._aside)

    # -- under the lock --------------------------------------------------------------------------------------

    def _replay(self, record: Record) -> None:
        if record.home_id in self._aside:
            return
        if record.topic == CHECK_INS and not self._anybody_away(record.home_id, record.appended_at):
            return  # a check changes nothing here but for a child who is away
        try:
            fact = fact_of(record)
            if refusal(fact, self._homes, self._named(fact)) is None:
                self._apply(fact)
                self.durable(fact)
        except Exception as error:
            self._set_aside(record.home_id, record.appended_at, error)

    def _anybody_away(self, home_id: str, at: Instant) -> bool:
        self._keep_promises(home_id, at)
        home = self._homes.homes.get(home_id)
        return home is not None and any(child.away is not None for child in home.placements.values())

    def _apply(self, fact: Fact) -> None:
        home_id = fact.home_id
        if fact.topic == CHECK_INS:
            self._remember(fact)
            self._see(fact)
            return
        self._keep_promises(home_id, fact.appended_at)
        self._homes.apply(fact)
        if fact.type == "placement.started.v1":
            self._homes_of.setdefault(fact.data["placement_id"], set()).add(home_id)
        self._expect(home_id)

    def _see(self, check: Fact) -> None:
        child = self._homes.placement(check.home_id, check.subject)
        if child is None or child.away is None or check.type != "check.recorded.v1":
            return
        if is_valid(check, child):
            self._homes.returned(child, check, seen_at(check))

    def _keep_promises(self, home_id: str, upto: Instant) -> None:
        if self._next.get(home_id, NEVER) > upto:
            return
        for child in list(self._homes.homes[home_id].placements.values()):
            while child.next_promise <= upto:
                self._homes.keep(child, upto)
        self._expect(home_id)

    def _expect(self, home_id: str) -> None:
        home = self._homes.homes.get(home_id)
        soonest = NEVER if home is None else min(map(_next_promise, home.placements.values()), default=NEVER)
        if soonest == NEVER:
            self._next.pop(home_id, None)
        else:
            self._next[home_id] = soonest

    def _refusal(self, fact: Fact) -> Refusal | None:
        return refusal(fact, self._homes, self._named(fact)) or courtesy(fact, self._homes)

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

    def _sure_of(self, home_id: str, at: Instant) -> bool:
        """Whether the fold holds all that was acknowledged for the home; builds it anew where it may not."""
        if home_id in self._aside:
            return False
        failed_at = self._doubtful.get(home_id)
        if failed_at is None:
            return True
        if failed_at == at:  # the same commit: what it has let in meanwhile is not in the log to be read
            return False
        try:
            self._build_anew(self._log.home(home_id, TOPICS), home_id)
        except Unavailable:
            self._doubtful[home_id] = at
            return False
        del self._doubtful[home_id]
        return True

    def _build_anew(self, records: Iterable[Record], home_id: str) -> None:
        known = list(records)
        self._homes.drop(home_id)
        self._next.pop(home_id, None)
        for record in known:
            self._replay(record)

    def _set_aside(self, home_id: str, since: Instant, error: Exception) -> None:
        self._aside[home_id] = since
        self._next.pop(home_id, None)
        _log.error("home set aside at the door", home_id=home_id, error=type(error).__name__)


def _next_promise(child: Placement) -> Instant:
    return child.next_promise
