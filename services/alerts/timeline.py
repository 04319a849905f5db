"""An alert's story as a picture: how it stood, whom each step told, who answered, along one line of time. Pure.

Places are shares of the width, so that the picture is as wide as its page; what each mark is, the list below it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.alerts.rows import AlertRow, SendRow, StepRow
from shared.instants import DAY, HOUR, MINUTE, Duration, Instant
from shared.words import local_clock

_TICKS_AT_MOST: Final = 4
_DISTANCES: Final[tuple[Duration, ...]] = (
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7, 14, 28, 84, 364)),
)
ANSWERS: Final = frozenset({"acknowledged", "declined", "decided"})
_EDGE: Final = 0.04
"""A mark nearer to an edge would be cut off."""


class Band(NamedTuple):
    """A stretch in which it stood so."""

    left: str
    width: str
    tone: str
    """open or taken."""


class Mark(NamedTuple):
    """Something that happened at an instant."""

    left: str
    kind: str
    """What is drawn: sent, failed, skipped, undelivered, acknowledged, declined, decided or level."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the picture."""

    label: str
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole of it."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[str, str], ...]
    """Where, and the clock there."""
    kinds: tuple[str, ...]
    """The kinds of marks that are in it, in the order in which they are explained."""


def picture(alert: AlertRow, life: Sequence[StepRow], sends: Sequence[SendRow], now: Instant) -> Picture:
    """What happened between the raising and the closing, or now."""
    at = [step.at for step in life] + [send.at for send in sends]
    start = min([alert.raised_at, *at])
    last = max([start, *at])
    line = _Line(
        start, max(last, alert.resolved_at if alert.resolved_at is not None else now, start + MINUTE)
    )
    steps = sorted({send.step for send in sends if send.step is not None and send.outcome not in ANSWERS})
    stood = Lane("Alert", _bands(life, line), _marks(line, _levels(life)))
    told = [Lane(f"Step {step + 1}", (), _marks(line, _told(sends, step))) for step in steps]
    answers = Lane("Answers", (), _marks(line, _answers(life, sends)))
    lanes = tuple(lane for lane in (stood, *told, answers) if lane.bands or lane.marks)
    kinds = {mark.kind for lane in lanes for mark in lane.marks}
    return Picture(lanes, _ticks(line, alert.zone), tuple(kind for kind in LEGEND if kind in kinds))


LEGEND: Final[dict[str, str]] = {
    "level": "worse",
    "sent": "told",
    "failed": "not reached, tried again",
    "skipped": "no longer needed",
    "undelivered": "nobody reached",
    "acknowledged": "I have it",
    "declined": "I can’t",
    "decided": "decision",
}
"""What each mark means."""


class _Line(NamedTuple):
    start: Instant
    end: Instant

    def share(self, at: Instant) -> float:
        return _EDGE + (1 - 2 * _EDGE) * (at - self.start) / (self.end - self.start)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _marks(line: _Line, found: Iterable[tuple[Instant, str]]) -> tuple[Mark, ...]:
    return tuple(Mark(_percent(line.share(at)), kind) for at, kind in sorted(found))


def _bands(life: Sequence[StepRow], line: _Line) -> tuple[Band, ...]:
    bands, tone, since = [], "", line.start
    for step in (*life, None):
        next_tone = {
            "raised": "open",
            "reopened": "open",
            "acknowledged": "taken",
            "resolved": "",
            "noted": "",
        }
        after = "" if step is None else next_tone.get(step.step, tone)
        if step is not None and after == tone:
            continue
        at = line.end if step is None else step.at
        if tone and at > since:
            left = line.share(since)
            bands.append(Band(_percent(left), _percent(line.share(at) - left), tone))
        tone, since = after, at
    return tuple(bands)


def _levels(life: Sequence[StepRow]) -> Iterable[tuple[Instant, str]]:
    return ((step.at, "level") for step in life if step.step == "worsened")


def _told(sends: Sequence[SendRow], step: int) -> Iterable[tuple[Instant, str]]:
    return ((send.at, send.outcome) for send in sends if send.step == step and send.outcome not in ANSWERS)


def _answers(life: Sequence[StepRow], sends: Sequence[SendRow]) -> Iterable[tuple[Instant, str]]:
    """An answer is on record as one, and again as what became of it: once is enough."""
    given = {(step.at, step.step) for step in life if step.step in ANSWERS}
    return given | {(send.at, send.outcome) for send in sends if send.outcome in ANSWERS}


def _ticks(line: _Line, zone: str | None) -> tuple[tuple[str, str], ...]:
    length = line.end - line.start
    distance = next((each for each in _DISTANCES if length // each < _TICKS_AT_MOST), _DISTANCES[-1])
    first = -(-line.start // distance) * distance
    return tuple(
        (_percent(line.share(at)), local_clock(at, zone, line.end))
        for at in range(first, line.end + 1, distance)
    )
