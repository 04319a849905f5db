"""Random nights as lines of the replay contract, to compare the oracle with the checks service. Sample data.

Times keep coming back to instants that matter (deadlines, deadlines and grace, window edges, ends of absences,
other facts' instants) and to one millisecond either side. The same seed gives the same night, everywhere.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from shared.instants import parse_instant
from tests.oracle.night_maker import NightMaker

Line = dict[str, Any]
CROWDED = ("disposition.started.v1", "disposition.ended.v1", "concern.received.v1")
STAYS = ("placement.started.v1", "placement.ended.v1")


def night(seed: int) -> list[Line]:
    """The night of this seed: 20 to 150 facts of one or two homes, in the order of the log."""
    rnd = Random(seed)
    maker = NightMaker(rnd)
    lines = maker.make()
    lines.sort(key=lambda line: str(line["appended_at"]))
    return thin(lines)


def thin(lines: list[Line]) -> list[Line]:
    """At most two facts that start or end something for one child at one instant.

    With three (away, back, away) an alert would be raised, resolved and raised under one and the same id.
    """
    told: Counter[tuple[str, str, int]] = Counter()
    kept = []
    for line in lines:
        event = line["event"]
        if event["type"] in CROWDED + STAYS:
            at = max(parse_instant(event["time"]), parse_instant(line["appended_at"]))
            key = event["homeid"], event["data"]["placement_id"], at
            told[key] += 1
            if told[key] > 2:
                continue
        kept.append(line)
    return kept


@st.composite
def nights(draw: st.DrawFn) -> list[Line]:
    """Nights of which any fact may be missing, so that a failing one shrinks to the few that matter."""
    return draw(fewer(night(draw(st.integers(min_value=0, max_value=2**32 - 1)))))


@st.composite
def fewer(draw: st.DrawFn, lines: list[Line]) -> list[Line]:
    """These lines, of which any may be missing."""
    keep = st.sampled_from((False, *[True] * 15))
    kept = draw(st.lists(keep, min_size=len(lines), max_size=len(lines)))
    return [line for line, stays in zip(lines, kept, strict=True) if stays]


def smallest(lines: list[Line], fails: Callable[[list[Line]], bool]) -> list[Line]:
    """The fewest facts of a failing night that still fail: pieces are left out, halves first."""
    size = max(1, len(lines) // 2)
    while True:
        for start in range(0, len(lines), size):
            fewer = lines[:start] + lines[start + size :]
            if fails(fewer):
                lines = fewer
                break
        else:
            if size == 1:
                return lines
            size = max(1, size // 2)
