"""The record of a night: what was seen when, by the facts' own times, and what the server knew at an instant."""

from datetime import date
from typing import Any

from services.checks.record import NightRecord, night_record
from services.checks.record.gaps import Gap
from shared.facts import Fact
from shared.instants import HOUR, MINUTE, Instant, parse_instant
from shared.replay import in_order
from shared.topics import CHECK_INS, PLAN_CHANGES

NIGHT = date(2026, 3, 2)
"""22:00 to 07:00 in London, where winter time is UTC; quarter hours, two minutes' grace."""


def at(text: str) -> Instant:
    """`22:15` of the evening, `02:00` of the morning after."""
    day = "2026-03-02" if text >= "12:00" else "2026-03-03"
    return parse_instant(f"{day}T{text}:00Z")


class Paper:
    """Facts written down by hand."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        plan = {"checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT15M"}]}
        home = {"time_zone": "Europe/London", "provider_id": "PR1", "rooms": ["R1"], "default_plan": plan}
        self.tell(PLAN_CHANGES, "home.registered.v1", "18:00", {**home, "home_id": "H1"})
        stay = {"home_id": "H1", "commissioner_id": "C1", "room": "R1", "suicide_risk": False}
        self.tell(PLAN_CHANGES, "placement.started.v1", "18:00", {**stay, "placement_id": "P1"})

    def tell(self, topic: str, type_: str, time: str, data: dict[str, Any], told: str | None = None) -> str:
        id_ = f"f{len(self.facts)}"
        observed = at(time)
        appended = observed if told is None else at(told)
        entered = observed if type_ != "check.recorded.v1" else observed + data.pop("entered_after", 0)
        fact = Fact(topic, appended, "H1", id_, type_, "P1", "test", "S1", observed, entered, data)
        self.facts.append(fact)
        return id_

    def check(self, time: str, told: str | None = None, **data: Any) -> str:
        seen = {"placement_id": "P1", "outcome": "seen", "sign_of_life": "breathing", "proof": "nfc"}
        return self.tell(CHECK_INS, "check.recorded.v1", time, {**seen, **data}, told)

    def checks(self, *times: str) -> None:
        for time in times:
            self.check(time)

    def record(self, as_of: str) -> NightRecord:
        return night_record(in_order(self.facts), "Europe/London", "P1", NIGHT, at(as_of))


def told(gap: Gap) -> tuple[str, str, str]:
    return clock(gap.start), clock(gap.end), gap.status


def clock(moment: Instant) -> str:
    minutes = (moment - at("12:00")) // MINUTE + 12 * 60
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def test_every_gap_is_told_once_from_where_the_rule_begins_to_where_it_ends() -> None:
    paper = Paper()
    paper.checks("22:10", "22:20")
    record = paper.record("22:30")
    assert [told(gap) for gap in record.gaps] == [
        ("22:00", "22:10", "on_time"),
        ("22:10", "22:20", "on_time"),
        ("22:20", "22:30", "on_time"),
    ]
    assert [gap.open for gap in record.gaps] == [False, False, True]


def test_a_check_after_due_is_late_and_one_after_the_grace_was_missed() -> None:
    paper = Paper()
    paper.checks("22:10", "22:26", "22:50")
    assert [told(gap) for gap in paper.record("22:50").gaps] == [
        ("22:00", "22:10", "on_time"),
        ("22:10", "22:26", "late"),
        ("22:26", "22:50", "missed"),
    ]


def test_a_check_that_was_synced_late_was_unreported_and_is_within_the_ceiling() -> None:
    paper = Paper()
    paper.check("22:10")
    paper.check("22:24", told="22:40")
    paper.check("22:38", told="22:40")
    record = paper.record("22:45")
    assert [told(gap) for gap in record.gaps[:3]] == [
        ("22:00", "22:10", "on_time"),
        ("22:10", "22:24", "unreported"),
        ("22:24", "22:38", "on_time"),
    ]
    assert record.compliance.time_share == record.compliance.gap_share == 1.0


def test_as_it_was_known_at_an_instant_the_late_synced_check_is_not_there() -> None:
    paper = Paper()
    paper.check("22:10")
    paper.check("22:24", told="22:38")
    record = paper.record("22:37")
    assert [told(gap) for gap in record.gaps] == [("22:00", "22:10", "on_time"), ("22:10", "22:37", "missed")]
    assert [event["type"] for event in record.alerts] == ["alert.raised.v1"]
    assert [event["type"] for event in paper.record("22:41").alerts] == [
        "alert.raised.v1",
        "alert.resolved.v1",
    ]


def test_compliance_is_the_share_of_time_and_of_gaps_within_the_ceiling() -> None:
    paper = Paper()
    paper.checks("22:15", "22:45", "23:00")
    compliance = paper.record("23:00").compliance
    assert (compliance.watched, compliance.overdue) == (HOUR, 15 * MINUTE)
    assert (compliance.time_share, compliance.gap_share) == (0.75, 2 / 3)
    assert compliance.longest is not None
    assert told(compliance.longest) == ("22:15", "22:45", "missed")


def test_what_is_retrospective_or_withdrawn_is_in_the_record_and_closes_no_gap() -> None:
    paper = Paper()
    paper.check("22:05", told="22:30", entered_after=25 * MINUTE)
    wrong = paper.check("22:10")
    data = {"check_id": wrong, "withdrawn": True, "reason": "sample", "changes": {}}
    paper.tell(CHECK_INS, "check.corrected.v1", "22:12", data)
    record = paper.record("22:14")
    assert [told(gap) for gap in record.gaps] == [("22:00", "22:14", "on_time")]
    assert [(check.valid, check.flags) for check in record.checks] == [(False, ("withdrawn", "corrected"))]
    later = paper.record("22:31")
    assert [check.flags for check in later.checks] == [("retrospective",), ("withdrawn", "corrected")]
    assert [told(gap) for gap in later.gaps] == [("22:00", "22:31", "missed")]


def test_no_gap_runs_while_the_child_is_away_and_a_return_by_a_check_ends_the_absence() -> None:
    paper = Paper()
    paper.check("22:10")
    away = {"placement_id": "P1", "reason": "hospital", "expected_end": "2026-03-03T06:00:00.000Z"}
    paper.tell(PLAN_CHANGES, "disposition.started.v1", "22:20", away)
    paper.checks("23:00", "23:10")
    record = paper.record("23:10")
    assert [told(gap) for gap in record.gaps] == [
        ("22:00", "22:10", "on_time"),
        ("22:10", "22:20", "on_time"),
        ("23:00", "23:10", "on_time"),
    ]
    assert [(clock(start), clock(end), why) for start, end, why in record.absences] == [
        ("22:20", "23:00", "hospital")
    ]


def test_the_last_gap_of_a_window_ends_with_it_and_no_time_is_counted_after() -> None:
    paper = Paper()
    paper.check("06:50")
    gaps = paper.record("11:00").gaps
    assert told(gaps[-1]) == ("06:50", "07:00", "on_time")


def test_a_fact_that_was_refused_is_not_in_the_record() -> None:
    paper = Paper()
    stay = {
        "placement_id": "P1",
        "home_id": "H1",
        "commissioner_id": "C9",
        "room": "R1",
        "suicide_risk": False,
    }
    paper.tell(PLAN_CHANGES, "placement.started.v1", "22:05", stay)
    assert [told(gap) for gap in paper.record("22:10").gaps] == [("22:00", "22:10", "on_time")]
