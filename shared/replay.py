"""What would it have done? A whole log, or one home's part of it, run through monitors in memory (EVENTS.md, "The
replay contract"). No database, no network, no files: reading lines and writing them is the caller's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from shared.alerting import LIFECYCLE
from shared.course import Aside, Course, MemorySeen, Refused
from shared.facts import Fact
from shared.instants import Instant
from shared.monitor import Effect, Monitor
from shared.topics import RANK


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
    return sorted(facts, key=lambda fact: (fact.appended_at, RANK[fact.topic]))


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


def replay(
    facts: Sequence[Fact], monitors: Iterable[Callable[[], Monitor]], until: Instant | None = None
) -> Replayed:
    """Run `facts` (in order, see `in_order`) through each monitor, then put the clock to `until` (default: the last
    `appended_at`). Facts appended after `until` are not read."""
    end = until if until is not None else facts[-1].appended_at if facts else 0
    told = Replayed()
    read = [fact for fact in facts if fact.appended_at <= end] if until is not None else facts
    refusals = Refusals()
    for make in monitors:
        seen = MemorySeen()
        monitor = make()
        mine = [fact for fact in read if fact.topic in monitor.topics]
        course = Course(monitor, seen, seen.named)
        for turn in (course.take(mine), course.finish(end)):
            told.effects += turn.effects
            told.set_aside += turn.set_aside
            told.refused += refusals.new(turn.refused)
    told.effects = as_told(told.effects)
    told.refused.sort(key=in_the_log)
    return told
