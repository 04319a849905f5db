"""What the pager and people tell of an alert, appended to a house's log as they tell it."""

from itertools import count
from typing import Any

from shared import clock
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.topics import PAGES, RESPONSES
from tests.integration.alerts.house import House, id_of

_IDS = count(1)


def paged(house: House, alert: Effect, outcome: str, to: str, step: int, **data: Any) -> None:
    """`outcome`: sent, failed, skipped or undelivered."""
    rest = {} if outcome == "undelivered" else {"channel": "sms", "attempt": 1}
    _tell(house, alert, PAGES, f"page.{outcome}.v1", {"to": to, "step": step, **rest, **data})


def answers(house: House, alert: Effect, by: str, kind: str) -> None:
    """`kind`: acknowledge, decline or decide."""
    until = {"until": show_instant(clock.now() + 600_000)} if kind == "acknowledge" else {}
    _tell(house, alert, RESPONSES, "response.given.v1", {"by": by, "kind": kind, "via": "page", **until}, by)


def _tell(
    house: House, alert: Effect, topic: str, type_: str, data: dict[str, Any], actor: str = "wakeful"
) -> None:
    at: Instant = clock.now()
    event = {
        "specversion": "1.0",
        "id": f"told-{next(_IDS)}",
        "source": "wakeful/pager",
        "type": type_,
        "subject": id_of(alert),
        "time": show_instant(at),
        "enteredat": show_instant(at),
        "homeid": alert.home_id,
        "actor": actor,
        "datacontenttype": "application/json",
        "data": {"alert_id": id_of(alert), **data},
    }
    house.append(Effect(topic, alert.home_id, str(event["id"]), at, event))
