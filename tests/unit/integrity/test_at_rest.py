"""What the integrity monitor comes back from."""

from services.integrity.model import IntegrityMonitor
from tests.simulation.logs import Reader
from tests.unit.home.told import plan, registered


def test_a_plan_that_was_told_before_its_home_is_there_after_a_death() -> None:
    """It waits for the home's zone; the registration is not about its placement, and brings it to life."""
    reader = Reader(IntegrityMonitor)
    reader.move(lambda course: course.take([plan(1, told="17:00"), registered("18:00")]))
    assert ("integrity_placements", b'{"home_id":"H1","placement_id":"P1"}') in reader.shown()
