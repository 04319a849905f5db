"""The routers that stand beside the gateway's own in the running house, over an empty read model."""

from pathlib import Path

from sqlalchemy import Engine

from services.alerts import api as alerts
from services.alerts.feed import Feed
from services.alerts.stream import Streams
from services.alerts.watch import Watch
from services.gateway.answering import routes as answer_pages
from services.house.app import QUERIES
from services.house.reached import Reach
from services.pager.trial import page as trial
from shared.log.sqlite import SqliteLog
from shared.metrics import Metrics
from shared.web.live import Notifier
from shared.web.pages import Pages
from shared.web.session import session_routes
from tests import fresh


def views(folder: Path) -> Engine:
    """The read models' database, migrated."""
    return fresh.views(folder)


class Others:
    """`routers` go under `/api/v1`, `pages` outside it."""

    def __init__(self, engine: Engine, log: SqliteLog, reach: Reach) -> None:
        feed = self.feed = Feed(engine)
        watch = Watch(lambda: log.present(0), lambda: None, dict)
        pages = Pages([alerts.TEMPLATES, trial.TEMPLATES, answer_pages.TEMPLATES])
        self.routers = [
            alerts.api_routes(feed, Streams(feed, Notifier(), watch)),
            *(routes(engine, log) for routes in QUERIES.values()),
            reach.api(),
        ]
        self.pages = [
            alerts.page_routes(feed, watch, pages, 40_000),
            answer_pages.answer_routes(pages),
            session_routes(pages, "http://door.test"),
            Metrics(log, engine, lambda: None).routes(),
            reach.pages(pages),
        ]
