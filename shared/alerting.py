"""How an alert is told: the events of its life, with ids and bytes that are the same in every run (EVENTS.md).

Pure. When an alert is raised, worsened or resolved is decided by the monitors; how long it may be acknowledged, and
whom it wakes, by the alerts service and the pager.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.events.canonical import canonical
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.topics import ALERTS

NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:alerts")
"""The published namespace of alert ids: 3a80902d-6915-5e49-a4ca-a5719dc1e620."""

RAISED: Final = "alert.raised.v1"
WORSENED: Final = "alert.worsened.v1"
ACKNOWLEDGED: Final = "alert.acknowledged.v1"
REOPENED: Final = "alert.reopened.v1"
RESOLVED: Final = "alert.resolved.v1"

LIFECYCLE: Final = {
    kind: place for place, kind in enumerate((RAISED, WORSENED, ACKNOWLEDGED, REOPENED, RESOLVED))
}
"""The order of an alert's events at one instant (EVENTS.md, replay)."""

SEVERITY: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("check_missed", "child_not_found", "concern_raised", "cover_gap", "one_to_one_gap"), "page"
    ),
    **dict.fromkeys(("child_missing", "absence_expired", "home_silent"), "page"),
    **dict.fromkeys(
        ("observer_overrun", "plan_missing", "plan_incomplete", "ligature_action_overdue"), "notify"
    ),
    **dict.fromkeys(("room_ligature_review_overdue", "ligature_plan_review_overdue"), "notify"),
    **dict.fromkeys(("suicide_plan_review_overdue", "suitability_review_overdue"), "notify"),
    **dict.fromkeys(("anomaly", "pattern_concern"), "notify"),
    **dict.fromkeys(("child_away", "review_due_soon"), "info"),
}
"""The severity of each kind (DOMAIN.md §6)."""


class Resolution(Enum):
    """How an alert closed (EVENTS.md)."""

    LATE = "late"
    UNREPORTED = "unreported"
    RESTORED = "restored"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    DISPOSITION = "disposition"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    DECISION = "decision"


def alert_id(
    kind: str, home_id: str, subject: str, since: Instant, raised_at: Instant, which: str | None = None
) -> str:
    """The id of an alert: a UUIDv5 of what it is about, never random, so that raising it twice is raising it once."""
    about = [kind, home_id, subject, show_instant(since), show_instant(raised_at), which]
    return str(uuid5(NAMESPACE, canonical(about).decode()))


def raised(
    service: str,
    kind: str,
    home_id: str,
    subject: dict[str, str],
    since: Instant,
    raised_at: Instant,
    facts: dict[str, Any],
    deadline: Instant | None = None,
    which: str | None = None,
) -> Effect:
    """An alert is raised. `subject` names what it is about by the field it is told in (`{"placement_id": …}`); none:
    the home itself."""
    name = next(iter(subject.values()), home_id)
    id_ = alert_id(kind, home_id, name, since, raised_at, which)
    data: dict[str, Any] = {
        "alert_id": id_,
        "kind": kind,
        "severity": SEVERITY[kind],
        "home_id": home_id,
        **subject,
        "since": show_instant(since),
        "raised_at": show_instant(raised_at),
        "facts": facts,
    }
    if deadline is not None:
        data["deadline"] = show_instant(deadline)
    return _event(service, RAISED, home_id, id_, raised_at, data)


def worsened(service: str, home_id: str, id_: str, level: int, at: Instant, facts: dict[str, Any]) -> Effect:
    """An open alert has come to `level` (2, 3, …)."""
    data = {"alert_id": id_, "level": level, "at": show_instant(at), "facts": facts}
    return _event(service, WORSENED, home_id, id_, at, data, level)


def acknowledged(
    service: str, home_id: str, id_: str, at: Instant, by: str, action: Any, until: Instant
) -> Effect:
    """Somebody has the alert, and says what they will do until when. `action`: a text, or a sealed one."""
    data = {"alert_id": id_, "by": by, "action": action, "until": show_instant(until)}
    return _event(service, ACKNOWLEDGED, home_id, id_, at, data, actor=by)


def reopened(service: str, home_id: str, id_: str, at: Instant) -> Effect:
    """Nobody has the alert any more, and it is still so."""
    return _event(service, REOPENED, home_id, id_, at, {"alert_id": id_, "at": show_instant(at)})


def resolved(
    service: str, home_id: str, id_: str, at: Instant, how: Resolution, fact_id: str | None = None
) -> Effect:
    """An alert is closed, by the fact that was missing where there is one."""
    data = {"alert_id": id_, "at": show_instant(at), "how": how.value}
    if fact_id is not None:
        data["fact_id"] = fact_id
    return _event(service, RESOLVED, home_id, id_, at, data)


def decided(service: str, home_id: str, id_: str, at: Instant, by: str, reason: Any) -> Effect:
    """An alert is closed by a person's decision. `reason`: a text, or a sealed one."""
    how = Resolution.DECISION.value
    data = {"alert_id": id_, "at": show_instant(at), "how": how, "by": by, "reason": reason}
    return _event(service, RESOLVED, home_id, id_, at, data, actor=by)


def open_between(
    events: Sequence[dict[str, Any]], start: Instant, end: Instant
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The events, in order, of the alerts that were open in [start, end), each with what was told when its alert was
    raised. `events`: all of these alerts' lives, as told."""
    raised: dict[str, dict[str, Any]] = {}
    closed: dict[str, str] = {}
    for event in events:
        if event["type"] == RAISED:
            raised[event["subject"]] = event
        elif event["type"] == RESOLVED:
            closed[event["subject"]] = event["time"]
    first, last = show_instant(start), show_instant(end)
    for event in events:
        about = raised[event["subject"]]
        if about["time"] < last and closed.get(event["subject"], last) >= first:
            yield about["data"], event


def retold(effect: Effect, at: Instant) -> Effect:
    """The same step of an alert's life, told once more, as of now: it was told before, and taken back since."""
    event = {**effect.event, "time": show_instant(at), "enteredat": show_instant(at)}
    about = [event["type"], event["time"], event["data"].get("level")]
    event["id"] = str(uuid5(_namespace(event["subject"]), canonical(about).decode()))
    return Effect(effect.topic, effect.home_id, event["id"], at, event)


@lru_cache(maxsize=4096)
def _namespace(id_: str) -> UUID:
    return UUID(id_)


def _event(
    service: str,
    type_: str,
    home_id: str,
    id_: str,
    at: Instant,
    data: dict[str, Any],
    level: int | None = None,
    actor: str = "wakeful",
) -> Effect:
    told = show_instant(at)
    event_id = str(uuid5(_namespace(id_), canonical([type_, told, level]).decode()))
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"wakeful/{service}",
        "type": type_,
        "subject": id_,
        "time": told,
        "enteredat": told,
        "homeid": home_id,
        "actor": actor,
        "datacontenttype": "application/json",
        "data": data,
    }
    return Effect(ALERTS, home_id, event_id, at, event)
