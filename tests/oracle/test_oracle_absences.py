"""Nights worked out on paper from DOMAIN.md §2 and §3: absences, corrections, stays, and what is refused."""

import pytest

from tests.oracle.paper import Paper, interval

NIGHT = interval("22:00", "07:00", "PT30M")


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


def test_of_the_facts_with_one_id_the_first_stands() -> None:
    paper = Paper(NIGHT)
    paper.check("c1", "22:10")
    paper.check("c1", "22:30")
    assert paper.story("22:46") == ["22:45 raised check_missed since 22:10 deadline 22:40"]


def test_an_absence_replaced_at_its_first_instant_is_one_alert() -> None:
    paper = Paper()
    paper.away("d1", "school", "23:00", told="22:00")
    paper.away("d2", "hospital", "23:30", told="22:00")
    assert paper.story("23:31") == [
        "22:00 raised child_away since 22:00",
        "23:30 raised absence_expired since 23:30",
    ]


def test_an_absence_told_when_it_was_over_expires_at_its_start() -> None:
    paper = Paper()
    paper.away("d", "school", "21:30", told="22:00")
    assert sorted(paper.story("22:00")) == [
        "22:00 raised absence_expired since 21:30",
        "22:00 raised child_away since 22:00",
    ]


def test_another_start_of_a_promised_placement_replaces_the_promise() -> None:
    paper = Paper(NIGHT)
    again = {"placement_id": "P", "home_id": "H"}
    paper.fact("e", "placement.ended.v1", {"placement_id": "P", "reason": "Sample"}, "21:30")
    paper.fact("s2", "placement.started.v1", again, "21:40", "22:30")
    paper.fact("s3", "placement.started.v1", again, "21:50", "22:10")
    assert paper.refused() == []
    assert paper.story("22:46") == ["22:45 raised check_missed since 22:10 deadline 22:40"]


def test_a_withdrawn_check_settles_no_time_that_it_alone_had_settled() -> None:
    paper = Paper({"times": ["22:30"], "tolerance": "PT10M"})
    paper.check("c1", "22:10")
    paper.check("c2", "22:25")
    paper.withdraw("w", "c2", "22:50")
    assert paper.story("22:50") == ["22:50 raised check_missed since 22:10 deadline 22:40"]


def test_times_up_to_the_correction_are_not_asked_again_where_the_child_is_due_at_once() -> None:
    paper = Paper({"times": ["22:30", "23:00"], "tolerance": "PT10M"})
    paper.away("d", "other", "22:20", told="22:00")
    paper.check("c1", "22:25")
    paper.withdraw("w", "c1", "22:35")
    assert paper.story("23:16")[-1] == "23:15 raised check_missed since 22:25 deadline 23:10"
