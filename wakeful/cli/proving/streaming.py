"""Facts in log order, chunk by chunk, through all monitors; nothing is kept of them but what tells one id from another
(`knownids`). Files and processes are known to others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.rules import DECIDER
from shared.course import Aside, Course, Refused, Turn
from shared.facts import Fact
from shared.instants import NEVER, Instant
from shared.monitor import Effect, Monitor
from shared.replay import Afterwards, Refusals, as_told, in_the_log
from shared.topics import RANK, RESPONSES
from wakeful.cli.proving.factlines import Chunk
from wakeful.cli.proving.knownids import Glancing, KnownIds


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


class Streamed:
    """Chunk by chunk through all monitors."""

    def __init__(self, until: Instant | None, monitors: Mapping[str, Callable[[], Monitor]]) -> None:
        self._ids = KnownIds()
        self._courses = [Glancing(make(), self._ids) for make in monitors.values()]
        self._afterwards = Afterwards(Glancing(DECIDER(), self._ids), monitors)
        self._until = until
        self._refusals = Refusals()
        self._answers: dict[int, int] = {}
        self._outcome = Outcome()
        self._rank = 0
        self.end: Instant = -NEVER
        """The last `appended_at` so far."""

    def take(self, chunk: Chunk) -> None:
        """What follows. Raises Disorder."""
        self.end, self._rank = _in_order(chunk.facts, self.end, self._rank)
        facts, until = chunk.facts, self._until
        if until is not None and self.end > until:
            facts = [fact for fact in facts if fact.appended_at <= until]
        upto = self.end if until is None else min(self.end, until)
        numbers = {id(fact): number for fact, number in zip(chunk.facts, chunk.numbers, strict=True)}
        self._answers |= {id(fact): numbers[id(fact)] for fact in facts if fact.topic == RESPONSES}
        self._ids.meet(facts)
        turns = [turn for course in self._courses for turn in _taken(course, facts, upto)]
        turns.append(self._afterwards.take(facts, _effects(turns), upto))
        self._add(turns, numbers)
        self._ids.let_go(upto)

    def finish(self, end: Instant) -> Outcome:
        """All is taken: what came of it, the clock at `until`, or else at `end`."""
        last = self._until if self._until is not None else max(end, 0)
        turns = [course.finish(last) for course in self._courses]
        turns.append(self._afterwards.take((), _effects(turns), last))
        turns.append(self._afterwards.finish(last))
        self._add(turns, {})
        return in_order_of_the_contract(self._outcome)

    def _add(self, turns: Iterable[Turn], numbers: dict[int, int]) -> None:
        outcome = self._outcome
        for turn in turns:
            outcome.effects += turn.effects
            outcome.set_aside += turn.set_aside
            if turn.refused:
                outcome.refused += numbered(self._refusals.new(turn.refused), self._answers | numbers)


def in_order_of_the_contract(outcome: Outcome) -> Outcome:
    """What it holds put in order."""
    outcome.effects = as_told(outcome.effects)
    outcome.refused.sort(key=lambda numbered: in_the_log(numbered[1]))
    return outcome


def _effects(turns: Iterable[Turn]) -> list[Effect]:
    return [effect for turn in turns for effect in turn.effects]


def _taken(course: Course, facts: Sequence[Fact], upto: Instant) -> Iterator[Turn]:
    topics = course.monitor.topics
    yield course.take([fact for fact in facts if fact.topic in topics])
    yield course.reach(upto)


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


def numbered(refused: Sequence[Refused], numbers: Mapping[int, int]) -> list[tuple[int, Refused]]:
    """With the number of each one's line. `numbers`: by the fact's identity."""
    return [(numbers[id(each.fact)], each) for each in refused]
