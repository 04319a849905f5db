"""The sample's script in virtual time, by the rules of the house: it shows what it promises, and nothing else."""

import heapq
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from services.sample.cast import CEILING, GRACE, HOMES, Pace, plan, registration, stay
from services.sample.script import AWAY_AT_MOST, TROUBLES, Act, Script
from shared.instants import HOUR, MINUTE, Instant, parse_instant, show_instant
from shared.topics import CHECK_INS, PLAN_CHANGES
from wakeful.testing import TestDriver

START = parse_instant("2026-03-02T12:00:00Z")
CHILDREN = [(home, child) for home in HOMES for child in home.children]
FORGOTTEN = CHILDREN[0][1].id
SEEN = {"outcome": "seen", "sign_of_life": "moved", "state": "asleep", "view": "doorway", "proof": "nfc"}


class Night:
    """The script of a seed, played into the test driver."""

    def __init__(self, seed: int) -> None:
        self.driver = TestDriver()
        self._ids = iter(range(1_000_000))
        self._unsent: list[dict[str, Any]] = []
        for home in HOMES:
            self._tell(
                PLAN_CHANGES, START, "home.registered.v1", home.id, home.id, registration(home, Pace())
            )
        for home, child in CHILDREN:
            agreed = plan(child, Pace(), show_instant(START))
            self._tell(PLAN_CHANGES, START, "placement.started.v1", home.id, child.id, stay(home, child))
            self._tell(PLAN_CHANGES, START, "plan.agreed.v1", home.id, child.id, agreed)
        self._script = Script(len(CHILDREN), CEILING, seed)

    def until(self, end: Instant) -> list[dict[str, Any]]:
        """Play to `end`; every derived event."""
        due = [self._next(START, child) for child in range(len(CHILDREN))]
        heapq.heapify(due)
        while due[0][0] < end:
            at, child, act = due[0]
            self._do(at, child, act)
            heapq.heapreplace(due, self._next(at, child))
        self.driver.advance_to(end)
        return self.driver.alerts

    def _next(self, last: Instant, child: int) -> tuple[Instant, int, Act]:
        cue = self._script.next(child)
        return last + cue.after, child, cue.act

    def _do(self, at: Instant, number: int, act: Act) -> None:
        home, child = CHILDREN[number]
        about: dict[str, Any] = {"placement_id": child.id}
        if act in (Act.CHECK, Act.CHECK_UNSENT):
            event = self._event(at, "check.recorded.v1", home.id, child.id, about | SEEN)
            if act is Act.CHECK:
                self.driver.feed(CHECK_INS, at, event)
            else:
                self._unsent.append(event)
        elif act is Act.SYNC:
            self.driver.feed(CHECK_INS, at, *self._unsent)
            self._unsent.clear()
        elif act is Act.LEAVE:
            expected = show_instant(at + AWAY_AT_MOST * CEILING // 100)
            away = about | {"reason": "school", "expected_end": expected}
            self._tell(PLAN_CHANGES, at, "disposition.started.v1", home.id, child.id, away)
        elif act is Act.RETURN:
            self._tell(PLAN_CHANGES, at, "disposition.ended.v1", home.id, child.id, about)
        else:
            concern = about | {"from": "family", "summary": "Invented."}
            self._tell(PLAN_CHANGES, at, "concern.received.v1", home.id, child.id, concern)

    def _tell(
        self, topic: str, at: Instant, type_: str, home: str, subject: str, data: dict[str, Any]
    ) -> None:
        self.driver.feed(topic, at, self._event(at, type_, home, subject, data))

    def _event(
        self, at: Instant, type_: str, home: str, subject: str, data: dict[str, Any]
    ) -> dict[str, Any]:
        event = {"id": f"sample-{next(self._ids)}", "type": type_, "subject": subject, "homeid": home}
        return {**event, "time": show_instant(at), "data": data}


def raised(alerts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (each["data"] for each in alerts if each["type"] == "alert.raised.v1")


@pytest.fixture(params=range(4), ids="seed-{}".format)
def night(request: pytest.FixtureRequest) -> Night:
    return Night(request.param)


def test_one_child_is_missed_within_two_minutes_and_the_late_check_closes_it(night: Night) -> None:
    alerts = night.until(START + 2 * MINUTE)
    first, *_ = (each for each in raised(alerts) if each["kind"] == "check_missed")
    assert first["placement_id"] == FORGOTTEN
    life = [each for each in alerts if each["subject"] == first["alert_id"]]
    assert [each["type"] for each in life] == ["alert.raised.v1", "alert.resolved.v1"]
    assert life[1]["data"]["how"] == "late"


def test_every_trouble_comes_again_and_again_and_each_closes_as_it_says(night: Night) -> None:
    alerts = night.until(START + 2 * HOUR)
    kinds = {each["alert_id"]: each["kind"] for each in raised(alerts)}
    ends = Counter(
        (kinds[each["subject"]], each["data"]["how"])
        for each in alerts
        if each["type"] == "alert.resolved.v1"
    )
    shown = {("check_missed", "late"), ("check_missed", "unreported")}
    shown |= {("child_away", "returned"), ("concern_raised", "restored")}
    assert set(ends) == shown
    assert all(count >= 8 for count in ends.values()), ends
    assert len(kinds) - sum(ends.values()) <= 1, (
        "one trouble at a time, and every one but the last has closed"
    )


def test_nothing_is_refused_nothing_worsens_and_only_what_the_scenes_mean_is_raised(night: Night) -> None:
    alerts = night.until(START + HOUR)
    assert not night.driver.refused
    assert not night.driver.set_aside
    assert {each["kind"] for each in raised(alerts)} == {"check_missed", "child_away", "concern_raised"}
    assert [each for each in alerts if each["type"] == "alert.worsened.v1"] == []


def test_the_same_seed_plays_the_same_night_and_another_seed_another() -> None:
    def cues(seed: int) -> list[tuple[Act, int]]:
        script = Script(len(CHILDREN), CEILING, seed)
        return [script.next(number % len(CHILDREN))[1:] for number in range(500)]

    assert cues(1) == cues(1)
    assert cues(1) != cues(2)


def test_who_is_forgotten_is_left_alone_for_longer_than_ceiling_and_grace_and_not_for_a_level() -> None:
    (step,) = TROUBLES[0].steps
    assert step.least * CEILING // 100 > CEILING + GRACE
    assert step.most * CEILING // 100 < 2 * CEILING + GRACE
