"""Telling a night to the alerts monitor, with what others tell and people answer, and hearing what it decides."""

from typing import Any

from services.alerts.model import AlertsMonitor
from shared import alerting
from shared.alerting import Resolution
from shared.course import Course, MemorySeen
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import MINUTE, Instant, parse_instant, show_instant
from shared.monitor import Effect
from shared.topics import ALERTS, CHECK_INS, NIGHT_COVER, PLAN_CHANGES, RESPONSES

OWNERS = ("checks", "cover", "reviews", "integrity")
_KINDS = {
    "checks": ("check_missed", "child_not_found", "concern_raised", "child_missing", "child_away"),
    "cover": ("cover_gap", "one_to_one_gap", "observer_overrun"),
    "integrity": ("anomaly",),
}
OWNER = {kind: service for service, kinds in _KINDS.items() for kind in kinds}


def at(clock: str) -> Instant:
    """Of `02:10`, that minute of the night; a date may stand before it."""
    day, _, time = clock.rpartition(" ")
    return parse_instant(f"{day or '2026-03-03'}T{time if len(time) > 5 else time + ':00'}Z")


def clock(text: str) -> str:
    """The time of day of an instant's text."""
    return text[11:16] if text.endswith(":00.000Z") else text[11:19]


class Desk:
    """The monitor's course, in one home; what is told may come late, or never."""

    def __init__(self, home: str = "H1", monitor: AlertsMonitor | None = None) -> None:
        seen = MemorySeen()
        self.home = home
        self.course = Course(monitor or AlertsMonitor(), seen, seen.named)
        self.events: list[dict[str, Any]] = []
        self._facts = 0
        self._heard = 0
        purpose = {"waking_staff": 1, "sleep_in_staff": 0}
        data: dict[str, Any] = {"home_id": home, "provider_id": "PR1", "rooms": ["R1"]}
        data |= {"time_zone": "Europe/London", "statement_of_purpose": purpose}
        self.take(PLAN_CHANGES, "home.registered.v1", home, data, at("2026-01-01 00:00"))

    # -- what is read

    def take(self, topic: str, type_: str, subject: str, data: dict[str, Any], when: Instant) -> str:
        self._facts += 1
        id_ = f"{type_.split('.')[0]}-{self._facts}"
        who = data.get("by", "S1")
        fact = Fact(topic, when, self.home, id_, type_, subject, "test", who, when, when, data)
        assert self.course.take([fact]).set_aside == []
        return id_

    def check(self, when: str, placement: str = "P1") -> str:
        data = {"placement_id": placement, "outcome": "seen", "sign_of_life": "breathing"}
        return self.take(CHECK_INS, "check.recorded.v1", placement, data, at(when))

    def cover(self, when: str) -> str:
        return self.take(
            NIGHT_COVER, "cover.proved.v1", self.home, {"staff_id": "S1", "how": "round"}, at(when)
        )

    def tell(self, effect: Effect, late: str | None = None) -> str:
        """What another monitor told comes out of the log, at once or later; the alert's id."""
        appended = max(effect.at if late is None else at(late), self.course.clock)
        self.course.take([fact_of_event(ALERTS, appended, effect.event)])
        subject: str = effect.event["subject"]
        return subject

    def raised(
        self,
        kind: str,
        when: str,
        placement: str | None = "P1",
        since: str | None = None,
        late: str | None = None,
    ) -> str:
        began = at(when) - 17 * MINUTE if since is None else at(since)
        subject = {} if placement is None else {"placement_id": placement}
        which = "burst" if kind == "anomaly" else None
        service = OWNER.get(kind, "reviews")
        return self.tell(
            alerting.raised(service, kind, self.home, subject, began, at(when), {}, which=which), late
        )

    def resolved(
        self,
        alert_id: str,
        when: str,
        how: Resolution = Resolution.LATE,
        service: str = "checks",
        late: str | None = None,
    ) -> None:
        self.tell(alerting.resolved(service, self.home, alert_id, at(when), how), late)

    def answer(self, alert_id: str, when: str, kind: str, by: str = "M1", **said: Any) -> str:
        data = {"alert_id": alert_id, "by": by, "kind": kind, "via": "page"}
        if (until := said.pop("until", None)) is not None:
            data["until"] = show_instant(at(until))
        return self.take(RESPONSES, "response.given.v1", alert_id, data | said, at(when))

    def have(self, alert_id: str, when: str, until: str | None = None, by: str = "M1") -> str:
        """Somebody has it."""
        return self.answer(alert_id, when, "acknowledge", by, until=until, action="I go there")

    # -- what is decided

    def decided(self, upto: str, **services: str) -> list[str]:
        """Every service has told all of before `upto`, but for those that are named; what comes of it, in words."""
        reached = dict.fromkeys(OWNERS, at(upto)) | {name: at(when) for name, when in services.items()}
        self.course.reach(at(upto))
        turn = self.course.decide(reached)
        assert turn.set_aside == []
        self.events += [effect.event for effect in turn.effects]
        return self.words()

    def words(self) -> list[str]:
        """What was not heard yet."""
        heard, self._heard = self.events[self._heard :], len(self.events)
        return [_words(event) for event in heard]


def _words(event: dict[str, Any]) -> str:
    data, time = event["data"], clock(event["time"])
    what = event["type"].split(".")[1]
    if what == "raised":
        return f"{time} {data['kind']} raised since {clock(data['since'])}"
    if what == "acknowledged":
        return f"{time} {data['by']} has it until {clock(data['until'])}"
    if what == "resolved":
        return f"{time} resolved {data['how']}"
    return f"{time} {what}" + (f" {data['reason']}" if what == "rejected" else "")
