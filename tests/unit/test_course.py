"""The course of a log through one monitor: each fact once, in order, and one home's fault is its own."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from shared.course import CONFLICT, Course, MemorySeen
from shared.facts import Fact
from shared.home import Homes
from shared.instants import DAY, NEVER, Instant
from shared.log.base import Named
from shared.monitor import Effect, HomeFault, Row
from shared.topics import ALERTS, CHECK_INS, PLAN_CHANGES


class Bell:
    """A monitor that rings for every fact, and 10 ms after it; and that breaks where it is told to."""

    name = "bell"
    version = 1
    topics: Sequence[str] = (PLAN_CHANGES, CHECK_INS, ALERTS)
    tables: Sequence[str] = ()

    def __init__(self) -> None:
        self.homes = Homes()
        self.due: list[tuple[Instant, str]] = []
        self.breaks: set[str] = set()
        self.breaks_when_due: set[str] = set()
        self.dropped: list[str] = []
        self.calls: list[tuple[str, Instant | str]] = []

    def apply(self, fact: Fact) -> Iterable[Effect]:
        self.calls.append(("apply", fact.id))
        if fact.home_id in self.breaks:
            raise HomeFault(fact.home_id, ZeroDivisionError("poison"))
        self.due.append((fact.appended_at + 10, fact.home_id))
        return [ring(fact.home_id, fact.appended_at)]

    def advance(self, to: Instant) -> Iterable[Effect]:
        self.calls.append(("advance", to))
        while self.due and min(self.due)[0] < to:
            at, home = min(self.due)
            self.due.remove((at, home))
            if home in self.breaks_when_due:
                raise HomeFault(home, KeyError("rotten"))
            yield ring(home, at)

    def next_due(self) -> Instant:
        return min(self.due, default=(NEVER, ""))[0]

    def changed(self) -> Iterable[Row]:
        return []

    def restore(self, rows: Iterable[Row], clock: Instant) -> None:
        raise NotImplementedError("this bell has no rows")

    def drop(self, home_id: str) -> None:
        self.dropped.append(home_id)
        self.due = [(at, home) for at, home in self.due if home != home_id]


def ring(home: str, at: Instant) -> Effect:
    """One effect."""
    return Effect(ALERTS, home, f"{home}-{at}", at, {})


def check(
    id_: str,
    at: Instant,
    home: str = "H1",
    topic: str = CHECK_INS,
    type_: str = "check.recorded.v1",
    **data: Any,
) -> Fact:
    """A fact of no particular meaning."""
    return Fact(topic, at, home, id_, type_, "P1", "test", "S1", 0, 0, data)


def course_of(bell: Bell) -> Course:
    """A course with a memory."""
    seen = MemorySeen()
    return Course(bell, seen, seen.named)


def rung(effects: list[Effect]) -> list[str]:
    """Their ids."""
    return [effect.id for effect in effects]


def test_the_clock_is_put_to_an_instant_once_before_its_first_fact() -> None:
    bell = Bell()
    course_of(bell).take([check("a", 5), check("b", 5), check("c", 9)])
    assert bell.calls == [("advance", 5), ("apply", "a"), ("apply", "b"), ("advance", 9), ("apply", "c")]


def test_reaching_goes_forward_only_and_finishing_settles_the_last_instant() -> None:
    bell = Bell()
    course = course_of(bell)
    course.take([check("a", 5)])
    course.reach(5)
    course.reach(4)
    assert course.clock == 5
    course.finish(3)
    course.reach(8)
    assert course.clock == 8
    assert bell.calls == [("advance", 5), ("apply", "a"), ("advance", 5), ("advance", 8)]


def test_deadlines_strictly_before_the_present_fire() -> None:
    course = course_of(Bell())
    course.take([check("a", 5)])
    assert rung(course.reach(15).effects) == []
    assert rung(course.reach(16).effects) == ["H1-15"]


def test_the_same_fact_again_is_passed_over_and_another_under_its_id_refused() -> None:
    course = course_of(Bell())
    turn = course.take([check("a", 5), check("a", 6), check("a", 7, note="other words")])
    assert rung(turn.effects) == ["H1-5"]
    assert [(each.fact.appended_at, each.reason) for each in turn.refused] == [(7, CONFLICT)]
    assert CONFLICT.reason == "id_used"


def test_a_fact_that_may_not_stand_changes_nothing_and_is_told_with_its_reason() -> None:
    bell = Bell()
    lost = check("a", 5, type_="check.corrected.v1", check_id="nobody")
    turn = course_of(bell).take([lost])
    assert [(each.fact, each.reason.reason) for each in turn.refused] == [(lost, "unknown_check")]
    assert turn.effects == []
    assert ("apply", "a") not in bell.calls


def test_a_correction_is_judged_by_what_the_log_knows_of_the_check() -> None:
    course = course_of(Bell())
    turn = course.take([check("c1", 5), check("a", 6, type_="check.corrected.v1", check_id="c1")])
    assert turn.refused == []


def test_what_other_services_derived_is_neither_judged_nor_counted() -> None:
    course = course_of(Bell())
    turn = course.take([check("a", 5, topic=ALERTS), check("a", 6, topic=ALERTS)])
    assert rung(turn.effects) == ["H1-5", "H1-6"]


def test_a_fault_sets_one_home_aside_and_the_others_go_on() -> None:
    bell = Bell()
    bell.breaks = {"H2"}
    course = course_of(bell)
    poison = check("b", 5, home="H2")
    turn = course.take([check("a", 5), poison, check("c", 6, home="H2"), check("d", 6)])
    assert [(each.home_id, each.reason, each.fact) for each in turn.set_aside] == [
        ("H2", "ZeroDivisionError: poison", poison)
    ]
    assert rung(turn.effects) == ["H1-5", "H1-6"]
    assert bell.dropped == ["H2"]
    assert ("apply", "c") not in bell.calls
    assert course.aside == {"H2"}


def test_a_fault_while_time_passes_sets_one_home_aside_and_the_others_go_on() -> None:
    bell = Bell()
    bell.breaks_when_due = {"H2"}
    course = course_of(bell)
    course.take([check("a", 5, home="H2"), check("b", 6, home="H2"), check("c", 5), check("d", 7)])
    turn = course.reach(30)
    assert [(each.home_id, each.reason, each.fact) for each in turn.set_aside] == [
        ("H2", "KeyError: 'rotten'", None)
    ]
    assert rung(turn.effects) == ["H1-15", "H1-17"]
    assert course.clock == 30


def test_a_fact_that_acceptance_cannot_read_sets_its_home_aside() -> None:
    bell = Bell()
    unreadable = check("a", 5, type_="home.registered.v1", topic=PLAN_CHANGES)
    turn = course_of(bell).take([unreadable, check("b", 6, home="H2")])
    assert [(each.home_id, each.fact) for each in turn.set_aside] == [("H1", unreadable)]
    assert turn.set_aside[0].reason.startswith("KeyError")
    assert turn.refused == []
    assert rung(turn.effects) == ["H2-6"]


def test_the_facts_of_a_home_that_is_aside_are_passed_over_unjudged() -> None:
    """They are judged when the home is rebuilt, from the log."""
    bell = Bell()
    bell.breaks = {"H2"}
    turn = course_of(bell).take(
        [check("a", 5, home="H2"), check("a", 6, home="H2", note="other words"), check("b", 6)]
    )
    assert turn.refused == []
    assert rung(turn.effects) == ["H1-6"]


def test_homes_that_were_aside_before_stay_aside() -> None:
    bell, seen = Bell(), MemorySeen()
    course = Course(bell, seen, seen.named, clock=3, aside=["H2"])
    assert rung(course.take([check("a", 5, home="H2"), check("b", 5)]).effects) == ["H1-5"]


@pytest.mark.parametrize(("later", "verdict"), [(28 * DAY, "same"), (28 * DAY + 1, "new")])
def test_the_id_of_a_check_is_remembered_for_28_days(later: Instant, verdict: str) -> None:
    seen = MemorySeen()
    assert seen.take(check("a", 5)) == "new"
    assert seen.take(check("a", 5 + later)) == verdict


@pytest.mark.parametrize(("later", "verdict"), [(28 * DAY, "conflict"), (28 * DAY + 1, "new")])
def test_another_check_may_have_the_id_after_28_days(later: Instant, verdict: str) -> None:
    seen = MemorySeen()
    seen.take(check("a", 5))
    assert seen.take(check("a", 5 + later, note="other words")) == verdict


def test_every_other_id_is_remembered_for_ever() -> None:
    seen = MemorySeen()
    seen.take(check("a", 5, topic=PLAN_CHANGES))
    assert seen.take(check("a", 5 + 4000 * DAY, topic=PLAN_CHANGES)) == "same"


def test_one_id_in_two_homes_is_two_facts() -> None:
    seen = MemorySeen()
    assert [seen.take(check("a", 5)), seen.take(check("a", 5, home="H2"))] == ["new", "new"]


def test_what_was_seen_under_an_id_can_be_named() -> None:
    seen = MemorySeen()
    seen.take(check("a", 5))
    assert seen.named("H1", "a") == Named("a", "check.recorded.v1", "P1", 5)
    assert seen.named("H2", "a") is None
