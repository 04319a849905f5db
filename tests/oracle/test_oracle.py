"""Nights worked out on paper from DOMAIN.md §2 and §3: deadlines, times, backlogs, and the bytes of an alert."""

import uuid

import pytest

from tests.oracle.paper import Paper, interval
from tests.oracle.telling import namespace

NIGHT = interval("22:00", "07:00", "PT30M")


def test_a_check_is_missed_when_due_and_grace_have_passed_and_not_before() -> None:
    paper = Paper(NIGHT)
    assert paper.story("22:35") == []
    assert paper.story("23:35") == [
        "22:35 raised check_missed since 21:00 deadline 22:30",
        "23:05 worsened check_missed 2",
    ]


def test_an_alert_is_told_exactly() -> None:
    paper = Paper(NIGHT)
    since, deadline, raised = (f"2026-03-28T{clock}:00.000Z" for clock in ("21:00", "22:30", "22:35"))
    about = f'["check_missed","H","P","{since}","{raised}",null]'
    alert_id = uuid.uuid5(namespace(), about)
    assert paper.events("22:36") == [
        {
            "specversion": "1.0",
            "id": str(uuid.uuid5(alert_id, f'["alert.raised.v1","{raised}",null]')),
            "source": "wakeful/checks",
            "type": "alert.raised.v1",
            "subject": str(alert_id),
            "time": raised,
            "enteredat": raised,
            "homeid": "H",
            "actor": "wakeful",
            "datacontenttype": "application/json",
            "data": {
                "alert_id": str(alert_id),
                "kind": "check_missed",
                "severity": "page",
                "home_id": "H",
                "placement_id": "P",
                "since": since,
                "deadline": deadline,
                "raised_at": raised,
                "facts": {"ceiling": "PT30M", "grace": "PT5M", "plan_version": 0},
            },
        }
    ]


def test_a_check_told_at_the_last_instant_of_grace_is_in_time() -> None:
    paper = Paper(NIGHT)
    paper.check("c1", "22:40", told="22:35")
    assert paper.story("22:40") == []


@pytest.mark.parametrize(("observed", "how"), [("22:30", "unreported"), ("22:30:00.001", "late")])
def test_a_check_that_was_done_in_time_and_came_late_closes_as_unreported(observed: str, how: str) -> None:
    paper = Paper(NIGHT)
    paper.check("c1", observed, told="22:35:00.001")
    assert paper.story("22:40") == [
        "22:35 raised check_missed since 21:00 deadline 22:30",
        f"22:35:00.001 resolved check_missed {how} by c1",
    ]


def test_an_hour_of_backlog_closes_an_alert_once_with_the_check_that_matters() -> None:
    paper = Paper(NIGHT)
    paper.check("c0", "22:10")
    for fact_id, observed in (("c1", "22:35"), ("c2", "23:05"), ("c3", "23:30")):
        paper.check(fact_id, observed, told="23:50")
    assert paper.story("00:06") == [
        "22:45 raised check_missed since 22:10 deadline 22:40",
        "23:15 worsened check_missed 2",
        "23:45 worsened check_missed 3",
        "23:50 resolved check_missed unreported by c3",
        "00:05 raised check_missed since 23:30 deadline 00:00",
    ]


def test_a_backlog_that_does_not_bring_the_child_within_the_ceiling_closes_nothing() -> None:
    paper = Paper(NIGHT)
    paper.check("c1", "22:29", told="23:31")
    paper.check("c2", "23:00", told="23:31")
    assert paper.story("23:31") == [
        "22:35 raised check_missed since 21:00 deadline 22:30",
        "23:05 worsened check_missed 2",
    ]
    paper.check("c3", "23:31")
    assert paper.story("23:31")[-1] == "23:31 resolved check_missed late by c3"


@pytest.mark.parametrize(
    ("was", "becomes", "told", "deadline", "raised"),
    [
        ("PT30M", "PT10M", "22:20", "22:30", "22:32"),  # min(max(22:45, 22:25), 22:30)
        ("PT10M", "PT30M", "22:20", "22:45", "22:50"),  # min(max(22:25, 22:45), 22:50)
        ("PT10M", "PT30M", "22:26", "22:25", "22:27"),  # overdue is overdue, with the grace of then
        ("PT10M", "PT30M", "22:25", "22:45", "22:50"),  # D has not passed when it is the instant itself
    ],
)
def test_a_new_ceiling_moves_the_deadline_by_the_formula(
    was: str, becomes: str, told: str, deadline: str, raised: str
) -> None:
    paper = Paper(interval("22:00", "07:00", was))
    paper.check("c0", "22:08")
    paper.check("c1", "22:15")
    paper.plan(1, interval("22:00", "07:00", becomes), told=told, effective=told)
    assert paper.story("22:51")[0] == f"{raised} raised check_missed since 22:15 deadline {deadline}"


