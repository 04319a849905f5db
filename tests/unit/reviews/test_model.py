"""What the monitor does beside telling: a common check costs nothing, a home is dropped whole, many points are one row
each, and nothing that changes nothing is written."""

from collections.abc import Iterable
from typing import Any

import pytest

from services.reviews.model import ReviewsMonitor
from services.reviews.saved import DUE, HOMES, PLACEMENTS, POINTS
from shared.facts import Fact
from shared.instants import DAY, HOUR, Instant, parse_instant
from shared.monitor import HomeFault, Row
from shared.topics import CHECK_INS, PLAN_CHANGES
from tests.scenarios.facts import Said, registered
from tests.scenarios.review_facts import assessed, came, point, point_changed, suitable, whole

AT = parse_instant("2026-03-02T21:00:00.000Z")


class Told:
    """A monitor, and facts told to it at an instant."""

    def __init__(self) -> None:
        self.monitor = ReviewsMonitor()
        self.numbers = iter(range(1, 100_000))
        self.heard: list[dict[str, Any]] = []

    def tell(self, *said: Said, at: Instant = AT, home: str = "H1") -> None:
        for each in said:
            data = dict(each.data)
            if each.type == "plan.agreed.v1":
                data["effective_from"] = "2026-03-02T21:00:00.000Z"
            self.apply(PLAN_CHANGES, each.type, data, at, home)

    def apply(self, topic: str, type_: str, data: dict[str, Any], at: Instant, home: str = "H1") -> None:
        id_ = f"f{next(self.numbers)}"
        subject = data.get("placement_id", home)
        fact = Fact(topic, at, home, id_, type_, subject, "test", "S1", at, at, data)
        self.reach(at)
        self.heard += [effect.event["data"] for effect in self.monitor.apply(fact)]

    def reach(self, at: Instant) -> None:
        self.heard += [effect.event["data"] for effect in self.monitor.advance(at)]

    def rows(self) -> list[Row]:
        return list(self.monitor.changed())

    def check(self, at: Instant, placement: str = "P1") -> None:
        seen = {"placement_id": placement, "outcome": "seen", "sign_of_life": "breathing", "proof": "nfc"}
        self.apply(CHECK_INS, "check.recorded.v1", seen, at)


@pytest.fixture
def told() -> Told:
    told = Told()
    told.tell(registered(), suitable(), came(), whole(), assessed(point(due="2026-06-01")))
    told.rows()
    return told


def tables(rows: Iterable[Row]) -> list[str]:
    return sorted(row.table for row in rows)


def test_a_check_of_a_child_at_home_changes_nothing_at_all(told: Told) -> None:
    due = told.monitor.next_due()
    told.check(AT + HOUR)
    told.check(AT + HOUR, "P-unknown")
    assert told.rows() == []
    assert told.monitor.next_due() == due
    assert told.heard == []


def test_a_check_of_a_home_that_nobody_knows_makes_none(told: Told) -> None:
    seen = {"placement_id": "P1", "outcome": "seen", "sign_of_life": "breathing"}
    told.apply(CHECK_INS, "check.recorded.v1", seen, AT + HOUR, home="H9")
    assert list(told.monitor.homes.homes) == ["H1"]


def test_what_other_services_are_told_changes_nothing(told: Told) -> None:
    for type_ in ("concern.received.v1", "chronology.entry.v1", "silence.set.v1", "on_call.rota_set.v1"):
        told.apply(PLAN_CHANGES, type_, {"placement_id": "P1"}, AT + HOUR)
    told.apply(CHECK_INS, "check.corrected.v1", {"check_id": "c1", "withdrawn": True}, AT + HOUR)
    assert told.rows() == []


def test_a_fact_writes_the_rows_of_what_it_changes(told: Told) -> None:
    told.tell(suitable("2027-01-01"), at=AT + HOUR)
    assert tables(told.rows()) == [DUE, HOMES]
    told.tell(point_changed("AP1", "removed"), at=AT + 2 * HOUR)
    assert tables(told.rows()) == [HOMES, POINTS]
    told.tell(whole(2), at=AT + 3 * HOUR)
    assert tables(told.rows()) == [DUE, DUE, HOMES, PLACEMENTS]


def test_ten_thousand_anchor_points_are_each_watched_and_each_one_row(told: Told) -> None:
    many = [point(f"M{number}", due="2026-03-05") for number in range(10_000)]
    told.tell(assessed(*many), at=AT + HOUR)
    assert tables(told.rows()).count(POINTS) == 10_001  # and the one that is listed no more
    told.reach(AT + 4 * DAY)
    assert {alert["point_id"] for alert in told.heard} == {each["point_id"] for each in many}
    told.tell(point_changed("M7", "mitigated"), at=AT + 4 * DAY)
    told.rows()
    told.tell(point_changed("M8", "mitigated"), at=AT + 4 * DAY)
    assert tables(told.rows()) == [HOMES, POINTS]
    assert [alert["how"] for alert in told.heard[10_000:]] == ["restored", "restored"]


def test_a_home_is_dropped_whole_and_nothing_of_it_fires(told: Told) -> None:
    told.tell(registered(home="H2"), home="H2")
    told.tell(suitable("2027-01-01"), at=AT + HOUR)
    told.monitor.drop("H1")
    told.monitor.drop("H-unknown")
    assert {row.key["home_id"] for row in told.rows()} == {"H2"}
    told.reach(AT + 3650 * DAY)
    assert told.heard == []


def test_what_the_monitor_cannot_read_costs_that_home_alone(told: Told) -> None:
    with pytest.raises(HomeFault) as fault:
        told.apply(PLAN_CHANGES, "review.triggered.v1", {"placement_id": "P1"}, AT + HOUR)
    assert fault.value.home_id == "H1"
