"""Nobody in the sample is real, and everything in it says so."""

from services.sample.cast import CEILING, COMMISSIONERS, GRACE, HOMES, MANAGER, PROVIDER, Pace
from services.sample.papers import tonight


def test_every_id_is_marked_as_sample_and_stands_once() -> None:
    ids = [PROVIDER, MANAGER, *COMMISSIONERS, *(home.id for home in HOMES)]
    ids += [worker for home in HOMES for worker in home.workers]
    ids += [child.id for home in HOMES for child in home.children]
    assert all(each.startswith("sample-") for each in ids)
    assert len(ids) == len(set(ids))


def test_a_plan_of_tonight_states_ceiling_and_grace_and_holds_at_any_hour() -> None:
    rule, _times = tonight(Pace(), 1).checks
    assert rule == {"name": "sample", "from": "00:00", "to": "00:00", "ceiling": "PT40S", "grace": "PT10S"}


def test_a_pace_shortens_ceiling_and_grace_alike() -> None:
    assert Pace.times(10) == Pace(CEILING // 10, GRACE // 10)
