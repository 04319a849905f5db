"""A bug in one home is that home's: the checks monitor goes on watching every other."""

from typing import Any

from services.checks.model import ChecksMonitor
from services.checks.watch import Watch
from shared.course import Course, MemorySeen
from shared.instants import Instant
from shared.monitor import Effect
from tests.unit.home.told import at, away, registered, started


class Breaks(ChecksMonitor):
    """Has a bug that shows in H2 when time passes there."""

    def _fire(self, watch: Watch, due: Instant, at: Instant) -> list[Effect]:
        if watch.home_id == "H2":
            raise ZeroDivisionError("a bug")
        return super()._fire(watch, due, at)


def test_what_waits_for_the_end_of_an_instant_is_told_though_another_home_breaks_at_it() -> None:
    """In H1 an absence begins at 22:10, as promised, and is over already; in H2 one begins too, and breaks."""
    seen = MemorySeen()
    course = Course(Breaks(), seen, seen.named)
    told: list[Any] = [registered(), started()]
    told += [registered(home="H2"), started(home="H2")]
    told += [
        away("school", "21:30", "19:10", time="22:10"),
        away("school", "21:30", "19:10", time="22:10", home="H2"),
    ]
    course.take(sorted(told, key=lambda fact: fact.appended_at))
    turn = course.reach(at("22:10"))
    assert [each.home_id for each in turn.set_aside] == ["H2"]
    later = course.reach(at("22:11"))
    raised = [effect.event["data"]["kind"] for effect in (*turn.effects, *later.effects)]
    assert raised == ["child_away", "absence_expired"]
