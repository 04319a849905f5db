"""The course of a log through one monitor: the part of the runner's loop that does no I/O.

The runner, replay, audit, the night as of an instant and the public test driver are all this one loop (ARCHITECTURE.md,
"The runner", steps 2 and 3). Reading, committing and publishing never live here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias, cast

from shared.acceptance import Refusal, refusal
from shared.events.contenthash import of_fact
from shared.facts import Fact
from shared.instants import DAY, NEVER, Instant
from shared.log.base import Named
from shared.monitor import Deciding, Effect, HomeFault, Monitor
from shared.topics import CHECK_INS, INPUTS

Verdict: TypeAlias = Literal["new", "same", "conflict"]
FindNamed: TypeAlias = Callable[[str, str], Named | None]
"""(home id, event id) → what the log knows of it."""


class Seen(Protocol):
    """Which event ids were seen before (ARCHITECTURE.md, step 2)."""

    def take(self, fact: Fact) -> Verdict:
        """Whether this id is new in its home; if not, whether the content is the same."""
        ...


class MemorySeen:
    """Ids in memory, for replay and tests: for ever, but for checks 28 days by the log's clock. It also answers what a
    correction names."""

    _KEPT: Final = 28 * DAY

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Fact] = {}

    def take(self, fact: Fact) -> Verdict:
        """New, or the same, or another content under a known id."""
        key = (fact.home_id, fact.id)
        known = self._known.setdefault(key, fact)
        if known is fact:
            return "new"
        if known.topic == CHECK_INS and fact.appended_at - known.appended_at > self._KEPT:
            self._known[key] = fact
            return "new"
        return "same" if of_fact(known) == of_fact(fact) else "conflict"

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What was seen under this id in this home."""
        known = self._known.get((home_id, event_id))
        return None if known is None else Named(event_id, known.type, known.subject, known.appended_at)


_ANSWERED: Final = frozenset(INPUTS)
"""Topics whose facts may be refused; derived ones were decided already."""
_NEVER_REFUSED: Final = "check.recorded.v1"
"""A check is never refused (§3), and most facts are checks."""
CONFLICT: Final = Refusal(
    "id_used", "id", "", "give a new fact an id of its own", "this id is another fact's already"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A fact that may not stand, and why. It changed nothing."""

    fact: Fact
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Aside:
    """A home that was set aside: a bug, or a fact that the monitor could not take."""

    home_id: str
    reason: str
    fact: Fact | None


@dataclass(slots=True)
class Turn:
    """What came of one move of the course."""

    effects: list[Effect] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    set_aside: list[Aside] = field(default_factory=list)


class Course:
    """Feeds one monitor. Facts go in by `take`, in log order and in whole instants; `reach` puts the clock to the
    log's present."""

    def __init__(
        self,
        monitor: Monitor,
        seen: Seen,
        named: FindNamed,
        clock: Instant = -NEVER,
        aside: Iterable[str] = (),
    ) -> None:
        self.monitor = monitor
        self.clock = clock
        self.aside = set(aside)
        """Homes that are set aside: their facts are passed over until they are rebuilt."""
        self._seen = seen
        self._named = named

    def take(self, facts: Sequence[Fact]) -> Turn:
        """Apply facts that are in the order of DOMAIN.md §2. Before the first of an instant the clock is put to it."""
        turn = Turn()
        aside, seen, apply, effects = self.aside, self._seen.take, self.monitor.apply, turn.effects
        for fact in facts:  # hot: every monitor comes by here with every fact that it reads
            if fact.appended_at > self.clock:
                self._advance(fact.appended_at, turn)
            if fact.home_id in aside:
                continue
            if fact.topic in _ANSWERED:
                verdict = seen(fact)
                if (verdict != "new" or fact.type != _NEVER_REFUSED) and not self._may_stand(
                    fact, verdict, turn
                ):
                    continue
            try:
                effects += apply(fact)
            except HomeFault as fault:
                self._set_aside(fault, fact, turn)
        return turn

    def reach(self, to: Instant) -> Turn:
        """Put the clock to the log's present: every fact appended before it has been taken, others may follow at it."""
        turn = Turn()
        if to > self.clock:
            self._advance(to, turn)
        return turn

    def finish(self, until: Instant) -> Turn:
        """The end of a replay: the clock at `until`, and no more facts of that instant: what they have made past
        fires."""
        turn = self.reach(until)
        self._advance(self.clock, turn)
        return turn

    def decide(self, upto: Mapping[str, Instant], *, through: bool = False) -> Turn:
        """Let the monitor (one that decides) decide so far; see `shared.monitor.Deciding`."""
        turn, monitor = Turn(), cast(Deciding, self.monitor)
        while True:
            try:
                turn.effects += monitor.decide(upto, through=through)
            except HomeFault as fault:
                self._set_aside(fault, None, turn)
            else:
                return turn

    def _may_stand(self, fact: Fact, verdict: Verdict, turn: Turn) -> bool:
        """Whether the fact is to be applied: it is new, and not refused."""
        if verdict == "new":
            reason = self._refusal(fact, turn)
        elif verdict == "same":
            return False
        else:
            reason = CONFLICT
        if reason is not None:
            turn.refused.append(Refused(fact, reason))
        return reason is None and fact.home_id not in self.aside

    def _refusal(self, fact: Fact, turn: Turn) -> Refusal | None:
        try:
            return refusal(fact, self.monitor.homes, self._named_by(fact))
        except Exception as cause:  # what acceptance cannot read, the monitor could not either
            self._set_aside(HomeFault(fact.home_id, cause), fact, turn)
            return None

    def _named_by(self, fact: Fact) -> Named | None:
        """What the log held, before this fact, of the check that it names."""
        return self._named(fact.home_id, fact.data["check_id"]) if "check_id" in fact.data else None

    def _advance(self, to: Instant, turn: Turn) -> None:
        while True:
            try:
                turn.effects += self.monitor.advance(to)
            except HomeFault as fault:
                self._set_aside(fault, None, turn)
            else:
                self.clock = to
                return

    def _set_aside(self, fault: HomeFault, fact: Fact | None, turn: Turn) -> None:
        self.monitor.drop(fault.home_id)
        self.aside.add(fault.home_id)
        turn.set_aside.append(Aside(fault.home_id, f"{type(fault.cause).__name__}: {fault.cause}", fact))
