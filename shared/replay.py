"""What would it have done? A whole log, or one home's part of it, run through monitors in memory (EVENTS.md, "The
replay contract"). No database, no network, no files: reading lines and writing them is the caller's.

A monitor that decides (`shared.monitor.Deciding`) is fed, in logical order, the inputs and what the others have told of
them: the clock itself is how far everybody has come.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.acceptance import Refusal
from shared.alerting import LIFECYCLE, WORSENED
from shared.course import Aside, Course, MemorySeen, Refused, Turn
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import NEVER, Instant
from shared.monitor import Deciding, Effect, Monitor, Row
from shared.topics import ALERTS, RANK, REJECTED, RESPONSES

_ROWS_GATHER: Final = 256
"""Moves."""


@dataclass(slots=True)
class Replayed:
    """What came of a replay."""

    effects: list[Effect] = field(default_factory=list)
    """The derived events, each once, in the order of the contract."""
    refused: list[Refused] = field(default_factory=list)
    set_aside: list[Aside] = field(default_factory=list)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts in the order in which they are applied (DOMAIN.md §2): `appended_at`, the topic's rank, then as they
    came. A log that is in order already costs one pass."""
    return sorted(facts, key=_placed)


def _placed(fact: Fact) -> tuple[Instant, int]:
    return fact.appended_at, RANK[fact.topic]


def as_told(effects: Iterable[Effect]) -> list[Effect]:
    """Derived events, each id once, ordered by `at`, then alert id, then lifecycle, then level. Of an id the first
    stands, as in a log."""
    once: dict[str, Effect] = {}
    for effect in effects:
        once.setdefault(effect.id, effect)
    return sorted(once.values(), key=_told)


def _told(effect: Effect) -> tuple[Instant, str, int, int]:
    event = effect.event
    return effect.at, event["subject"], LIFECYCLE.get(event["type"], -1), event["data"].get("level", 0)


def in_the_log(refused: Refused) -> tuple[Instant, int, str, str]:
    """Its place: by instant and topic; what comes at once, by home and id."""
    fact = refused.fact
    return fact.appended_at, RANK[fact.topic], fact.home_id, fact.id


