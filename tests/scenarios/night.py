"""A night as a story: what is told when, how far the clock goes, and what must be heard. Nothing else may be heard.

    night.watch(every(15))                    # P1 is in H1 since 21:00, the home's default plan asks for this
    night.until("22:18")
    missed = night.expect.raised("check_missed", "P1", since="21:00", deadline="22:15", at="22:17")
    seen = night.at("22:20").tell(check("P1"))
    missed.resolved("late", by=seen)

Over the public `TestDriver`; what facts look like is `facts.py`. Clock texts are UTC (see there). When a night is over
it is read once more, by a reader that dies after every move and comes back from its rows: it must tell the same. So
must, where the night has a place on a broker, the workers that watch it there (`on_a_broker.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.rules import DECIDER, MONITORS
from shared import alerting
from shared.course import Refused
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.topics import RANK
from tests.scenarios.facts import Evening, Said, registered, started
from tests.scenarios.on_a_broker import Move, tell_again
from tests.simulation.logs import Decider, Reader
from tests.simulation.places import Place
from wakeful.testing import TestDriver

DECIDES = "alerts"
"""The service that decides about what the others raise: a night hears it only where it is named."""
_ENVELOPE = {"specversion": "1.0", "datacontenttype": "application/json"}


class Night:
    """One night of virtual time. A winter's Monday unless said otherwise, when London's clocks show UTC."""

    def __init__(
        self,
        evening: str = "2026-03-02",
        morning: str = "2026-03-03",
        place: Place | None = None,
        services: Sequence[str] = ("checks",),
    ) -> None:
        """`services`: whose monitors hear it."""
        self.services = services
        self.driver = TestDriver(
            [MONITORS[name] for name in services if name in MONITORS],
            DECIDER if DECIDES in services else None,
        )
        self.place = place
        """Where on a broker it is told once more."""
        self.expect = Expect(self)
        self._evening = Evening(evening, morning)
        self._told = 0
        self.moves: list[Move] = []
        """All that was told and asked, in order."""
        self._standing: Instant = self.instant("18:00")

    def home(self, name: str) -> str:
        """A home's name: on a broker it says where the home's facts lie."""
        return name if self.place is None else self.place.home(name)

    # -- what is told

    def watch(self, *rules: dict[str, Any], since: str = "21:00") -> "Night":
        """The home is registered at 18:00 with these rules as its default plan; P1 is placed there at `since`."""
        self.at("18:00").tell(registered(*rules))
        self.at(since).tell(started("P1"))
        return self

    def at(self, clock: str) -> "Night":
        """What is told next is appended at this time."""
        self._standing = self.instant(clock)
        return self

    def tell(self, *said: Said) -> str:
        """Append these facts as one step (one `appended_at`), in the order of the log. Returns the last one's id."""
        ids = [self._id(fact) for fact in said]
        told = sorted(zip(said, ids, strict=True), key=lambda each: RANK[each[0].topic])
        for fact, id_ in told:
            event = self._event(fact, id_)
            self.driver.feed(fact.topic, self._standing, event)
            self.moves.append((fact.topic, self._standing, event))
        return ids[-1]

    def until(self, clock: str) -> "Night":
        """Put the clock there: every deadline strictly before it fires."""
        self._standing = self.instant(clock)
        assert self._standing >= self.driver.clock, (
            f"{clock} is past already; from noon on it is the evening's"
        )
        self.driver.advance_to(self._standing)
        self.moves.append((None, self._standing, {}))
        return self

    def over(self) -> None:
        """The story is told. What its last facts have made past is heard too; nothing else may have been."""
        self.moves.append((None, self.driver.clock, {}))
        self.driver.advance_to(self.driver.clock)
        self.expect.nothing()
        self._read_again_by_one_who_dies()
        if self.place is not None:
            tell_again(self.place, self.services, self.moves, self.driver)

    def _read_again_by_one_who_dies(self) -> None:
        watching = [service for service in self.services if service in MONITORS]
        readers = [Reader(MONITORS[service]) for service in watching]
        decider = Decider(DECIDER, watching) if DECIDES in self.services else None
        heard: list[Effect] = []
        for topic, at, event in self.moves:
            fact = None if topic is None else fact_of_event(topic, at, event)
            told = [effect for reader in readers for effect in _moved(reader, fact, at)]
            heard += told
            if decider is not None:
                heard += decider.hear([] if fact is None else [fact], told, at)
                decider.die_and_come_back()
        if len(self.services) > 1:
            heard.sort(key=lambda effect: effect.at)
            expected = sorted(self.driver.alerts, key=lambda event: str(event["time"]))
        else:
            expected = self.driver.alerts
        assert [effect.event for effect in heard] == expected, "told otherwise after a death"

    def instant(self, clock: str) -> Instant:
        """The instant of a clock text."""
        return self._evening.at(clock)

    def text(self, clock: str | None) -> str:
        """As an event tells it; None: the time that the story has come to."""
        return show_instant(self._standing if clock is None else self.instant(clock))

    def _id(self, fact: Said) -> str:
        self._told += 1
        return fact.id or f"{fact.type.split('.')[0]}-{self._told}"

    def _event(self, fact: Said, id_: str) -> dict[str, Any]:
        time = self.text(fact.time)
        data = fact.data | {name: self.text(fact.data[name]) for name in fact.clocks}
        if "home_id" in data:
            data["home_id"] = self.home(data["home_id"])
        return {
            **_ENVELOPE,
            "type": fact.type,
            "id": id_,
            "time": time,
            "enteredat": time if fact.entered is None else self.text(fact.entered),
            "subject": self.home(fact.home)
            if fact.subject == fact.home
            else fact.subject or data["placement_id"],
            "homeid": self.home(fact.home),
            "actor": fact.actor,
            "source": fact.source,
            "data": data,
        }