def test_a_deadline_binds_only_before_the_end_of_its_window() -> None:
    rule = interval("22:00", "23:00", "PT30M")
    outside, inside = Paper(rule), Paper(rule)
    outside.check("c1", "22:30")
    inside.check("c1", "22:29:59.999")
    assert outside.story("06:00") == []
    assert inside.story("06:00") == [
        "23:04:59.999 raised check_missed since 22:29:59.999 deadline 22:59:59.999"
    ]


def test_an_alert_worsens_one_ceiling_after_the_next_rule_begins_where_none_is_in_force() -> None:
    paper = Paper(interval("22:00", "23:00", "PT30M", "PT35M"), interval("01:00", "02:30", "PT20M"))
    # 01:00 local does not exist that night: it is 01:00Z, and the window ends at 02:30 local = 01:30Z.
    assert paper.story("01:30") == [
        "23:05 raised check_missed since 21:00 deadline 22:30",
        "01:20 worsened check_missed 2",
    ]


@pytest.mark.parametrize(
    ("observed", "story"),
    [
        ("22:50", []),
        ("22:49:59.999", ["23:15 raised check_missed since 22:49:59.999 deadline 23:10"]),
    ],
)
def test_a_check_from_the_tolerance_before_a_time_settles_it(observed: str, story: list[str]) -> None:
    paper = Paper({"times": ["23:00"], "tolerance": "PT10M"})
    paper.check("c1", observed)
    assert paper.story("23:59") == story


@pytest.mark.parametrize(("observed", "how"), [("23:10", "unreported"), ("23:10:00.001", "late")])
def test_after_a_time_and_its_tolerance_a_check_is_late(observed: str, how: str) -> None:
    paper = Paper({"times": ["23:00"], "tolerance": "PT10M"})
    paper.check("c1", observed, told="23:20")
    assert paper.story("23:20")[-1] == f"23:20 resolved check_missed {how} by c1"
    assert paper.events("23:20")[0]["data"]["facts"] == {"grace": "PT5M", "plan_version": 0, "item": "23:00"}


def test_a_time_that_does_not_exist_is_the_instant_the_clocks_jump() -> None:
    paper = Paper({"times": ["01:30"]})
    assert paper.story("02:00") == ["01:20 raised check_missed since 21:00 deadline 01:15"]


def test_a_retrospective_entry_and_an_attempt_close_nothing() -> None:
    paper = Paper(NIGHT)
    paper.check("r", "22:20", told="22:25:00.001", entered="22:25:00.001")
    paper.check("a", "22:26", outcome="not_seen")
    paper.check("s", "22:27", sign_of_life=None)
    assert paper.story("22:36") == ["22:35 raised check_missed since 21:00 deadline 22:30"]
    paper.check("ok", "22:20", told="22:37", entered="22:25")
    assert paper.story("22:37")[-1] == "22:37 resolved check_missed unreported by ok"


def test_a_time_ahead_of_the_log_by_more_than_a_minute_is_read_as_the_logs() -> None:
    for ahead, raised in (("22:21", "22:56"), ("22:21:00.001", "22:55")):
        paper = Paper(NIGHT)
        paper.check("c1", ahead, told="22:20")
        assert paper.story("23:00")[0].startswith(f"{raised} raised")


def test_a_plan_told_before_its_placement_holds_from_the_start() -> None:
    paper = Paper(start="22:10")
    paper.plan(1, NIGHT, told="20:30", effective="20:30")
    assert paper.story("22:46") == ["22:45 raised check_missed since 22:10 deadline 22:40"]


def test_one_alert_is_open_at_most_and_the_earliest_deadline_raises_it() -> None:
    paper = Paper(interval("22:00", "07:00", "PT1H"), {"times": ["22:30"], "tolerance": "PT20M"})
    paper.check("c1", "22:09:59.999")
    assert paper.story("23:36") == [
        "22:55 raised check_missed since 22:09:59.999 deadline 22:50",
    ]
    paper.check("c2", "23:40")
    assert paper.story("23:56") == [
        "22:55 raised check_missed since 22:09:59.999 deadline 22:50",
        "23:40 resolved check_missed late by c2",
    ]


def test_facts_after_the_given_instant_are_not_read() -> None:
    paper = Paper(NIGHT)
    paper.check("c1", "22:20", told="22:40")
    assert paper.story("22:39:59.999") == ["22:35 raised check_missed since 21:00 deadline 22:30"]
    assert paper.story("22:40")[1:] == ["22:40 resolved check_missed unreported by c1"]
