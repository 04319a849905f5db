"""Nights worked out on paper from DOMAIN.md §2 and §3: the oracle must read the page as a person does."""

import json
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


def test_an_absence_stops_the_watch_and_its_end_starts_it_afresh() -> None:
    paper = Paper(NIGHT)
    paper.away("d", "home_leave", "23:00", told="22:10")
    paper.back("b", "22:50")
    assert paper.story("23:26") == [
        "22:10 raised child_away since 22:10",
        "22:50 resolved child_away returned by b",
        "23:25 raised check_missed since 22:50 deadline 23:20",
    ]
    assert paper.events("22:10")[0]["data"]["facts"] == {
        "reason": "home_leave",
        "expected_end": "2026-03-28T23:00:00.000Z",
    }


def test_a_check_is_a_return_and_the_watch_goes_on_from_it() -> None:
    paper = Paper(NIGHT)
    paper.away("d", "school", "23:00", told="22:10")
    paper.check("before", "22:09:59.999", told="22:20")
    paper.check("c", "23:10", told="23:30")
    story = paper.story("23:50")
    assert story[:2] == [
        "22:10 raised child_away since 22:10",
        "23:00 raised absence_expired since 23:00",
    ]
    assert sorted(story[2:4]) == [
        "23:30 resolved absence_expired returned by c",
        "23:30 resolved child_away returned by c",
    ]
    assert story[4:] == ["23:45 raised check_missed since 23:10 deadline 23:40"]


def test_a_missing_child_must_be_seen_whatever_is_said_of_the_absence() -> None:
    paper = Paper()
    paper.away("d1", "school", "23:00", told="22:00")
    paper.away("d2", "missing", "01:00", told="22:30")
    paper.back("b", "23:00")
    paper.check("before", "22:29", told="23:10")
    paper.check("seen", "22:30", told="23:20")
    assert sorted(paper.story("23:30")) == sorted(
        [
            "22:00 raised child_away since 22:00",
            "22:30 resolved child_away superseded by d2",
            "22:30 raised child_away since 22:30",
            "22:30 raised child_missing since 22:30",
            "23:00 resolved child_away returned by b",
            "23:20 resolved child_missing returned by seen",
        ]
    )


def test_what_is_promised_starts_then_and_an_end_while_none_is_open_cancels_it() -> None:
    paper = Paper()
    paper.away("d", "other", "23:30", told="21:30", time="22:20")
    assert paper.story("22:21") == ["22:20 raised child_away since 22:20"]
    paper.back("b", "21:40")
    assert paper.story("22:21") == []


def test_not_found_and_concerns_worsen_and_a_later_check_closes_them() -> None:
    paper = Paper()
    paper.check("n1", "22:00", told="22:02", outcome="not_found")
    paper.check("n2", "22:05", outcome="not_found")
    paper.fact("q1", "concern.received.v1", {"placement_id": "P", "from": "child"}, "22:06", "21:00")
    paper.check("c1", "22:05", told="22:07")
    paper.check("c2", "22:06", told="22:08")
    paper.check("c3", "22:06:00.001", told="22:09")
    paper.check("n3", "22:06", told="22:10", outcome="not_found")
    assert paper.story("22:11") == [
        "22:02 raised child_not_found since 22:00",
        "22:05 worsened child_not_found 2",
        "22:06 raised concern_raised since 22:06",
        "22:08 resolved child_not_found late by c2",
        "22:09 resolved concern_raised restored by c3",
    ]


@pytest.mark.parametrize(("told", "raised"), [("22:40", "22:45"), ("22:50", "22:50")])
def test_a_withdrawn_check_gives_the_deadline_back_to_the_one_before(told: str, raised: str) -> None:
    paper = Paper(NIGHT)
    paper.check("c1", "22:10")
    paper.check("c2", "22:30")
    paper.withdraw("w", "c2", told)
    assert paper.story("22:55") == [f"{raised} raised check_missed since 22:10 deadline 22:40"]


