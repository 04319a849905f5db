"""Where the feed does not know an alert yet, or has set its home aside: the alert as it lies on the pager's own desk,
so that whoever was paged for it sees it and can answer. Who may see it is asked by the same predicate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from services.pager import desk_rows
from services.pager.answering.parts import Feed, Shown
from services.pager.desk import DeskAlert, DeskHome
from shared.instants import Instant
from shared.security.rights import Actor, HomeRef, visible
from shared.words.alert import Step


@dataclass(frozen=True, slots=True)
class OnDesk:
    """An open alert of the desk, as the page knows alerts (`Shown`)."""

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
    state: str
    level: int
    changed_at: Instant
    acknowledged_by: str | None
    action: Any
    until: Instant | None
    resolved_at: Instant | None = None
    how: str | None = None
    resolved_by: str | None = None


class FeedOrDesk:
    """The feed, and the desk where the feed knows nothing. `desk`: the pager's views."""

    def __init__(self, feed: Feed, desk: Engine) -> None:
        self._feed = feed
        self._desk = desk

    def alert(self, actor: Actor, alert_id: str) -> tuple[Shown, Sequence[Step]] | None:
        """See `services.pager.answering.parts.Feed`."""
        return self._feed.alert(actor, alert_id) or self._late(actor, alert_id)

    def _late(self, actor: Actor, alert_id: str) -> tuple[Shown, Sequence[Step]] | None:
        with self._desk.connect() as connection:
            alert = desk_rows.read(connection, alert_id)
            if alert is None or alert.state == "resolved":  # when, only the feed says
                return None
            home = desk_rows.home(connection, alert.home_id)
        return (_shown(alert, home), ()) if sees(actor, alert, home) else None


def sees(actor: Actor, alert: DeskAlert, home: DeskHome) -> bool:
    """Whether `actor` may see an alert of the desk: by the same predicate as in the feed."""
    theirs = (home.home_id,) if actor.scope.commissioner_id in home.commissioners else ()
    if alert.placement_id is not None and alert.commissioner_id is None:
        theirs = ()  # a child whose authority nobody knows is no other authority's to see
    where = HomeRef(home.home_id, home.provider_id or "")
    return visible(actor, where, alert.commissioner_id, their_homes=theirs)


def _shown(alert: DeskAlert, home: DeskHome) -> OnDesk:
    about = alert.about
    return OnDesk(
        alert_id=alert.alert_id,
        home_id=alert.home_id,
        kind=alert.kind,
        severity=alert.severity,
        placement_id=alert.placement_id,
        room=about.get("room"),
        point_id=about.get("point_id"),
        staff_id=about.get("staff_id"),
        device=about.get("device"),
        zone=home.zone,
        since=alert.since,
        deadline=alert.deadline,
        # members may be other authorities' children: the feed leaves them out one by one, here all are
        facts={name: value for name, value in alert.facts.items() if name != "members"},
        state=alert.state,
        level=alert.level,
        changed_at=alert.raised_at,
        acknowledged_by=alert.acknowledged_by,
        action=alert.action,
        until=alert.until,
    )
