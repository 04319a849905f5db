"""The timing wheel: when does each subject want to be looked at next?

Buckets by whole second, one live entry a subject, re-filed lazily: a deadline that moves later (the common
case: a check came) costs nothing until its old bucket comes up. Each bucket is put in order when it is
opened, so what fires, and in which order, does not depend on how subjects were filed. Pure; knows nothing of
what a subject is.
"""

from heapq import heappop, heappush
from typing import Final, Generic, Protocol, TypeVar

from shared.instants import NEVER, Instant

UNFILED: Final[Instant] = NEVER


class Subject(Protocol):
    """What can be filed."""

    due: Instant
    """When it wants to be looked at (NEVER: not at all). Its owner's to set."""
    filed: Instant
    """Where its live entry is; the wheel's to set. A new subject says UNFILED."""

    @property
    def order(self) -> tuple[str, ...]:
        """Breaks ties between subjects due at one instant: unique, and the same in every run."""
        ...


S = TypeVar("S", bound=Subject)


class Wheel(Generic[S]):
    """Subjects by the second in which they are due. Not thread-safe; one monitor owns it."""

    __slots__ = ("_buckets", "_edge", "_opened", "_serial", "_starts", "next")

    def __init__(self) -> None:
        self._buckets: dict[Instant, tuple[Instant, list[S]]] = {}  # by their start, at or after the edge
        self._starts: list[Instant] = []  # heap of the buckets' starts
        self._opened: list[tuple[Instant, tuple[str, ...], int, S]] = []  # heap: what lies before the edge
        self._edge: Instant = -NEVER
        self._serial = 0
        self.next: Instant = NEVER
        """Nothing is due before this instant. It may be early, never late."""

    def file(self, subject: S) -> None:
        """File `subject` by its `due`: needed when it has become earlier than where it was, harmless else."""
        due = subject.due
        if due >= subject.filed:
            return
        if due < self._edge:
            subject.filed = due
            self._serial += 1
            heappush(self._opened, (due, subject.order, self._serial, subject))
        else:
            start, bucket = self._buckets.get(due - due % 1000) or self._new_bucket(due - due % 1000)
            subject.filed = start  # one number for all that lie in it, not one for each
            bucket.append(subject)
        if subject.filed < self.next:  # not `due`: that may yet become earlier within its second, unfiled
            self.next = subject.filed

    def pop(self, before: Instant) -> S | None:
        """The subject with the earliest `due` strictly before `before`, no longer filed; None if none is.

        The caller acts on it, sets its new `due` and files it again. Ties come in the order of `order`.
        """
        while True:
            if self._opened:
                due, _, _, subject = self._opened[0]
                if subject.filed == due and subject.due == due and due >= before:
                    self.next = due
                    return None
                heappop(self._opened)
                if subject.filed != due:
                    continue  # it was filed elsewhere since
                subject.filed = UNFILED
                if subject.due == due:
                    return subject
                self.file(subject)
            elif self._starts and self._starts[0] < before:
                self._open_first()
            else:
                self.next = self._starts[0] if self._starts else NEVER
                return None

    def _new_bucket(self, start: Instant) -> tuple[Instant, list[S]]:
        heappush(self._starts, start)
        bucket: tuple[Instant, list[S]] = (start, [])
        self._buckets[start] = bucket
        return bucket

    def _open_first(self) -> None:
        start, bucket = self._buckets.pop(heappop(self._starts))
        self._edge = start + 1000
        for subject in bucket:
            if subject.filed == start:
                subject.filed = UNFILED
                self.file(subject)

    def remove(self, subject: S) -> None:
        """Forget `subject`; its old entry is passed over when it comes up."""
        subject.filed = UNFILED
        subject.due = NEVER
