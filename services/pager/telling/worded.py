"""An alert of the desk as the words want it (`shared.words.alert.Alert`), with only what its reader may see."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.pager.desk import DeskAlert
from services.pager.telling.given import Happened, Shows
from shared.instants import Instant


class OfDesk:
    """What the words ask of any alert, but for how it ended: that is said by whoever tells of it."""

    def __init__(self, alert: DeskAlert, zone: str | None, facts: Mapping[str, Any]) -> None:
        self.alert_id, self.home_id, self.placement_id = alert.alert_id, alert.home_id, alert.placement_id
        self.kind, self.severity, self.level, self.state = (
            alert.kind,
            alert.severity,
            alert.level,
            alert.state,
        )
        self.room, self.point_id = alert.about.get("room"), alert.about.get("point_id")
        self.staff_id, self.device = alert.about.get("staff_id"), alert.about.get("device")
        self.since, self.deadline = alert.since, alert.deadline
        self.zone, self.facts = zone, facts


class Worded(OfDesk):
    """One that a message tells of. When it closed is told by the story; `at` where that does not say."""

    def __init__(
        self, alert: DeskAlert, zone: str | None, story: Sequence[Happened], shows: Shows, at: Instant
    ) -> None:
        super().__init__(alert, zone, _shown(alert.facts, shows))
        over, taken = alert.state == "resolved", alert.state == "acknowledged"
        closed = next((each for each in reversed(story) if each.what == "closed"), None)
        self.resolved_at = (at if closed is None else closed.at) if over else None
        self.how = alert.how if over else None
        self.resolved_by = closed.who if over and closed is not None else None
        self.taken_by = alert.acknowledged_by if taken else None
        self.until = alert.until if taken else None
        self.story = story


def _shown(facts: Mapping[str, Any], shows: Shows) -> Mapping[str, Any]:
    """Less the alerts that are not its reader's to see: neither told nor counted."""
    lists = {
        name: [id_ for id_ in facts[name] if shows(id_)] for name in ("members", "alerts") if name in facts
    }
    return {**facts, **lists}
