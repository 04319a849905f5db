"""What is decided live, by a service that hears late of what others told, is what a replay tells."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.monitors import SERVICES
from services.rules import MONITORS
from shared.alerting import ACKNOWLEDGED, RAISED, REOPENED
from shared.events.decode import fact_of_event
from shared.instants import MINUTE, SECOND, Instant, parse_instant, show_instant
from shared.replay import in_order, replay
from shared.runner import rebuild
from tests.integration.alerts.deciding import DECIDES, Line, Watch, watch
from tests.integration.runner.world import draft, end_of
from tests.simulation import mixed
from wakeful.cli.proving.auditing import audited

RESPONSES = "wakeful.responses"
CHECK_INS = "wakeful.check-ins"


def answer(alert: str, home: str, at: Instant, number: int, **said: Any) -> Line:
    """Somebody has it, unless something else is said."""
    data = {"alert_id": alert, "by": "M1", "kind": "acknowledge", "via": "page", "action": "Sample", **said}
    time = show_instant(at)
    event = {
        "specversion": "1.0", "id": f"answer-{number}", "source": "test/desk", "type": "response.given.v1",
        "subject": alert, "time": time, "enteredat": time, "homeid": home, "actor": "M1",
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return {"topic": RESPONSES, "appended_at": time, "event": event}


def answered(seed: int) -> list[Line]:
    """A night of which many alerts are answered."""
    rnd = Random(seed)
    lines = mixed.night(seed)
    facts = in_order(
        fact_of_event(each["topic"], parse_instant(each["appended_at"]), each["event"]) for each in lines
    )
    until = end_of(lines)
    raised = [
        each for each in replay(facts, MONITORS.values(), until).effects if each.event["type"] == RAISED
    ]
    for number, effect in enumerate(rnd.sample(raised, min(len(raised), 25))):
        at = effect.at + rnd.choice((0, 1, SECOND, MINUTE, 20 * MINUTE))
        more = (
            {"until": show_instant(at + rnd.choice((-1, 1, 5, 29, 31)) * MINUTE)}
            if rnd.random() < 0.7
            else {}
        )
        lines.append(answer(effect.event["subject"], effect.home_id, at, number, **more))
    return sorted(lines, key=lambda line: str(line["appended_at"]))


@pytest.mark.parametrize("seed", range(3))
def test_whoever_turns_when_and_dies_when_live_is_replay(tmp_path: Path, seed: int) -> None:
    lines = answered(seed)
    end = parse_instant(lines[-1]["appended_at"]) + 30 * MINUTE
    with watch(tmp_path) as live:
        live.tell(lines, Random(seed))
        live.settle(end)
        assert live.heard(end) == live.replayed(end)
        assert {ACKNOWLEDGED, REOPENED} <= Counter(event["type"] for event in live.events()).keys()
        assert live.recorded() == []
        found = audited(live.log, live.engine)
        assert (found.differences, found.explained, found.set_aside) == ([], [], [])
        _is_told_again(live, end)


def _is_told_again(live: Watch, end: Instant) -> None:
    """The rows are made anew: nothing of what was told is taken back, and nothing is told beside it."""
    before = live.events()
    rebuild.whole(live.log, live.engine, SERVICES[DECIDES])
    live.begin(DECIDES)
    live.settle(end + MINUTE)
    assert [event for event in live.events() if parse_instant(event["time"]) < end] == before[: len(before)]


def late(live: Watch) -> tuple[str, list[Line]]:
    """Somebody has P1's missed check until 03:00; the check itself comes at 02:59:59."""
    lines = [line for line in _night() if line["topic"] != RESPONSES]
    for line in lines:
        live.now = parse_instant(line["appended_at"])
        live.log.append([draft(line)])
    live.settle(_at("02:50"))
    missed = next(event for event in live.events() if event["type"] == RAISED)
    live.now = _at("02:51")
    live.log.append([draft(answer(missed["subject"], "H1", live.now, 1, until=show_instant(_at("03:00"))))])
    live.settle(_at("02:52"))
    live.now = _at("02:59:59")
    return missed["subject"], [_check("02:59:59")]


def _at(clock: str) -> Instant:
    return parse_instant(f"2026-03-03T{clock if len(clock) > 5 else clock + ':00'}Z")


