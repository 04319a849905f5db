"""Telling a night to the alerts monitor, and reading what it would put into its tables."""

from typing import Any

from services.alerts.model import AlertsMonitor
from shared import alerting
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.home import Homes
from shared.instants import Instant, parse_instant, show_instant
from shared.monitor import Effect
from shared.topics import ALERTS, CHECK_INS, PLAN_CHANGES, REJECTED

Tables = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


class Story:
    """A monitor, the clock of its log, and its tables as a store would hold them."""

    def __init__(self, monitor: AlertsMonitor | None = None) -> None:
        self.monitor = monitor or AlertsMonitor()
        self.tables: Tables = {name: {} for name in self.monitor.tables}
        self.clock: Instant = 0
        self._facts = 0

    @property
    def homes(self) -> Homes:
        return self.monitor.homes

    def to(self, at: str) -> "Story":
        self.clock = parse_instant(at)
        assert list(self.monitor.advance(self.clock)) == []
        return self.save()

    def fact(self, topic: str, type_: str, home: str, data: dict[str, Any], at: str | None = None) -> "Story":
        self._facts += 1
        when = parse_instant(at) if at is not None else self.clock
        subject = data.get("placement_id", home)
        return self.take(
            Fact(topic, self.clock, home, f"f{self._facts}", type_, subject, "test", "S1", when, when, data)
        )

    def take(self, fact: Fact) -> "Story":
        assert list(self.monitor.apply(fact)) == []
        return self.save()

    def tell(self, effect: Effect) -> "Story":
        """An event of another monitor comes back out of the log."""
        return self.take(fact_of_event(effect.topic, self.clock, effect.event))

    def home(self, home: str = "H1", provider: str = "PR1", zone: str = "Europe/London") -> "Story":
        data: dict[str, Any] = {"home_id": home, "provider_id": provider, "time_zone": zone, "rooms": ["R1"]}
        data |= {"statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0}}
        return self.fact(PLAN_CHANGES, "home.registered.v1", home, data)

    def child(self, placement: str, commissioner: str, home: str = "H1", at: str | None = None) -> "Story":
        data: dict[str, Any] = {
            "placement_id": placement,
            "home_id": home,
            "commissioner_id": commissioner,
            "room": "R1",
        }
        data |= {"emergency": False, "suicide_risk": False}
        return self.fact(PLAN_CHANGES, "placement.started.v1", home, data, at)

    def left(self, placement: str, home: str = "H1") -> "Story":
        return self.fact(PLAN_CHANGES, "placement.ended.v1", home, {"placement_id": placement, "reason": "x"})

    def away(self, placement: str, expected_end: str, home: str = "H1") -> "Story":
        data = {"placement_id": placement, "reason": "school", "expected_end": expected_end}
        return self.fact(PLAN_CHANGES, "disposition.started.v1", home, data)

    def check(self, placement: str, home: str = "H1", outcome: str = "seen") -> "Story":
        data = {"placement_id": placement, "outcome": outcome, "sign_of_life": "breathing"}
        return self.fact(CHECK_INS, "check.recorded.v1", home, data)

    def refused(self, reason: str, home: str = "H1") -> "Story":
        data = {
            "topic": PLAN_CHANGES,
            "event_id": "e1",
            "reason": reason,
            "field": "data.version",
            "remedy": "another",
        }
        return self.fact(REJECTED, "fact.rejected.v1", home, data)

    def save(self) -> "Story":
        for row in self.monitor.changed():
            key = tuple(row.key.values())
            if row.values is None:
                self.tables[row.table].pop(key, None)
            else:
                self.tables[row.table].setdefault(key, {**row.key}).update(row.values)
        return self

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [self.tables[table][key] for key in sorted(self.tables[table])]

    def alert(self, alert_id: str) -> dict[str, Any]:
        return self.tables["alerts_alerts"][alert_id,]

    def life(self, alert_id: str) -> list[str]:
        return [row["step"] for row in self.rows("alerts_life") if row["alert_id"] == alert_id]


def missed(since: str, deadline: str, raised_at: str, placement: str = "P1", home: str = "H1") -> Effect:
    """`check_missed` as the checks monitor tells it."""
    facts = {"ceiling": "PT15M", "grace": "PT2M", "plan_version": 1}
    since_at, due, at = (parse_instant(each) for each in (since, deadline, raised_at))
    return alerting.raised(
        "checks", "check_missed", home, {"placement_id": placement}, since_at, at, facts, due
    )


def worsened(alert: Effect, level: int, at: str) -> Effect:
    facts = alert.event["data"]["facts"]
    return alerting.worsened("checks", alert.home_id, id_of(alert), level, parse_instant(at), facts)


def closed(alert: Effect, at: str, how: alerting.Resolution = alerting.Resolution.LATE) -> Effect:
    return alerting.resolved("checks", alert.home_id, id_of(alert), parse_instant(at), how, "the-check")


def answered(alert: Effect, type_: str, at: str, **data: Any) -> Fact:
    """Acknowledged or reopened, as the log will hold it."""
    id_, when = id_of(alert), parse_instant(at)
    whole = {"alert_id": id_, **data} | ({"at": show_instant(when)} if type_ == alerting.REOPENED else {})
    return Fact(
        ALERTS,
        when,
        alert.home_id,
        f"{type_}-{at}",
        type_,
        id_,
        "wakeful/alerts",
        "wakeful",
        when,
        when,
        whole,
    )


def id_of(alert: Effect) -> str:
    return str(alert.event["data"]["alert_id"])
