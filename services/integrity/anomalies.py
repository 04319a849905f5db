"""One alert for each pattern, subject and night: what was raised of it, what worsens it, and when all is said. Pure.

Which pattern shows, and what it is made of, is `patterns`; the sentences are `words`.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from shared.instants import DAY, NEVER, Duration, Instant
from shared.openalerts import OpenAlert, Telling
from shared.schedule import noon_night

KIND: Final = "anomaly"
NEVER_WORSENED: Final = frozenset(("off_duty", "unproved"))
"""*`off_duty`, `unproved`: never.*"""
KEPT: Final[Duration] = 14 * DAY
"""For so long it is remembered what was raised."""


class Found(NamedTuple):
    """One instance of a pattern."""

    pattern: str
    subject: dict[str, str]
    """By the field of an alert (EVENTS.md); none: the home itself."""
    entries: tuple[str, ...]
    """The ids of what made it, in order of `observed_at`, then of the log."""
    reason: str


class Anomaly(OpenAlert):
    """What was raised of a pattern in one night."""

    __slots__ = ("decided_at", "raised_at")

    def __init__(
        self,
        id: str,  # noqa: A002
        since: Instant,
        facts: dict[str, Any],
        raised_at: Instant,
        level: int = 1,
    ) -> None:
        super().__init__(id, since, facts, level)
        self.raised_at = raised_at
        self.decided_at: Instant = NEVER
        """*After a decision nothing more is said of it that night.*"""


Key = tuple[str, str, int]
"""Pattern, subject, and the night (noon to noon, local) by the date of its first noon."""
Said = dict[Key, Anomaly]


def say(said: Said, zone: str, telling: Telling, found: Found, since: Instant) -> Anomaly | None:
    """Tell of an instance, where it is to be told: the anomaly that was raised or worsened. *One alert for each; a new
    instance in the same night that shares no entry with the last worsens it.*"""
    pattern, subject, entries, reason = found
    night = noon_night(zone, since).toordinal()
    key = (pattern, next(iter(subject.values()), ""), night)
    facts = {"pattern": pattern, "entries": list(entries), "reason": reason}
    known = said.get(key)
    if known is None:
        _forget(said, telling.at - KEPT)
        id_ = telling.raised(KIND, subject, since, facts, which=pattern)
        said[key] = anomaly = Anomaly(id_, since, facts, telling.at)
        return anomaly
    if (
        pattern in NEVER_WORSENED
        or telling.at >= known.decided_at
        or not _is_new(entries, known.facts["entries"])
    ):
        return None
    known.facts = facts
    telling.worsened(known)
    return known


def _is_new(entries: Sequence[str], last: Sequence[str]) -> bool:
    return set(entries).isdisjoint(last)


def _forget(said: Said, before: Instant) -> None:
    for key in [key for key, anomaly in said.items() if anomaly.raised_at < before]:
        del said[key]


def decided(said: Said, alert_id: str, at: Instant) -> None:
    """A decision with a reason was given; the first one counts."""
    for anomaly in said.values():
        if anomaly.id == alert_id:
            anomaly.decided_at = min(anomaly.decided_at, at)
