"""An alert of the desk as the words want it (`shared.words.alert.Alert`), with only what its reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.pager.desk import DeskAlert
from services.pager.telling.given import Happened, Shows
from shared.instants import Instant


@dataclass(frozen=True, slots=True)
class Worded:
    """See `shared.words.alert.Alert`."""

    alert_id: str
    home_id: str
    kind: str
    severity: str
    placement_id: str | None
    room: str | None
    point_id: str | None
    staff_id: str | None
    device: str | None
    zone: str | None
    since: Instant
    deadline: Instant | None
    facts: Mapping[str, Any]
    resolved_at: Instant | None
    how: str | None
    resolved_by: str | None
    level: int
    state: str
    taken_by: str | None
    until: Instant | None
    story: Sequence[Happened]


def worded(
    alert: DeskAlert, zone: str | None, story: Sequence[Happened], shows: Shows, at: Instant
) -> Worded:
    """`alert` for one reader. When it closed is told by the story; `at` where that does not say."""
    over = alert.state == "resolved"
    closed = next((each for each in reversed(story) if each.what == "closed"), None)
    taken = alert.state == "acknowledged"
    return Worded(
        alert_id=alert.alert_id,
        home_id=alert.home_id,
        kind=alert.kind,
        severity=alert.severity,
        placement_id=alert.placement_id,
        room=alert.about.get("room"),
        point_id=alert.about.get("point_id"),
        staff_id=alert.about.get("staff_id"),
        device=alert.about.get("device"),
        zone=zone,
        since=alert.since,
        deadline=alert.deadline,
        facts=_shown(alert.facts, shows),
        resolved_at=(at if closed is None else closed.at) if over else None,
        how=alert.how if over else None,
        resolved_by=closed.who if over and closed is not None else None,
        level=alert.level,
        state=alert.state,
        taken_by=alert.acknowledged_by if taken else None,
        until=alert.until if taken else None,
        story=story,
    )


def _shown(facts: Mapping[str, Any], shows: Shows) -> Mapping[str, Any]:
    """Less the alerts that are not its reader's to see: neither told nor counted."""
    lists = {
        name: [id_ for id_ in facts[name] if shows(id_)] for name in ("members", "alerts") if name in facts
    }
    return {**facts, **lists}