def test_where_the_remembered_check_is_gone_too_the_child_is_due_at_the_correction() -> None:
    paper = Paper(NIGHT)
    for fact_id, observed in (("c0", "22:05"), ("c1", "22:10"), ("c2", "22:30")):
        paper.check(fact_id, observed)
    paper.withdraw("w1", "c2", "22:35")
    paper.withdraw("w2", "c1", "22:36")
    assert paper.story("22:42") == ["22:41 raised check_missed since 21:00 deadline 22:36"]


def test_a_withdrawn_return_makes_the_child_due_and_does_not_reopen_the_absence() -> None:
    paper = Paper(NIGHT)
    paper.away("d", "other", "23:30", told="22:10")
    paper.check("c", "22:20")
    paper.withdraw("w", "c", "22:25")
    assert paper.story("22:31") == [
        "22:10 raised child_away since 22:10",
        "22:20 resolved child_away returned by c",
        "22:30 raised check_missed since 22:20 deadline 22:25",
    ]


def test_the_end_of_the_placement_closes_all_and_a_new_stay_begins_a_new_life() -> None:
    paper = Paper(NIGHT)
    paper.plan(1, interval("22:00", "07:00", "PT1H"), told="21:30", effective="21:30")
    paper.fact("q", "concern.received.v1", {"placement_id": "P", "from": "staff"}, "22:10")
    paper.fact("e", "placement.ended.v1", {"placement_id": "P", "reason": "Sample"}, "22:20")
    paper.fact("s2", "placement.started.v1", {"placement_id": "P", "home_id": "H"}, "22:20")
    assert paper.story("22:56") == [
        "22:10 raised concern_raised since 22:10",
        "22:20 resolved concern_raised ended by e",
        "22:55 raised check_missed since 22:20 deadline 22:50",
    ]


def test_a_lower_number_that_comes_later_never_takes_over() -> None:
    paper = Paper()
    paper.plan(2, interval("22:00", "07:00", "PT20M"), told="21:10", effective="22:30")
    paper.plan(1, interval("22:00", "07:00", "PT10M"), told="21:20", effective="23:00")
    story = paper.story("23:00")
    assert story == ["22:55 raised check_missed since 21:00 deadline 22:50"]
    assert paper.events("23:00")[0]["data"]["facts"]["plan_version"] == 2


def test_what_may_not_stand_is_refused_and_changes_nothing() -> None:
    paper = Paper()
    lower = {"lowers_protection": {"approver": "post:a", "reason": "Sample"}}
    paper.plan(1, interval("22:00", "07:00", "PT20M"), told="21:10", effective="21:10")
    paper.plan(1, interval("22:00", "07:00", "PT5M"), told="21:11", effective="21:11")
    paper.plan(2, interval("22:00", "07:00", "PT30M"), told="21:12", effective="21:12")
    paper.plan(2, interval("22:00", "06:00", "PT20M"), told="21:13", effective="21:13", **lower)
    paper.plan(3, NIGHT, interval("06:59", "08:00", "PT5M"), told="21:14", effective="21:14")
    paper.fact("again", "placement.started.v1", {"placement_id": "P", "home_id": "H"}, "21:15")
    paper.fact("zone", "home.registered.v1", {"home_id": "H", "time_zone": "Europe/Paris"}, "21:16")
    paper.away("long", "school", "09:17:00.001", told="21:17")
    paper.withdraw("nothing", "c9", "21:18")
    planned = [line["event"]["id"] for line in paper.lines if line["event"]["type"] == "plan.agreed.v1"]
    refused = [planned[1], planned[2], planned[4], "again", "zone", "long", "nothing"]
    assert paper.refused() == refused
    assert paper.story("22:26") == ["22:25 raised check_missed since 21:00 deadline 22:20"]
    paper.lines = [line for line in paper.lines if line["event"]["id"] not in refused]
    assert json.dumps(paper.events("06:00"))
    assert paper.refused() == []


def test_of_the_facts_with_one_id_the_first_stands() -> None:
    paper = Paper(NIGHT)
    paper.check("c1", "22:10")
    paper.check("c1", "22:30")
    assert paper.story("22:46") == ["22:45 raised check_missed since 22:10 deadline 22:40"]
