"""Where the feed does not know an alert yet, or has set its home aside: the alert as it lies on the pager's own desk,
so that whoever was paged for it sees it and can answer. Who may see it is asked by the same predicate.
"""

from collections.abc import Sequence

from sqlalchemy import Engine

from services.pager import desk_rows
from services.pager.answering.parts import Feed, Shown
from services.pager.desk import DeskAlert, DeskHome
from services.pager.telling.worded import OfDesk
from shared.security.rights import Actor, HomeRef, visible
from shared.words.alert import Step


class OnDesk(OfDesk):
    """An open alert of the desk, as the page knows alerts (`Shown`)."""

    resolved_at = how = resolved_by = None

    def __init__(self, alert: DeskAlert, home: DeskHome) -> None:
        # members may be other authorities' children: the feed leaves them out one by one, here all are
        super().__init__(
            alert, home.zone, {name: value for name, value in alert.facts.items() if name != "members"}
        )
        self.changed_at, self.acknowledged_by = alert.raised_at, alert.acknowledged_by
        self.action, self.until = alert.action, alert.until


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
            alert = desk_rows.read_open(connection, alert_id)
            if alert is None:
                return None
            home = desk_rows.home(connection, alert.home_id)
        return (OnDesk(alert, home), ()) if sees(actor, alert, home) else None


def sees(actor: Actor, alert: DeskAlert, home: DeskHome) -> bool:
    """Whether `actor` may see an alert of the desk: by the same predicate as in the feed."""
    theirs = (home.home_id,) if actor.scope.commissioner_id in home.commissioners else ()
    if alert.placement_id is not None and alert.commissioner_id is None:
        theirs = ()  # a child whose authority nobody knows is no other authority's to see
    where = HomeRef(home.home_id, home.provider_id or "")
    return visible(actor, where, alert.commissioner_id, their_homes=theirs)
