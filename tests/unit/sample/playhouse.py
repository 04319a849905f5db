"""The sample's own player in virtual time, over the rules of the house: phones and clock are made of nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from services.sample import papers
from services.sample.cast import HOMES, MANAGER, UNASSESSED, UNSIGNED, Pace
from services.sample.past import past
from services.sample.playing import Player
from shared.events.registry import topic_of
from shared.instants import MINUTE, Duration, Instant, show_instant
from shared.schedule import local_date
from wakeful.testing import TestDriver

PACE = Pace()


class VirtualTime:
    """Nobody waits; it ends at an instant."""

    def __init__(self, begins: Instant) -> None:
        self.at = begins
        self.end = begins

    def now(self) -> Instant:
        return self.at

    def elapsed(self) -> Duration:
        return self.at

    def wait(self, elapsed: Duration) -> bool:
        if elapsed >= self.end:
            return False
        self.at = max(self.at, elapsed)
        return True


class Playhouse:
    """A test driver that is told what the sample would tell the door."""

    def __init__(self) -> None:
        self.driver = TestDriver()
        self._ids = iter(range(10_000_000))

    def tell(self, actor: str, home_id: str, type_: str, data: Mapping[str, Any], at: Instant) -> None:
        """One fact, entered and sent at once."""
        self.driver.feed(topic_of(type_), at, self.event(actor, home_id, type_, data, at))

    def event(
        self, actor: str, home_id: str, type_: str, data: Mapping[str, Any], at: Instant
    ) -> dict[str, Any]:
        event = {"id": f"sample-{next(self._ids)}", "type": type_, "homeid": home_id, "actor": actor}
        event |= {"subject": data.get("placement_id", home_id), "source": f"phone-of-{actor}"}
        return {**event, "time": show_instant(at), "data": dict(data)}

    def play(self, seed: int, begins: Instant, ends: Instant, *, after_past: bool = False) -> None:
        """The player, from `begins` to `ends`."""
        time = VirtualTime(begins)
        time.end = ends
        phones = {worker: _Phone(self, home.id, worker, time) for home in HOMES for worker in home.workers}
        Player(phones, PACE, seed, time, after_past=after_past).play()
        self.driver.advance_to(ends)

    def import_past(self, now: Instant) -> None:
        """As `wakeful up --sample` begins."""
        for line in past(now):
            self.driver.feed(line.topic, line.appended_at, line.event)

    def settle(self, at: Instant, *, past: bool = False) -> None:
        """What `setting.settle` tells: everything, or, after a past, tonight's plans and what follows from them."""
        today = local_date("Europe/London", at)
        for home in HOMES:
            terms = papers.tonight(PACE, home.waking)
            if not past:
                self.tell(MANAGER, home.id, "home.registered.v1", papers.registration(home, terms), at)
            for child in home.children:
                if not past:
                    self.tell(MANAGER, home.id, "placement.started.v1", papers.stay(home, child), at)
                self._plan(home.id, child, terms, at, today, past)
            if not past:
                self._reviews(home, at, today)

    def _plan(
        self, home_id: str, child: Any, terms: papers.Terms, at: Instant, today: date, past: bool
    ) -> None:
        again = today + papers.REVIEWED_AFTER
        plan = papers.plan(child, terms, 3, at, again)
        self.tell(
            MANAGER, home_id, "plan.agreed.v1", papers.unfinished(plan) if child is UNSIGNED else plan, at
        )
        if past and child.suicide_risk:
            for type_ in ("ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1"):
                self.tell(MANAGER, home_id, type_, papers.review(child, again), at)

    def _reviews(self, home: Any, at: Instant, today: date) -> None:
        later = today + timedelta(days=150)
        for child in home.children:
            again = today - timedelta(days=3) if (home, child.room) == UNASSESSED else later
            assessed = papers.assessment(home, child.room, again)
            self.tell(MANAGER, home.id, "environment.assessed.v1", assessed, at)
        self.tell(MANAGER, home.id, "suitability.reviewed.v1", papers.suitability(later), at)

    def raised(self) -> list[dict[str, Any]]:
        return [each["data"] for each in self.driver.alerts if each["type"] == "alert.raised.v1"]

    def closed(self) -> dict[str, str]:
        """How those that are closed were, by id."""
        return {
            each["subject"]: each["data"]["how"]
            for each in self.driver.alerts
            if each["type"] == "alert.resolved.v1"
        }

    def open(self) -> list[dict[str, Any]]:
        closed = self.closed()
        return [each for each in self.raised() if each["alert_id"] not in closed]


class _Phone:
    def __init__(self, house: Playhouse, home_id: str, worker: str, time: VirtualTime) -> None:
        self._house = house
        self._home_id = home_id
        self._worker = worker
        self._time = time
        self._queue: list[tuple[str, dict[str, Any]]] = []
        self._answered: Instant = 0

    def keep(self, family: str, type_: str, data: Mapping[str, Any]) -> None:
        event = self._house.event(self._worker, self._home_id, type_, data, self._time.now())
        self._queue.append((topic_of(type_), event))

    def send(self) -> bool:
        for topic, event in self._queue:
            self._house.driver.feed(topic, self._time.now(), event)
        self._queue.clear()
        return True

    def answer(self) -> bool:
        """As if a prompt came every three minutes."""
        if self._time.now() - self._answered >= 3 * MINUTE:
            self._answered = self._time.now()
            self.keep("cover", "cover.proved.v1", {"staff_id": self._worker, "how": "prompt"})
        return self.send()
