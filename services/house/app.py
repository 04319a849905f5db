"""The door of a house with its pages, put together from its parts, wherever those come from.

No rule lives here, and nothing that runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from fastapi import APIRouter
from sqlalchemy import Engine

from services.alerts import api as alerts_api
from services.alerts.feed import Feed
from services.alerts.rows import AlertRow
from services.alerts.stream import Streams
from services.alerts.watch import Watch, set_aside
from services.checks import api as checks_api
from services.cover import api as cover_api
from services.gateway import operationspage
from services.gateway.answering import routes as answer_pages
from services.gateway.answering.standing import Standing, Standings
from services.gateway.app import Deps, make_app
from services.gateway.inhand import InHand
from services.gateway.shares import Limits
from services.house.answered import answer_desk, mount
from services.house.reached import Reach
from services.integrity import api as integrity_api
from services.pager import api as pager_api
from services.pager import desk_rows
from services.pager.answering import api as answering_api
from services.pager.roster import web as roster
from services.pager.trial import page as trial_page
from services.reviews import api as reviews_api
from shared.instants import Instant
from shared.log.base import DoorLog, Log
from shared.metrics import Metrics
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.settings import Settings
from shared.web import pages as web_pages
from shared.web.app import App
from shared.web.live import Notifier
from shared.web.pages import Pages
from shared.web.session import session_routes


@dataclass(frozen=True)
class Parts:
    """What the door stands on."""

    settings: Settings
    log: DoorLog
    keys: KeyRing
    access: Access
    views: Mapping[str, Engine]
    """The read model of each service."""
    snapshot: Engine | None
    """Where the door's own snapshot is; None: it has none."""
    notifier: Notifier
    in_hand: InHand
    metrics: Metrics
    reach: Reach
    """How people are reached."""
    watched_to: Callable[[], Instant | None]
    """How far every service has come; None before all have begun."""
    blind_since: Callable[[], Instant | None]
    """Since when nobody has been watching; None while somebody is."""
    limits: Limits = field(default_factory=Limits)
    """What one token may have of the door."""


QUERIES: Final[Mapping[str, Callable[[Engine, Log], APIRouter]]] = {
    "checks": checks_api.api_routes,
    "cover": cover_api.api_routes,
    "reviews": reviews_api.api_routes,
    "integrity": integrity_api.api_routes,
    "pager": pager_api.api_routes,
}
"""What may be asked of each service's read model, beside the feed."""

TEMPLATES: Final = (
    *(alerts_api.TEMPLATES, answering_api.TEMPLATES, trial_page.TEMPLATES, answer_pages.TEMPLATES),
    *(operationspage.TEMPLATES, roster.TEMPLATES),
)
"""Where the pages are kept."""


def standings(feed: Feed, desk: Engine) -> Standings:
    """How an alert stands: by the feed, else by the pager's desk, so that whoever was paged can answer though the feed
    is late, or has set the home aside. `desk`: the pager's views."""

    def standing(alert_id: str) -> Standing | None:
        row = feed.row(alert_id)
        return _on_the_desk(desk, alert_id) if row is None else _in_the_feed(row)

    return standing


def _in_the_feed(row: AlertRow) -> Standing:
    has = row.state == "acknowledged"
    return Standing(
        alert_id=row.alert_id,
        home_id=row.home_id,
        kind=row.kind,
        placement_id=row.placement_id,
        since=row.since,
        changed_at=row.changed_at,
        by=row.acknowledged_by if has else None,
        until=row.until if has else None,
        resolved_at=row.resolved_at,
        how=row.how,
        resolved_by=row.resolved_by,
        zone=row.zone,
    )


def _on_the_desk(desk: Engine, alert_id: str) -> Standing | None:
    with desk.connect() as connection:
        alert = desk_rows.read_open(connection, alert_id)
    if alert is None:
        return None
    has = alert.state == "acknowledged"
    return Standing(
        alert_id=alert.alert_id,
        home_id=alert.home_id,
        kind=alert.kind,
        placement_id=alert.placement_id,
        since=alert.since,
        changed_at=alert.raised_at,
        by=alert.acknowledged_by if has else None,
        until=alert.until if has else None,
    )


def door_app(parts: Parts) -> App:
    """The door and the pages. Reads the log to its end first."""
    settings, metrics = parts.settings, parts.metrics
    views = parts.views
    feed = Feed(views["alerts"])
    watch = Watch(parts.watched_to, parts.blind_since, partial(set_aside, views["alerts"]))
    pages = Pages(TEMPLATES)
    api = (
        alerts_api.api_routes(feed, Streams(feed, parts.notifier, watch)),
        *(routes(views[name], parts.log) for name, routes in QUERIES.items()),
        parts.reach.api(),
    )
    outside = (
        alerts_api.page_routes(feed, watch, pages),
        answer_pages.answer_routes(pages),
        session_routes(pages, settings.url),
        metrics.routes(),
        parts.reach.pages(pages),
    )
    app = make_app(
        Deps(
            parts.log,
            parts.keys,
            parts.access,
            views=views["alerts"],
            snapshot=parts.snapshot,
            routers=api,
            pages=outside,
            shows=feed.shows,
            standings=standings(feed, views["pager"]),
            blind_after=settings.blind_after,
            now=parts.log.now,  # a clock that is not believed must not end whoever is signed in
            in_hand=parts.in_hand,
            limits=parts.limits,
            services=parts.blind_since,
            begun=lambda: parts.watched_to() is not None,
            unreachable=parts.reach.wrong,
        )
    )
    desk = answer_desk(app, settings.url, parts.keys, parts.access, feed, views["pager"], parts.log.now)
    # Behind the door: it answers by its way in.
    mount(app, desk, pages, parts.reach.open_addresses, views["pager"])
    app.include_router(roster.roster_routes(views["pager"], parts.blind_since, pages))
    app.include_router(operationspage.operations_routes(app.state.troubles, pages))
    web_pages.install(app, settings.url)
    metrics.install(app)
    return app
