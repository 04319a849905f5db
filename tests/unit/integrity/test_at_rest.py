"""What the integrity monitor comes back from."""

from services.integrity.model import IntegrityMonitor
from shared.facts import Fact
from tests.simulation.logs import Reader, Step
from tests.unit.home.told import at, ended, fact, plan, registered, started

COVER = {"from": "20:00", "to": "07:00", "waking_staff": 1}


def take(*facts: Fact) -> Step:
    return lambda course: course.take(facts)


def test_a_plan_that_was_told_before_its_home_is_there_after_a_death() -> None:
    """It waits for the home's zone; the registration is not about its placement, and brings it to life."""
    reader = Reader(IntegrityMonitor)
    reader.move(take(plan(1, told="17:00"), registered("18:00")))
    assert ("integrity_placements", b'{"home_id":"H1","placement_id":"P1"}') in reader.shown()


def test_a_promise_that_was_kept_and_changed_nothing_is_not_kept_again_after_a_death() -> None:
    """A stay that had not begun was to end; then it began, and a check of it is by somebody who is not on duty."""
    reader = Reader(IntegrityMonitor)
    reader.move(take(registered(default_plan={"checks": [], "night_cover": COVER}), ended("21:15", "21:25")))
    reader.move(lambda course: course.reach(at("21:25:00.001")))
    reader.die_and_come_back()
    reader.move(take(started("21:25:00.001")))
    seen = {
        "placement_id": "P1",
        "outcome": "seen",
        "sign_of_life": "moved",
        "view": "entered",
        "proof": "nfc",
    }
    reader.move(take(fact("check.recorded.v1", seen, "21:40")))
    assert [effect.event["data"]["facts"]["pattern"] for effect in reader.effects] == ["off_duty"]
