"""A stretch of time read from one change to the next: who was on duty, what was asked for, who had proved what.

What the pieces rest on (own times, the log's clock) is the caller's. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.cover.standing import Asking
from shared.home.sessions import Sessions
from shared.instants import Instant


class Proof(NamedTuple):
    """A proof of wake: from when on it can be counted, whose it is, and the moment that it proves."""

    begins: Instant
    staff_id: str
    moment: Instant


class Reading(NamedTuple):
    """What is known of one home; each piece holds until the next, and the first ones from the start on."""

    on_duty: Sequence[tuple[Instant, Sessions]]
    asked: Sequence[tuple[Instant, Asking]]
    proofs: Sequence[Proof]
    """In order."""


class Standing(NamedTuple):
    """How it stood from an instant on."""

    at: Instant
    sessions: Sessions
    asking: Asking
    proved: dict[str, Instant]
    """The last proof of each worker. One dict, that is changed as the reading goes on."""


def standings(reading: Reading, start: Instant, end: Instant) -> Iterator[Standing]:
    """Every instant of [start, end) at which anything may differ from before, in order; `start` first."""
    proved: dict[str, Instant] = {}
    duty = asked = proof = 0
    for at in _points(reading, start, end):
        while duty + 1 < len(reading.on_duty) and reading.on_duty[duty + 1][0] <= at:
            duty += 1
        while asked + 1 < len(reading.asked) and reading.asked[asked + 1][0] <= at:
            asked += 1
        while proof < len(reading.proofs) and reading.proofs[proof].begins <= at:
            _, staff_id, moment = reading.proofs[proof]
            proved[staff_id] = max(moment, proved.get(staff_id, moment))
            proof += 1
        yield Standing(at, reading.on_duty[duty][1], reading.asked[asked][1], proved)


def _points(reading: Reading, start: Instant, end: Instant) -> list[Instant]:
    everies = {asking.every for _, asking in reading.asked}
    points = {start, *(at for at, _ in reading.on_duty), *(at for at, _ in reading.asked)}
    for begins, _, moment in reading.proofs:
        points.add(begins)
        points.update(moment + every for every in everies)
    return sorted(at for at in points if start <= at < end)
