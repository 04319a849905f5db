"""A replay straight from a file: the same as `shared.replay` gives, without holding the file in memory.

    1. While the lines come in the order in which facts are applied, each is applied and let go. What is kept of
       it is what tells its id from another's.
    2. Where one comes too early, the file is read again from its start, whole, and put in order (from a pipe, which
       cannot be read twice, at once).

Bad lines are the reader's (`factlines`), rules the monitors'.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Final

from services.rules import DECIDER, MONITORS
from shared.course import Aside, Course, Refused, Turn, Verdict
from shared.events.contenthash import of_fact
from shared.facts import Fact
from shared.instants import DAY, NEVER, Instant
from shared.log.base import Named
from shared.monitor import Effect
from shared.replay import Afterwards, Refusals, as_told, in_order, in_the_log, replay
from shared.topics import CHECK_INS, RANK, RESPONSES
from wakeful.cli.proving.factlines import Bad, Chunk, chunks

"""All that there are."""


@dataclass(slots=True)
class Outcome:
    """What came of a file."""

    effects: list[Effect] = field(default_factory=list)
    """The derived events, each once, in the order of the contract."""
    refused: list[tuple[int, Refused]] = field(default_factory=list)
    """With the number of the line."""
    set_aside: list[Aside] = field(default_factory=list)
    bad: int = 0
    """How many lines could not be read."""


class Disorder(Exception):  # noqa: N818 - reads as what it says
    """A line comes later in the file than its turn."""


def replay_file(
    stream: IO[bytes], until: Instant | None, bad: Callable[[Bad], None], reached: Callable[[int], None]
) -> Outcome:
    """Replay a file through all monitors, the clock put to `until` (default: the last `appended_at`)."""
    told = _Told(bad)
    with without_collector():
        if not stream.seekable():
            outcome = _whole(chunks(stream, told, reached), until)
        else:
            start = stream.tell()
            try:
                outcome = _streamed(chunks(stream, told, reached), until)
            except Disorder:
                stream.seek(start)
                outcome = _whole(chunks(stream, told, reached), until)
    outcome.bad = told.count
    return outcome


class _Told:
    """Tells of each bad line once, though the file may be read twice."""

    def __init__(self, tell: Callable[[Bad], None]) -> None:
        self._tell = tell
        self._last = 0
        self.count = 0

    def __call__(self, bad: Bad) -> None:
        if bad.number > self._last:
            self._last = bad.number
            self.count += 1
            self._tell(bad)


def _whole(read: Iterator[Chunk], until: Instant | None) -> Outcome:
    facts: list[Fact] = []
    numbers: list[int] = []
    for chunk in read:
        facts += chunk.facts
        numbers += chunk.numbers
    done = replay(in_order(facts), MONITORS.values(), until, DECIDER)
    number_of = {id(fact): number for fact, number in zip(facts, numbers, strict=True)}
    return Outcome(done.effects, _numbered(done.refused, number_of), done.set_aside)


def _streamed(read: Iterator[Chunk], until: Instant | None) -> Outcome:
    outcome, end, rank = Outcome(), -NEVER, 0
    courses = [Course(make(), seen := SlimSeen(), seen.named) for make in MONITORS.values()]
    afterwards = Afterwards(DECIDER(), MONITORS, seen := SlimSeen(), seen.named)
    refusals, answers = Refusals(), dict[int, int]()
    for chunk in read:
        end, rank = _in_order(chunk.facts, end, rank)
        facts = chunk.facts
        if until is not None and end > until:
            facts = [fact for fact in facts if fact.appended_at <= until]
        upto = end if until is None else min(end, until)
        numbers = {id(fact): number for fact, number in zip(chunk.facts, chunk.numbers, strict=True)}
        answers |= {id(fact): numbers[id(fact)] for fact in facts if fact.topic == RESPONSES}
        turns = [turn for course in courses for turn in _taken(course, facts, upto)]
        turns.append(afterwards.take(facts, [each for turn in turns for each in turn.effects], upto))
        for turn in turns:
            _add(outcome, turn)
            outcome.refused += _numbered(refusals.new(turn.refused), answers | numbers)
    last = until if until is not None else max(end, 0)
    turns = [course.finish(last) for course in courses]
    turns.append(afterwards.take((), [each for turn in turns for each in turn.effects], last))
    turns.append(afterwards.finish(last))
    for turn in turns:
        _add(outcome, turn)
        outcome.refused += _numbered(refusals.new(turn.refused), answers)
    outcome.effects = as_told(outcome.effects)
    outcome.refused.sort(key=lambda numbered: in_the_log(numbered[1]))
    return outcome


def _taken(course: Course, facts: Sequence[Fact], upto: Instant) -> Iterator[Turn]:
    topics = course.monitor.topics
    yield course.take([fact for fact in facts if fact.topic in topics])
    yield course.reach(upto)


def _add(outcome: Outcome, turn: Turn) -> None:
    outcome.effects += turn.effects
    outcome.set_aside += turn.set_aside


def _in_order(facts: Sequence[Fact], at: Instant, rank: int) -> tuple[Instant, int]:
    """Where facts that follow (`at`, `rank`) end. Raises Disorder where they do not follow."""
    for fact in facts:
        appended_at = fact.appended_at
        if appended_at > at:
            at, rank = appended_at, RANK[fact.topic]
        elif appended_at < at or RANK[fact.topic] < rank:
            raise Disorder
        else:
            rank = RANK[fact.topic]
    return at, rank


def _numbered(refused: Sequence[Refused], numbers: Mapping[int, int]) -> list[tuple[int, Refused]]:
    return [(numbers[id(each.fact)], each) for each in refused]


_Kept = tuple[str | Fact, str, str, Instant, str]


class SlimSeen:
    """`shared.course.MemorySeen`, but of a fact that carries its content hash only that is kept, and not the fact."""

    _KEPT: Final = 28 * DAY

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Kept] = {}

    def take(self, fact: Fact) -> Verdict:
        """New, or the same, or another content under a known id."""
        key, said = (fact.home_id, fact.id), fact.contenthash
        mine = (fact if said is None else said, fact.type, fact.subject, fact.appended_at, fact.topic)
        known = self._known.setdefault(key, mine)
        if known is mine:
            return "new"
        first, _type, _subject, appended_at, topic = known
        if topic == CHECK_INS and fact.appended_at - appended_at > self._KEPT:
            self._known[key] = mine
            return "new"
        return (
            "same" if (first if isinstance(first, str) else of_fact(first)) == of_fact(fact) else "conflict"
        )

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What was seen under this id in this home."""
        known = self._known.get((home_id, event_id))
        return None if known is None else Named(event_id, known[1], known[2], known[3])


@contextmanager
def without_collector() -> Iterator[None]:
    """Many small objects, and none in a circle: looking for circles again and again finds nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