def _moved(reader: Reader, fact: Fact | None, at: Instant) -> list[Effect]:
    """What a reader tells of one move, before it dies."""
    before = len(reader.effects)
    if fact is None:
        reader.move(lambda course: course.finish(at))
    elif fact.topic in reader.topics:
        reader.move(lambda course: course.take([fact]))
    reader.die_and_come_back()
    return reader.effects[before:]


class Expect:
    """What must be heard, in order of time; within one instant the order does not matter."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._heard = 0
        self._queue: list[dict[str, Any]] = []
        self._refused = 0
        self._aside: set[str] = set()

    def raised(
        self,
        kind: str,
        placement: str | None = "P1",
        *,
        about: Any = None,
        since: str | None = None,
        deadline: str | None = None,
        at: str | None = None,
        home: str = "H1",
        **facts: Any,
    ) -> "Heard":
        """An alert is raised; `since` and `at` are now unless stated. Only the facts that are named are compared.
        `about`: its subject where that is no placement: `{"staff_id": "W1"}`, `{}` for the home itself."""
        text = self._night.text
        told = {
            **({"placement_id": placement} if about is None else _SUBJECTS | about),
            "home_id": self._night.home(home),
            "kind": kind,
            "since": text(since),
        }
        told |= {"raised_at": text(at), "severity": alerting.SEVERITY[kind]}
        told |= {} if deadline is None else {"deadline": text(deadline)}
        event = self.take(alerting.RAISED, text(at), told, facts)
        assert (deadline is None) == ("deadline" not in event["data"]), f"the deadline of {event['data']}"
        return Heard(self, self._night, event["subject"])

    def nothing(self) -> None:
        """Nothing has been heard that was not expected: no alert, no refusal, no home set aside."""
        assert self._words() == [], "heard, but not expected"
        assert [_refusal(each) for each in self._new_refusals()] == [], "refused, but not expected"
        unknown = {aside.home_id: aside.reason for aside in self._night.driver.set_aside}
        assert {home: why for home, why in unknown.items() if home not in self._aside} == {}

    def refused(self, fact_id: str, reason: str) -> Refused:
        """The fact may not stand, for that reason (a slug), and its sender is told what would be accepted."""
        first, *_ = [*self._new_refusals(), None]
        assert first is not None, f"{fact_id} was not refused"
        assert (first.fact.id, first.reason.reason) == (fact_id, reason), _refusal(first)
        assert first.reason.remedy
        assert first.reason.field
        self._refused += 1
        return first

    def take(self, type_: str, at: str, data: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
        """The event that says so, of those that were heard first."""
        waiting = self._waiting()
        for event in [each for each in waiting if each["time"] == waiting[0]["time"]]:
            if event["type"] == type_ and event["time"] == at and _says(event["data"], data, facts):
                waiting.remove(event)
                return event
        raise AssertionError(
            f"expected {type_} at {at} {data} {facts or ''}; heard next: {self._words() or 'nothing'}"
        )

    def _waiting(self) -> list[dict[str, Any]]:
        heard = self._night.driver.alerts
        self._queue += heard[self._heard :]
        self._heard = len(heard)
        return self._queue

    def _new_refusals(self) -> list[Refused]:
        return self._night.driver.refused[self._refused :]

    def _words(self) -> list[str]:
        kinds = {
            event["subject"]: f"{event['data']['kind']} of {_about(event['data'])}"
            for event in self._night.driver.alerts
            if event["type"] == alerting.RAISED
        }
        return [_words(event, kinds[event["subject"]]) for event in self._waiting()]


_SUBJECTS: dict[str, Any] = dict.fromkeys(("placement_id", "room", "point_id", "staff_id", "device"))
"""What an alert may be about."""


def _about(data: dict[str, Any]) -> str:
    return next((str(data[name]) for name in _SUBJECTS if name in data), "the home")


@dataclass(frozen=True)
class Heard:
    """An alert that was raised, and what must be heard of it next."""

    _expect: Expect
    _night: Night
    id: str

    def worsened(self, level: int, at: str | None = None, **facts: Any) -> "Heard":
        """It has come to that level. Only the facts that are named are compared."""
        when = self._night.text(at)
        self._expect.take(alerting.WORSENED, when, {"alert_id": self.id, "level": level, "at": when}, facts)
        return self

    def acknowledged(self, by: str, until: str, at: str | None = None) -> "Heard":
        """Somebody has it."""
        told = {"alert_id": self.id, "by": by, "until": self._night.text(until)}
        self._expect.take(alerting.ACKNOWLEDGED, self._night.text(at), told, {})
        return self

    def reopened(self, at: str | None = None) -> "Heard":
        """Nobody has it any more."""
        when = self._night.text(at)
        self._expect.take(alerting.REOPENED, when, {"alert_id": self.id, "at": when}, {})
        return self

    def decided(self, by: str, at: str | None = None) -> None:
        """A person's decision has closed it."""
        when = self._night.text(at)
        told = {"alert_id": self.id, "how": "decision", "at": when, "by": by}
        self._expect.take(alerting.RESOLVED, when, told, {})

    def resolved(self, how: str, at: str | None = None, by: str | None = None) -> None:
        """It is closed; `by`: the fact that closed it."""
        when = self._night.text(at)
        told = {"alert_id": self.id, "how": how, "at": when} | ({"fact_id": by} if by else {})
        self._expect.take(alerting.RESOLVED, when, told, {})


def _says(heard: dict[str, Any], data: dict[str, Any], facts: dict[str, Any]) -> bool:
    told = heard.get("facts", {})
    return all(heard.get(name) == value for name, value in data.items()) and all(
        told.get(name) == value for name, value in facts.items()
    )


def _words(event: dict[str, Any], about: str) -> str:
    data, what = event["data"], event["type"].split(".")[1]
    said = ("since", "deadline", "level", "how", "fact_id", "facts")
    return f"{event['time']} {what} {about}: { {name: data[name] for name in said if name in data} }"


def _refusal(refused: Refused) -> str:
    return f"{refused.fact.id}: {refused.reason.reason} ({refused.reason.detail})"
