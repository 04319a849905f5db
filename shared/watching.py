"""What every monitor does alike: it files its subjects by when they are to be looked at, fires what time brings in
order, tells which rows have changed, and costs one home where a rule fails. No rule lives here.

A monitor of a service is a `Watching` of its own subjects (a placement, a home) with four answers of its own: what a
fact does (`_take`), what time does to a subject (`_fire`), when to look at it next (`_next_look`), and its rows.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, Protocol, TypeVar

from shared.facts import Fact
from shared.home import Home, Homes
from shared.instants import LONG_AGO, NEVER, Instant
from shared.monitor import Effect, HomeFault, Row
from shared.wheel import UNFILED, Subject, Wheel

NOTHING: Final[tuple[Effect, ...]] = ()


class Watched(Subject, Protocol):
    """What a monitor looks at: it lies in a home, is filed by when it is due, and becomes a row."""

    lit: Instant
    """When a promise last took effect: what it made past came to light then."""
    dirty: bool
    """Whether its row has changed since rows were last asked for."""

    @property
    def home_id(self) -> str:
        """The home it is in."""
        ...


class WatchedHome(Home):
    """A home that is its own subject: what the fold keeps of it, and what the wheel and the rows need. A service's own
    adds its slots."""

    __slots__ = ("dirty", "due", "filed", "lit")

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.due: Instant = NEVER
        self.filed: Instant = UNFILED
        self.lit: Instant = LONG_AGO
        self.dirty = False

    @property
    def home_id(self) -> str:
        """Its id."""
        return self.id

    @property
    def order(self) -> tuple[str, ...]:
        """Its place among those due at one instant."""
        return (self.id,)


S = TypeVar("S", bound=Watched)


class Watching(ABC, Generic[S]):
    """The part of a monitor that is no rule (`shared.monitor.Monitor`)."""

    def __init__(self, homes: Homes) -> None:
        self.homes = homes
        self._wheel: Wheel[S] = Wheel()
        self._clock: Instant = LONG_AGO
        self._dirty: list[S] = []

    # -- a service's own answers

    @abstractmethod
    def _take(self, fact: Fact) -> Iterable[Effect]:
        """What a fact does, with the clock at its `appended_at`."""

    @abstractmethod
    def _fire(self, subject: S, due: Instant, at: Instant) -> list[Effect]:
        """What is past at `due` first, told at `at`; then what begins a millisecond later, before the facts of that
        instant. A promise that took effect sets `subject.lit` to that instant."""

    @abstractmethod
    def _next_look(self, subject: S) -> Instant:
        """When to look at the subject next: what fires after an instant, at that instant; what takes effect *at* an
        instant, a millisecond before it, because things fire only after theirs. NEVER: not by time alone."""

    @abstractmethod
    def _rows(self, changed: Sequence[S]) -> Iterable[Row]:
        """The rows of these subjects, each named once, and whatever else has changed since last asked."""

    @abstractmethod
    def _restored(self, rows: Iterable[Row], clock: Instant) -> Iterable[S]:
        """The subjects of these rows, as they stood at `clock`."""

    @abstractmethod
    def _subjects_of(self, home_id: str) -> Iterable[S]:
        """The subjects in a home."""

    # -- what they have in common

    def apply(self, fact: Fact) -> Iterable[Effect]:
        """Take one fact, with the clock at its `appended_at`. Raises HomeFault."""
        try:
            return self._take(fact)
        except Exception as cause:
            raise HomeFault(fact.home_id, cause) from cause

    def advance(self, to: Instant) -> Iterable[Effect]:
        """Promises up to and including `to`, deadlines strictly before it, in order of time. Raises HomeFault."""
        if to <= self._wheel.next:
            self._clock = to
            return NOTHING
        return self._advance(to)

    def _advance(self, to: Instant) -> Iterator[Effect]:
        begins = to > self._clock  # else this is the end of the step of `to`
        held: list[S] = []
        begun: list[Effect] = []  # by what begins a millisecond later: told after all that fires now
        try:
            while (subject := self._wheel.pop(before=to)) is not None:
                if begins and subject.lit == to:
                    held.append(
                        subject
                    )  # a promise at `to` made it past: it waits for the facts of that step
                    continue
                if subject.due > self._clock:
                    self._clock = subject.due
                    yield from begun
                    begun = []
                for effect in self._fired(subject):
                    if effect.at > self._clock:
                        begun.append(effect)
                    else:
                        yield effect
        except HomeFault:
            yield from begun
            raise
        finally:  # a fault of another home must not make this one forgotten
            for subject in held:
                self._wheel.file(subject)
        yield from begun
        self._clock = to

    def _fired(self, subject: S) -> list[Effect]:
        try:
            effects = self._fire(subject, subject.due, max(self._clock, subject.lit))
            self._touch(subject)
        except Exception as cause:
            raise HomeFault(subject.home_id, cause) from cause
        return effects

    def next_due(self) -> Instant:
        """Nothing fires while the clock is at or before this."""
        return self._wheel.next

    def _touch(self, subject: S) -> None:
        """The subject has changed: look at it when that is due, and write its row."""
        subject.due = self._next_look(subject)
        self._wheel.file(subject)
        self._note(subject)

    def _note(self, subject: S) -> None:
        """Its row has changed, and nothing else."""
        if not subject.dirty:
            subject.dirty = True
            self._dirty.append(subject)

    def changed(self) -> Iterable[Row]:
        """Rows put or deleted since last asked."""
        changed, self._dirty = self._dirty, []
        for subject in changed:
            subject.dirty = False
        return self._rows(changed)

    def restore(self, rows: Iterable[Row], clock: Instant) -> None:
        """State back from rows."""
        self._clock = clock
        for subject in self._restored(rows, clock):
            subject.due = self._next_look(subject)
            self._wheel.file(subject)

    def drop(self, home_id: str) -> None:
        """Forget one home."""
        for subject in self._subjects_of(home_id):
            self._wheel.remove(subject)
        self._dirty = [subject for subject in self._dirty if subject.home_id != home_id]
        self.homes.drop(home_id)
