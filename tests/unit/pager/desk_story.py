"""Telling a night to the pager's monitor, and reading its desk out of a database, as the engine does.

After every step the monitor dies, and another comes back from its rows: whatever a story shows, it shows at rest too.
Clock texts are UTC, on one night: from noon on it is the evening of 2 March 2026, before noon the next morning.
"""

from typing import Any, Self

from sqlalchemy import Engine, create_engine

from services.pager import desk_rows
from services.pager.desk import DeskAlert, DeskHome
from services.pager.model import PagerMonitor
from services.pager.running import SERVICE
from services.pager.tables import METADATA
from shared import alerting
from shared.alerting import Resolution
from shared.course import Course, MemorySeen
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.store import rows
from shared.store.engine import writing
from shared.topics import ALERTS, CHECK_INS, NIGHT_COVER, PAGES, PLAN_CHANGES, RESPONSES
from tests.scenarios.facts import Evening

WHOLE_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class DeskStory:
    """A log, a monitor over it that keeps dying, and its rows. Close it."""

    def __init__(
        self, evening: str = "2026-03-02", morning: str = "2026-03-03", engine: Engine | None = None
    ) -> None:
        self.engine = engine or create_engine("sqlite://")
        METADATA.create_all(self.engine)
        self._evening = Evening(evening, morning)
        self._seen = MemorySeen()
        self.dies = True
        self._told = 0
        self.clock: Instant = self.instant("18:00")
        self.course = self._course(PagerMonitor(), self.clock)

    def close(self) -> None:
        self.engine.dispose()

    def instant(self, clock: str) -> Instant:
        return self._evening.at(clock)

    # -- the log

    def until(self, clock: str) -> Self:
        """The log's present comes there, minute by minute."""
        to = self.instant(clock)
        while self.clock + 60_000 < to:
            self.clock += 60_000
            self.course.reach(self.clock)
        self.clock = to
        self.course.reach(to)
        return self._die()

    def jump(self, clock: str) -> Self:
        """The log's present comes there at once."""
        self.clock = self.instant(clock)
        self.course.reach(self.clock)
        return self._die()

    def fact(
        self,
        topic: str,
        type_: str,
        data: dict[str, Any],
        *,
        home: str = "H1",
        actor: str = "S1",
        time: str | None = None,
    ) -> Self:
        self._told += 1
        when = self.clock if time is None else self.instant(time)
        subject = data.get("alert_id") or data.get("placement_id") or home
        id_ = f"f{self._told}"
        fact = Fact(topic, self.clock, home, id_, type_, subject, "test", actor, when, when, data)
        return self._take(fact)

    def tell(self, effect: Effect) -> str:
        """An event of another monitor comes back out of the log, now. Its alert's id."""
        self._take(fact_of_event(effect.topic, self.clock, effect.event))
        return str(effect.event["subject"])

    def home(self, home: str = "H1", zone: str = "Europe/London") -> Self:
        data: dict[str, Any] = {"home_id": home, "provider_id": "PR1", "time_zone": zone, "rooms": ["R1"]}
        data |= {"statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0}}
        return self.fact(PLAN_CHANGES, "home.registered.v1", data, home=home)

    def child(self, placement: str, commissioner: str = "C1", time: str | None = None) -> Self:
        data: dict[str, Any] = {"placement_id": placement, "home_id": "H1", "room": "R1"}
        data |= {"commissioner_id": commissioner, "emergency": False, "suicide_risk": False}
        return self.fact(PLAN_CHANGES, "placement.started.v1", data, time=time)

    def left(self, placement: str) -> Self:
        data = {"placement_id": placement, "reason": "sample"}
        return self.fact(PLAN_CHANGES, "placement.ended.v1", data)

    def shift(self, staff_id: str, role: str = "waking") -> Self:
        return self.fact(
            NIGHT_COVER, "cover.started.v1", {"staff_id": staff_id, "role": role}, actor=staff_id
        )

    def check(self, placement: str) -> Self:
        data = {"placement_id": placement, "outcome": "seen", "sign_of_life": "breathing"}
        return self.fact(CHECK_INS, "check.recorded.v1", data)

    # -- on-call

    def policy(self, *steps: list[str], time: str | None = None, last_resort: str | None = "L") -> Self:
        return self.fact(
            PLAN_CHANGES, "on_call.policy_set.v1", policy(*steps, last_resort=last_resort), time=time
        )

    def rota(self, name: str, person: str, time: str | None = None) -> Self:
        """This person, always."""
        always = {"person_id": person, "days": WHOLE_DAY, "from": "00:00", "to": "00:00"}
        return self.fact(PLAN_CHANGES, "on_call.rota_set.v1", {"rota": name, "weekly": [always]}, time=time)

    def override(self, name: str, person: str, start: str, end: str, time: str | None = None) -> Self:
        data = {"rota": name, "person_id": person, "from": self.text(start), "to": self.text(end)}
        return self.fact(PLAN_CHANGES, "on_call.override_set.v1", {**data, "reason": "ill"}, time=time)

    def silence(self, silence_id: str, start: str, end: str, time: str | None = None) -> Self:
        data = {"silence_id": silence_id, "covers": {}, "from": self.text(start), "until": self.text(end)}
        return self.fact(
            PLAN_CHANGES, "silence.set.v1", {**data, "reason": "drill", "second_by": "S2"}, time=time
        )

    # -- alerts and answers

    def raised(
        self, kind: str, about: dict[str, str] | None = None, at: str | None = None, **facts: Any
    ) -> str:
        """An alert is raised (now, if not said otherwise), and read now. Its id."""
        subject = {"placement_id": "P1"} if about is None else about
        when = self.clock if at is None else self.instant(at)
        return self.tell(alerting.raised("checks", kind, "H1", subject, when - 1, when, facts))

    def worsened(self, alert_id: str, level: int, **facts: Any) -> Self:
        self.tell(alerting.worsened("checks", "H1", alert_id, level, self.clock, facts))
        return self

    def resolved(self, alert_id: str, how: Resolution = Resolution.LATE) -> Self:
        self.tell(alerting.resolved("checks", "H1", alert_id, self.clock, how, "the-check"))
        return self

    def has(self, alert_id: str, by: str, until: str | None = None, action: str = "I look") -> Self:
        """Somebody answers that he has it."""
        data = {"alert_id": alert_id, "by": by, "kind": "acknowledge", "action": action, "via": "page"}
        if until is not None:
            data["until"] = self.text(until)
        return self.fact(RESPONSES, "response.given.v1", data)

    def acknowledged(self, alert_id: str, by: str, until: str, said: str | None = None) -> Self:
        """It is decided that somebody has it, who `said` so then (now, if not said otherwise)."""
        data = {"alert_id": alert_id, "by": by, "action": "I look", "until": self.text(until)}
        return self.fact(ALERTS, alerting.ACKNOWLEDGED, data, time=said)

    def reopened(self, alert_id: str, at: str | None = None) -> Self:
        when = show_instant(self.clock) if at is None else self.text(at)
        return self.fact(ALERTS, alerting.REOPENED, {"alert_id": alert_id, "at": when}, time=at)

    def declined(self, alert_id: str, by: str) -> Self:
        data = {"alert_id": alert_id, "by": by, "kind": "decline", "via": "page"}
        return self.fact(RESPONSES, "response.given.v1", data)

    def paged(self, alert_id: str, step: int) -> Self:
        data = {"alert_id": alert_id, "step": step, "to": "A", "channel": "webhook", "attempt": 1}
        return self.fact(PAGES, "page.sent.v1", data)

    # -- the desk

    def alert(self, alert_id: str) -> DeskAlert:
        with self.engine.connect() as connection:
            found = desk_rows.read(connection, alert_id)
        assert found is not None
        return found

    def open(self) -> list[str]:
        with self.engine.connect() as connection:
            return [each.alert_id for each in desk_rows.open_alerts(connection, 0)]

    def changed_since(self, n: int) -> list[desk_rows.Changed]:
        with self.engine.connect() as connection:
            return desk_rows.changed_since(connection, 0, n)

    def house(self, home_id: str = "H1") -> DeskHome:
        with self.engine.connect() as connection:
            return desk_rows.home(connection, home_id)

    def text(self, clock: str) -> str:
        return show_instant(self.instant(clock))

    def _take(self, fact: Fact) -> Self:
        turn = self.course.take([fact])
        assert (turn.effects, turn.refused, turn.set_aside) == ([], [], [])
        return self._die()

    def _die(self) -> Self:
        with writing(self.engine) as connection:
            rows.put(connection, METADATA, self.course.monitor.changed())
        if self.dies:
            monitor = PagerMonitor()
            with self.engine.connect() as connection:
                monitor.restore(SERVICE.remembered(connection, monitor, 0), self.course.clock)
            self.course = self._course(monitor, self.course.clock)
        return self

    def _course(self, monitor: PagerMonitor, clock: Instant) -> Course:
        return Course(monitor, self._seen, self._seen.named, clock)


def policy(*steps: list[str], last_resort: str | None = "L") -> dict[str, Any]:
    """A policy of these steps, three minutes apart."""
    told = [{"after": "PT0S" if not n else "PT3M", "who": who} for n, who in enumerate(steps)]
    named = {} if last_resort is None else {"last_resort": last_resort}
    return {"steps": told, "repeat_last_every": "PT10M", **named}
