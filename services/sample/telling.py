"""Writing down what the sample's people do, as their phones and the office would send it. Pure: times are given."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from shared.events.registry import topic_of
from shared.instants import SECOND, Duration, Instant, show_instant

TYPED: Final[Duration] = 4 * SECOND
"""How long it takes to enter what happened."""
SENT: Final[Duration] = SECOND
"""How long a phone with a signal takes to send it."""


class Line(NamedTuple):
    """A fact of the past: when the log took it, and what it was."""

    appended_at: Instant
    topic: str
    event: dict[str, Any]


class Teller:
    """Writes lines. Their ids are `<name>-1`, `<name>-2`, … in the order of telling."""

    def __init__(self, name: str) -> None:
        self.lines: list[Line] = []
        self._name = name
        self._numbers: Iterator[int] = count(1)

    def tell(
        self,
        home_id: str,
        actor: str,
        type_: str,
        data: Mapping[str, Any],
        at: Instant,
        *,
        entered_at: Instant | None = None,
        sent_at: Instant | None = None,
    ) -> str:
        """Something happened at `at`; its id. Entered and sent a few seconds later, unless stated."""
        entered = at + TYPED if entered_at is None else entered_at
        event = {
            "specversion": "1.0",
            "id": f"{self._name}-{next(self._numbers)}",
            "source": f"sample-phone-of-{actor}",
            "type": type_,
            "subject": data.get("placement_id", home_id),
            "time": show_instant(at),
            "enteredat": show_instant(entered),
            "homeid": home_id,
            "actor": actor,
            "datacontenttype": "application/json",
            "data": dict(data),
        }
        self.lines.append(Line(entered + SENT if sent_at is None else sent_at, topic_of(type_), event))
        return str(event["id"])
