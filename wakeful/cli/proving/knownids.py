"""Which ids a replay has met, and what it needs to know of their facts: what tells one content from another, and what a
correction may name. As `shared.course.MemorySeen`, but the facts themselves are let go.

`SlimSeen` is one monitor's. `KnownIds` is kept once for all monitors of a replay, each of which looks at it by the
topics that it reads (`Glance`): an id that is used in two topics is new to whoever reads only the second.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from shared.course import Course, Verdict
from shared.events.contenthash import of_fact
from shared.facts import Fact
from shared.instants import DAY, Instant
from shared.log.base import Named
from shared.monitor import Monitor
from shared.topics import CHECK_INS

_KEPT_FOR: Final = 28 * DAY
"""Ids of checks, by the log's clock; every other id for ever."""


_Kept: TypeAlias = tuple[str | Fact, str, str, Instant, str]
"""Content hash (where none is carried, the fact), type, subject, `appended_at`, topic. No class: one for each fact."""


def _kept(fact: Fact) -> _Kept:
    said = fact.contenthash
    return (fact if said is None else said, fact.type, fact.subject, fact.appended_at, fact.topic)


def _is_forgotten(known: _Kept, at: Instant) -> bool:
    return known[4] == CHECK_INS and at - known[3] > _KEPT_FOR


def _again(known: _Kept, fact: Fact) -> Verdict:
    """What a fact is whose id is known."""
    first = known[0]
    return "same" if (first if isinstance(first, str) else of_fact(first)) == of_fact(fact) else "conflict"


class SlimSeen:
    """The ids that one monitor has met."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Kept] = {}

    def take(self, fact: Fact) -> Verdict:
        """New, or the same, or another content under a known id."""
        key, mine = (fact.home_id, fact.id), _kept(fact)
        known = self._known.setdefault(key, mine)
        if known is mine:
            return "new"
        if _is_forgotten(known, fact.appended_at):
            self._known[key] = mine
            return "new"
        return _again(known, fact)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What was seen under this id in this home."""
        return _named(event_id, self._known.get((home_id, event_id)))


def _named(event_id: str, known: _Kept | None) -> Named | None:
    return None if known is None else Named(event_id, known[1], known[2], known[3])


class KnownIds:
    """The ids of a log, each looked up once. Facts are met in log order, before any monitor takes them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Kept | list[_Kept]] = {}
        self.before: dict[Fact, Sequence[_Kept]] = {}
        """Of a fact whose id was met before: all that had it."""
        self.named: dict[Fact, Sequence[_Kept]] = {}
        """Of a fact that names a check: all that had that id when the fact came."""

    def meet(self, facts: Iterable[Fact]) -> None:
        """These come next."""
        known = self._known
        for fact in facts:  # hot
            said = fact.contenthash
            mine = (fact if said is None else said, fact.type, fact.subject, fact.appended_at, fact.topic)
            found = known.setdefault((fact.home_id, fact.id), mine)
            if found is not mine:
                self._meet_again(fact, mine, found)
            if "check_id" in fact.data:
                self.named[fact] = self.all_of(fact.home_id, fact.data["check_id"])

    def _meet_again(self, fact: Fact, mine: _Kept, found: _Kept | list[_Kept]) -> None:
        before = found if isinstance(found, list) else [found]
        self.before[fact] = tuple(before)
        self._known[fact.home_id, fact.id] = [*before, mine]

    def all_of(self, home_id: str, event_id: str) -> Sequence[_Kept]:
        found = self._known.get((home_id, event_id), [])
        return tuple(found) if isinstance(found, list) else (found,)

    def let_go(self, before: Instant) -> None:
        """Every monitor has taken the facts of before that instant."""
        if self.before or self.named:
            self.before = {fact: kept for fact, kept in self.before.items() if fact.appended_at >= before}
            self.named = {fact: kept for fact, kept in self.named.items() if fact.appended_at >= before}


class Glance:
    """The ids, as one monitor knows them that reads these topics."""

    def __init__(self, ids: KnownIds, topics: Iterable[str]) -> None:
        self._ids = ids
        self._topics = frozenset(topics)

    def take(self, fact: Fact) -> Verdict:
        """New, or the same, or another content under a known id."""
        before = self._ids.before.get(fact)
        known = None if before is None else self._standing(before)
        return "new" if known is None or _is_forgotten(known, fact.appended_at) else _again(known, fact)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What has been met under this id in this home."""
        return _named(event_id, self._standing(self._ids.all_of(home_id, event_id)))

    def named_by(self, fact: Fact) -> Named | None:
        """What had been met, when this fact came, of the check that it names."""
        found = self._ids.named.get(fact)
        return None if found is None else _named(fact.data["check_id"], self._standing(found))

    def _standing(self, kept: Sequence[_Kept]) -> _Kept | None:
        known: _Kept | None = None
        for each in kept:
            if each[4] in self._topics and (known is None or _is_forgotten(known, each[3])):
                known = each
        return known


class Glancing(Course):
    """A course whose ids are known once for all: they are met before it takes their facts."""

    def __init__(self, monitor: Monitor, ids: KnownIds) -> None:
        self._glance = Glance(ids, monitor.topics)
        super().__init__(monitor, self._glance, self._glance.named)

    def _named_by(self, fact: Fact) -> Named | None:
        return self._glance.named_by(fact)
