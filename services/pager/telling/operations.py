"""What whoever runs the system is told when the watch itself needs him: cause and remedy, no alert of a child."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from services.pager.channels.base import Message
from services.pager.telling.given import Answering
from services.pager.telling.letter import Item, Letter
from services.pager.telling.markup import markup
from services.pager.telling.plain import plain
from services.pager.telling.titles import fitting
from shared.events.canonical import canonical
from shared.instants import Instant
from shared.words import SEVERITIES, Wall, local_clock
from shared.words.operations import OperationsTold, operations_told

_NAMESPACE: Final = UUID("2d0f5f0e-7a4b-5c39-8f29-6f3d5c0f9d02")
_AT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class OperationsAlert:
    """An operations' alert as it stands."""

    alert_id: str
    kind: str
    home_id: str | None
    since: Instant
    facts: Mapping[str, Any]
    resolved_at: Instant | None = None
    level: int = 1


def compose_operations(
    alerts: Sequence[OperationsAlert],
    zones: Mapping[str, str],
    person_id: str,
    answering: Answering,
    at: Instant,
    key: str | None = None,
) -> Message:
    """What is told of these (worst first, at least one). `zones`: by home id."""
    ids = tuple(alert.alert_id for alert in alerts)
    status: Literal["open", "resolved"] = (
        "resolved" if all(alert.resolved_at is not None for alert in alerts) else "open"
    )
    ways = answering(ids)
    words = [_words(alert, zones, at) for alert in alerts]
    remedies = dict.fromkeys((each.title, each.remedy) for each in words) if status == "open" else {}
    content = Letter(
        title=_title(alerts, zones, status, at),
        lead=(f"{len(alerts)} alerts of the watch itself.",) if len(alerts) > 1 else (),
        items=tuple(_item(*both, zones, at) for both in zip(alerts, words, strict=True))[:_AT_MOST],
        more=max(len(alerts) - _AT_MOST, 0),
        next=tuple(remedies),
        page=ways.page,
        actions=ways.actions if status == "open" else (),
        foot=tuple(f"Alert {id_}" for id_ in ids[:_AT_MOST]),
    )
    about = [person_id, status, *([alert.alert_id, alert.level] for alert in alerts)]
    home = {} if alerts[0].home_id is None else {"home": alerts[0].home_id}
    return Message(
        key=key or str(uuid5(_NAMESPACE, canonical(about).decode())),
        purpose="operations",
        status=status,
        alert_ids=ids,
        title=content.title,
        text=plain(content),
        html=markup(content),
        link=content.page,
        actions=content.actions,
        at=at,
        labels={
            "kind": alerts[0].kind,
            "severity": "operations",
            "level": str(alerts[0].level),
            **home,
            "count": str(len(alerts)),
        },
        thread=ids[0] if len(ids) == 1 else str(uuid5(_NAMESPACE, canonical(sorted(ids)).decode())),
    )


def _words(alert: OperationsAlert, zones: Mapping[str, str], at: Instant) -> OperationsTold:
    return operations_told(alert.kind, alert.home_id, alert.since, alert.facts, Wall(_zone(alert, zones), at))


def _item(alert: OperationsAlert, words: OperationsTold, zones: Mapping[str, str], at: Instant) -> Item:
    over = alert.resolved_at
    state = "" if over is None else f"Over since {local_clock(over, _zone(alert, zones), at)}"
    where = "all homes" if alert.home_id is None else f"home {alert.home_id}"
    points = tuple(point for point in words.points if point != where)
    return Item(SEVERITIES["operations"], words.title, where, points, state, ())


def _title(alerts: Sequence[OperationsAlert], zones: Mapping[str, str], status: str, at: Instant) -> str:
    worst = alerts[0]
    since = local_clock(worst.since, _zone(worst, zones), at)
    title = _words(worst, zones, at).title
    count = f"{len(alerts)} alerts: " if len(alerts) > 1 else ""
    over = "Over. " if status == "resolved" else ""

    def line(cut: Callable[[str], str]) -> str:
        home = "" if worst.home_id is None else f": home {cut(worst.home_id)}"
        return f"Wakeful: {over}{count}{title}{home}, since {since}"

    return fitting(line)


def _zone(alert: OperationsAlert, zones: Mapping[str, str]) -> str | None:
    return None if alert.home_id is None else zones.get(alert.home_id)