def _fact(topic: str, type_: str, subject: str, at: str, data: Any) -> Line:
    time = at if "T" in at else show_instant(_at(at))
    event = {
        "specversion": "1.0", "id": f"{type_}-{time}", "source": "test/desk", "type": type_,
        "subject": subject, "time": time, "enteredat": time, "homeid": "H1", "actor": "S1",
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return {"topic": topic, "appended_at": time, "event": event}


def _check(at: str) -> Line:
    data = {
        "placement_id": "P1", "outcome": "seen", "sign_of_life": "breathing", "state": "asleep",
        "view": "entered", "proof": "nfc",
    }  # fmt: skip
    return _fact(CHECK_INS, "check.recorded.v1", "P1", at, data)


def _night() -> list[Line]:
    rules = [{"from": "22:00", "to": "07:00", "ceiling": "PT30M", "grace": "PT2M"}]
    home = {
        "home_id": "H1", "provider_id": "PR1", "time_zone": "Europe/London", "rooms": ["R1"],
        "statement_of_purpose": {"waking_staff": 0, "sleep_in_staff": 0}, "default_plan": {"checks": rules},
    }  # fmt: skip
    stay = {
        "placement_id": "P1", "home_id": "H1", "commissioner_id": "C1", "room": "R1", "emergency": False,
        "suicide_risk": False,
    }  # fmt: skip
    plans = "wakeful.plan-changes"
    return [
        _fact(plans, "home.registered.v1", "H1", "2026-03-02T18:00:00.000Z", home),
        _fact(plans, "placement.started.v1", "P1", "02:10", stay),
    ]


def test_what_is_resolved_at_02_59_59_is_not_reopened_at_03_00_because_the_news_came_late(
    tmp_path: Path,
) -> None:
    with watch(tmp_path) as live:
        alert, seen = late(live)
        live.log.append([draft(line) for line in seen])
        for minute in range(1, 9):  # whoever watches checks has stopped, all others go on
            live.now = _at("03:00") + minute * MINUTE
            live.turn("cover", "reviews", "integrity", DECIDES)
        assert REOPENED not in {event["type"] for event in live.events()}
        live.settle(_at("03:20"))
        assert REOPENED not in {event["type"] for event in live.events() if event["subject"] == alert}
        assert live.heard(_at("03:20")) == live.replayed(_at("03:20"))


def test_who_is_waited_for_says_at_once_how_far_he_is_and_says_no_more_than_that(tmp_path: Path) -> None:
    with watch(tmp_path) as live:
        alert, _ = late(live)
        live.turn()
        live.now += 1
        live.log.append([draft(answer(alert, "H1", live.now, 2, by="M2"))])
        live.now += 1
        live.turn(DECIDES)  # it reads the answer
        live.turn()
        acknowledged = [event for event in live.events() if event["type"] == ACKNOWLEDGED]
        assert [event["data"]["by"] for event in acknowledged] == ["M1", "M2"], "two milliseconds later"
        said = {name: live.runners[name].entry for name in MONITORS}
        live.now += 1
        live.turn()
        assert {name: live.runners[name].entry for name in MONITORS} == said


def test_after_a_minute_nobody_is_waited_for_and_that_is_on_record_so_that_an_audit_explains_it(
    tmp_path: Path,
) -> None:
    with watch(tmp_path) as live:
        alert, seen = late(live)
        live.log.append([draft(line) for line in seen])
        live.now, live.monotonic = _at("03:00:01"), live.monotonic + SECOND
        live.turn("cover", "reviews", "integrity", DECIDES)
        assert REOPENED not in {event["type"] for event in live.events()}
        live.monotonic += 59 * SECOND
        live.turn(DECIDES)
        assert REOPENED not in {event["type"] for event in live.events()}
        live.monotonic += SECOND
        live.turn(DECIDES)
        reopened = [event for event in live.events() if event["type"] == REOPENED]
        assert [event["subject"] for event in reopened] == [alert]
        (record, *_) = live.recorded()
        assert record["without"] == ["checks"]
        live.settle(_at("03:20"))
        found = audited(live.log, live.engine)
        assert [(each.event_id, each.alert_id) for each in found.explained] == [(reopened[0]["id"], alert)]
        assert [each.because for each in found.explained] == [
            "a recorded decision that was made without waiting for checks any longer"
        ]
        assert found.differences == []
