"""How the alert that an answer is about stands: what the door asks of an answer beside the law, and what it says back.

Pure but for `Hands`. The read model says how it stands (`Standings`, filled in by the composition root); what an answer
changes is decided in the order of the log, by the alerts service.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeAlias

from shared.acceptance import Refusal
from shared.answering import until_of, wrong_with
from shared.facts import Fact
from shared.instants import Instant, show_instant

ANSWER: Final = "response.given.v1"
_HANDS_AT_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """One alert as the read model has it."""

    alert_id: str
    home_id: str
    kind: str
    placement_id: str | None
    since: Instant
    changed_at: Instant
    """When the last step of its life was."""
    by: str | None = None
    """Who has it."""
    until: Instant | None = None
    resolved_at: Instant | None = None
    how: str | None = None
    resolved_by: str | None = None
    zone: str | None = None
    """The home's; None: nobody knows it."""


Standings: TypeAlias = Callable[[str], Standing | None]
"""The alert of that id; None: nobody knows of one. May read the disk."""


class About(NamedTuple):
    """What an answer is about, as it was known when the answer came; None: nothing is known of such an alert."""

    standing: Standing | None

    def refusal(self, fact: Fact) -> Refusal | None:
        """Why the answer may not stand, at the instant at which it is appended. One to an alert that is over changes
        nothing, so nothing is wrong with it."""
        standing = self.standing
        if standing is None:
            return _unknown(fact)
        if standing.resolved_at is not None:
            return None
        return wrong_with(fact.data, standing.kind, fact.appended_at)


def _unknown(fact: Fact) -> Refusal:
    return Refusal(
        "unknown_alert",
        "data.alert_id",
        str(fact.data["alert_id"]),
        "name an alert of this home (GET /api/v1/alerts lists them); one raised this very second: send it again",
        "no alert of this id is known in this home",
    )


class Hands:
    """Who said a moment ago that they have an alert: the read model learns of it a little later."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, Instant, Instant]] = {}

    def note(self, fact: Fact, standing: Standing) -> None:
        """An answer is in the log for good."""
        if fact.data["kind"] != "acknowledge" or standing.resolved_at is not None:
            return
        if len(self._last) >= _HANDS_AT_MOST:
            for old in list(self._last)[: _HANDS_AT_MOST // 2]:
                del self._last[old]
        last = self._last.get(standing.alert_id)
        if last is not None and last[2] >= fact.appended_at:
            return  # of several who say so at one instant the first has it
        until = until_of(fact.data, standing.kind, fact.appended_at)
        self._last.pop(standing.alert_id, None)
        self._last[standing.alert_id] = (fact.data["by"], until, fact.appended_at)

    def known(self, standing: Standing) -> Standing:
        """As it stands, with what was said since."""
        last = self._last.get(standing.alert_id)
        if last is None or standing.resolved_at is not None:
            return standing
        if standing.by is not None and last[2] <= standing.changed_at:
            return standing  # it has learned of it
        return replace(standing, by=last[0], until=last[1])


def said_of(standing: Standing, by: str, now: Instant) -> dict[str, Any]:
    """What `by`, who answers, is told of the alert: how it was resolved, or who else has it."""
    if standing.resolved_at is not None:
        resolved = {"at": show_instant(standing.resolved_at), "how": standing.how, "by": standing.resolved_by}
        return {"resolved": {name: value for name, value in resolved.items() if value is not None}}
    if standing.by in (None, by) or standing.until is None or standing.until <= now:
        return {}
    return {"acknowledged": {"by": standing.by, "until": show_instant(standing.until)}}
