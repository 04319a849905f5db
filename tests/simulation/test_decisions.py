"""What is decided about alerts does not depend on when the others' news came: live, in any interleaving, is replay."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.rules import DECIDER, MONITORS
from shared.course import Course, MemorySeen
from shared.events.canonical import canonical
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import DAY, MINUTE, SECOND, Instant, parse_instant, show_instant
from shared.monitor import Effect
from shared.replay import as_told, replay
from shared.topics import ALERTS, REJECTED, RESPONSES
from tests.oracle import nights
from tests.simulation import mixed
from tests.simulation.logs import Decider, Line, end_of, facts_of
from tests.simulation.watched import seeds

unhurried = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def one_night(lines: list[Line]) -> list[Line]:
    """What is appended within a day of the first: weeks of levels tell nothing more."""
    first = min((parse_instant(line["appended_at"]) for line in lines), default=0)
    return [line for line in lines if parse_instant(line["appended_at"]) < first + DAY]


def answered(lines: list[Line], until: Instant, rnd: Random) -> list[Line]:
    """The night, with answers to many of its alerts: some to those that are decided here too, some too long, some to
    none."""
    whole = replay(facts_of(lines), MONITORS.values(), until, DECIDER)
    alerts = [each for each in whole.effects if each.event["type"] == "alert.raised.v1"]
    more: list[Line] = []
    for number, effect in enumerate(rnd.choices(alerts, k=min(30, 2 * len(alerts)))):
        at = min(until, effect.at + rnd.choice((-1, 0, 1, SECOND, MINUTE, 10 * MINUTE, 30 * MINUTE)))
        data = {
            "alert_id": effect.event["subject"],
            "by": rnd.choice(("M1", "M2")),
            "kind": rnd.choice(("acknowledge", "acknowledge", "acknowledge", "decide", "decline")),
            "via": "page",
            "action": "Sample",
            "reason": "Sample",
        }
        if rnd.random() < 0.6:
            data["until"] = show_instant(at + rnd.choice((1, 10, 10, 30, 31, 120)) * MINUTE)
        time = show_instant(at)
        event = {
            "specversion": "1.0", "id": f"said-{number}", "source": "test/desk", "type": "response.given.v1",
            "subject": data["alert_id"], "time": time, "enteredat": time, "homeid": effect.home_id,
            "actor": data["by"], "datacontenttype": "application/json", "data": data,
        }  # fmt: skip
        more.append({"topic": RESPONSES, "appended_at": time, "event": event})
    return sorted([*lines, *more], key=lambda line: str(line["appended_at"]))


def live(lines: list[Line], told: list[Effect], until: Instant, rnd: Random) -> list[Effect]:
    """What is decided where each service's news comes late by as much as it likes, in its own order; whoever decides
    dies now and then."""
    reader = Decider(DECIDER, list(MONITORS))
    seen = MemorySeen()
    course = Course(DECIDER(), seen, seen.named)
    coming = {name: [each for each in told if _by(each) == name] for name in MONITORS}
    heard: list[Effect] = []
    for fact in [*facts_of(lines), None]:
        clock = until if fact is None else fact.appended_at
        for news in coming.values():
            while news and news[0].at <= clock and (fact is None or rnd.random() < 0.7):
                course.take([_arrived(news.pop(0), clock)])
        if fact is not None and fact.topic in reader.topics:
            course.take([fact])
        reach = {name: min(clock, news[0].at if news else clock) for name, news in coming.items()}
        if fact is None or rnd.random() < 0.3:
            turn = course.decide(reach, through=fact is None)
            assert turn.set_aside == []
            heard += turn.effects
        if rnd.random() < 0.1:
            course = _again(reader, course, seen)
    return heard


def _by(effect: Effect) -> str:
    return str(effect.event["source"]).removeprefix("wakeful/")


def _arrived(effect: Effect, at: Instant) -> Fact:
    return fact_of_event(ALERTS, at, effect.event)


def _again(reader: Decider, before: Course, seen: MemorySeen) -> Course:
    """A new one, which knows nothing but the rows."""
    monitor = DECIDER()
    monitor.restore(reader.at_rest(before.monitor), before.clock)
    return Course(monitor, seen, seen.named, before.clock)


@unhurried
@given(st.data(), seeds, seeds)
def test_in_whatever_order_the_news_comes_live_is_replay(data: st.DataObject, night: int, seed: int) -> None:
    rnd = Random(seed)
    lines = data.draw(nights.fewer(one_night(mixed.night(night))))
    until = end_of(lines) + 30 * MINUTE
    lines = answered(lines, until, rnd)
    whole = replay(facts_of(lines), MONITORS.values(), until, DECIDER)
    heard = live(lines, whole.effects, until, rnd)
    decided = [canonical(each.event) for each in as_told(heard) if each.topic == ALERTS]
    assert decided == [canonical(each.event) for each in whole.effects if _by(each) == "alerts"]
    refused = sorted(each.event["data"]["event_id"] for each in heard if each.topic == REJECTED)
    assert refused == sorted(each.fact.id for each in whole.refused if each.fact.topic == RESPONSES)