class Refusals:
    """What may not stand, each fact once for a reason: several monitors refuse the same one."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str, str, Instant]] = set()

    def new(self, refused: Iterable[Refused]) -> list[Refused]:
        """Those that were not refused before."""
        found = []
        for each in refused:
            about = (each.fact.home_id, each.fact.id, each.reason.reason, each.fact.appended_at)
            if about not in self._known:
                self._known.add(about)
                found.append(each)
        return found


def _appended_at(fact: Fact) -> Instant:
    return fact.appended_at


def _after_each_other(first: list[Fact], then: list[Fact]) -> list[Fact]:
    """Both in order; all of them in order. Hot: mostly nothing has to be moved."""
    if not first or not then or _placed(first[-1]) <= _placed(then[0]):
        return first + then
    return in_order(first + then)


class Afterwards:
    """A monitor that decides, fed portion by portion with facts and what other monitors told of them."""

    def __init__(
        self,
        course: Course,
        others: Iterable[str],
        keep: Callable[[Iterable[Row]], None] | None = None,
        before: "Afterwards | None" = None,
    ) -> None:
        """`course`: its own. `others`: the services that are heard. `keep`: is given the rows that each move changes
        (None: nobody reads them). `before`: it goes on where that one stood."""
        self.course = course
        self._topics = frozenset(course.monitor.topics)
        self._others = [*others] or [""]
        self._keep = keep
        self._moves = 0
        self._waiting: list[Fact] = []
        self._answers: dict[tuple[str, str], Fact] = {}
        if before is not None:
            self.course.clock = before.course.clock
            self._waiting, self._answers = before._waiting, before._answers

    def take(self, facts: Iterable[Fact], effects: Iterable[Effect], upto: Instant) -> Turn:
        """Facts, in order, and what was told of them, in any; whatever follows is of `upto` or later. What is of `upto`
        itself waits for it."""
        topics = self._topics
        steps = (
            each for each in as_told(effects) if each.event["type"] != WORSENED
        )  # nothing follows from levels
        told = [fact_of_event(ALERTS, each.at, each.event) for each in steps]
        new = [fact for fact in facts if fact.topic in topics]
        mine = _after_each_other(self._waiting, new) if not told else in_order([*self._waiting, *new, *told])
        ends = bisect_left(mine, upto, key=_appended_at)
        ready, self._waiting = mine[:ends], mine[ends:]
        turn = self.course.take(ready)
        if ready:
            turn = _both(turn, self._decide(min(upto, ready[-1].appended_at)))
        return self._answered(turn, ready)

    def reach(self, upto: Instant) -> Turn:
        """The clock at `upto`; more facts of that instant may follow."""
        turn = _both(self.course.reach(upto), self._decide(upto))
        return _both(self.take((), (), upto), self._answered(turn, ()))

    def finish(self, until: Instant) -> Turn:
        """The end: see `Course.finish`."""
        waiting, self._waiting = self._waiting, []
        turn = _both(self.course.take(waiting), self.course.finish(until))
        return self._answered(_both(turn, self._decide(until, through=True)), waiting)

    def _decide(self, upto: Instant, *, through: bool = False) -> Turn:
        return self.course.decide(dict.fromkeys(self._others, upto), through=through)

    def _answered(self, turn: Turn, taken: Sequence[Fact]) -> Turn:
        """What it refuses is told as whatever else may not stand."""
        self._rows_told()
        self._answers |= {(fact.home_id, fact.id): fact for fact in taken if fact.topic == RESPONSES}
        if not turn.effects:
            return turn
        for effect in turn.effects:
            if effect.topic == REJECTED:
                fact = self._answers[effect.home_id, effect.event["data"]["event_id"]]
                turn.refused.append(Refused(fact, _refusal(effect.event["data"])))
        turn.effects = [effect for effect in turn.effects if effect.topic == ALERTS]
        return turn

    def _rows_told(self) -> None:
        """Rows that nobody reads are made all the same now and then, and let go: else they would gather for ever."""
        self._moves += 1
        if self._keep is not None:
            self._keep(self.course.monitor.changed())
        elif self._moves % _ROWS_GATHER == 0:
            for _ in self.course.monitor.changed():
                pass


def _refusal(data: dict[str, str]) -> Refusal:
    return Refusal(data["reason"], data["field"], "", data["remedy"], data["reason"].replace("_", " "))


def _both(turn: Turn, more: Turn) -> Turn:
    return Turn(turn.effects + more.effects, turn.refused + more.refused, turn.set_aside + more.set_aside)


def replay(
    facts: Sequence[Fact],
    monitors: Iterable[Callable[[], Monitor]],
    until: Instant | None = None,
    decider: Callable[[], Deciding] | None = None,
) -> Replayed:
    """Run `facts` (in order, see `in_order`) through each monitor, then put the clock to `until` (default: the last
    `appended_at`). Facts appended after `until` are not read. `decider`: makes the monitor that decides, if there is
    one, from what the others tell."""
    end = until if until is not None else facts[-1].appended_at if facts else 0
    told = Replayed()
    read = [fact for fact in facts if fact.appended_at <= end] if until is not None else facts
    refusals = Refusals()
    names: list[str] = []
    for make in monitors:
        seen = MemorySeen()
        monitor = make()
        names.append(monitor.name)
        mine = [fact for fact in read if fact.topic in monitor.topics]
        course = Course(monitor, seen, seen.named)
        _add(told, course.take(mine), refusals)
        _add(told, course.finish(end), refusals)
    if decider is not None:
        seen = MemorySeen()
        last = Afterwards(Course(decider(), seen, seen.named), names)
        _add(told, last.take(read, told.effects, NEVER), refusals)
        _add(told, last.finish(end), refusals)
    told.effects = as_told(told.effects)
    told.refused.sort(key=in_the_log)
    return told


def _add(told: Replayed, turn: Turn, refusals: Refusals) -> None:
    told.effects += turn.effects
    told.set_aside += turn.set_aside
    told.refused += refusals.new(turn.refused)
