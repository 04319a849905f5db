"""Nights of cover worked out on paper from DOMAIN.md §4. The clocks jump at 01:00Z: 07:00 local is 06:00Z."""

import uuid

import pytest

from tests.oracle.cover import reading
from tests.oracle.cover.paper import CoverPaper
from tests.oracle.paper import at
from tests.oracle.telling import namespace


def test_a_night_that_begins_with_nobody_signed_in_is_a_gap_until_its_window_ends() -> None:
    paper = CoverPaper(to="23:00")
    assert paper.story("22:05") == []
    assert paper.story("23:30") == [
        "22:05 raised cover_gap since 22:00",
        "22:20 worsened cover_gap 2",
        "22:35 worsened cover_gap 3",
        "22:50 worsened cover_gap 4",
        "23:00 resolved cover_gap ended",
    ]


def test_a_gap_is_told_exactly() -> None:
    paper = CoverPaper(waking_staff=2)
    paper.start("A", "21:30")
    paper.start("B", "21:50")
    paper.rest("B", "22:10")
    paper.prove("A", "22:20")
    since, raised = "2026-03-28T22:10:00.000Z", "2026-03-28T22:15:00.000Z"
    alert_id = uuid.uuid5(namespace(), f'["cover_gap","H","H","{since}","{raised}",null]')
    assert paper.events("22:16") == [
        {
            "specversion": "1.0",
            "id": str(uuid.uuid5(alert_id, f'["alert.raised.v1","{raised}",null]')),
            "source": "wakeful/cover",
            "type": "alert.raised.v1",
            "subject": str(alert_id),
            "time": raised,
            "enteredat": raised,
            "homeid": "H",
            "actor": "wakeful",
            "datacontenttype": "application/json",
            "data": {
                "alert_id": str(alert_id),
                "kind": "cover_gap",
                "severity": "page",
                "home_id": "H",
                "since": since,
                "raised_at": raised,
                "facts": {"required": 2, "evidenced": 1, "lapsed": [], "on_break": ["B"]},
            },
        }
    ]
    assert paper.events("23:31")[-1]["data"] == {
        "alert_id": str(alert_id),
        "level": 6,
        "at": "2026-03-28T23:30:00.000Z",
        "facts": {"required": 2, "evidenced": 0, "lapsed": ["A"], "on_break": ["B"]},
    }


def test_a_shortage_that_ends_at_the_last_instant_of_grace_is_not_told() -> None:
    for told, story in (("22:05", []), ("22:05:00.001", ["22:05 raised cover_gap since 22:00"])):
        paper = CoverPaper()
        paper.start("A", told)
        assert paper.story("22:30")[:1] == story


def test_a_lapse_begins_exactly_at_the_last_proof_and_the_smallest_proof_every() -> None:
    paper = CoverPaper(proof_every="PT20M")
    paper.start("A", "22:00")
    paper.checked_by("A", "c1", "22:15", outcome="not_seen", sign_of_life=None)
    paper.checked_by("B", "c2", "22:30")
    assert paper.story("22:41") == ["22:40 raised cover_gap since 22:35"]
    assert paper.events("22:41")[0]["data"]["facts"]["lapsed"] == ["A"]


def test_a_plan_that_states_no_proof_every_means_an_hour() -> None:
    paper = CoverPaper()
    paper.start("A", "22:00")
    assert paper.story("23:06") == ["23:05 raised cover_gap since 23:00"]


@pytest.mark.parametrize(
    ("observed", "end"),
    [
        ("22:59:59.999", "23:10 resolved cover_gap unreported by A-proved-23:10"),
        ("23:00", "23:10 resolved cover_gap unreported by A-proved-23:10"),
        ("23:00:00.001", "23:10 resolved cover_gap restored by A-proved-23:10"),
    ],
)
def test_a_proof_that_came_late_closes_as_unreported_if_by_its_own_time_nothing_was_short(
    observed: str, end: str
) -> None:
    paper = CoverPaper()
    paper.start("A", "22:00")
    paper.prove("A", "23:10", time=observed)
    assert paper.story("23:30") == ["23:05 raised cover_gap since 23:00", end]


@pytest.mark.parametrize(("entered", "how"), [("22:15", "unreported"), ("22:15:00.001", "restored")])
def test_a_retrospective_end_of_a_break_counts_only_from_its_appended_at(entered: str, how: str) -> None:
    paper = CoverPaper()
    paper.start("A", "22:00")
    paper.rest("A", "22:10")
    paper.back_on_duty("A", "22:20", time="22:10", entered=entered)
    assert paper.story("22:30") == [
        "22:15 raised cover_gap since 22:10",
        f"22:20 resolved cover_gap {how} by A-break_ended-22:20",
    ]


def test_what_is_entered_afterwards_proves_nothing() -> None:
    paper = CoverPaper()
    paper.start("A", "22:10", time="21:55", entered="22:10")
    paper.prove("A", "22:12")
    assert paper.story("22:30") == [
        "22:05 raised cover_gap since 22:00",
        "22:12 resolved cover_gap restored by A-proved-22:12",
    ]


def test_a_proof_is_its_actors_whoever_it_speaks_of() -> None:
    paper = CoverPaper()
    paper.start("A", "21:30")
    paper.prove("A", "22:20", actor="B")
    assert paper.story("22:36") == ["22:35 raised cover_gap since 22:30"]


def test_a_relief_with_a_session_of_any_role_takes_the_place_until_the_break_ends() -> None:
    paper = CoverPaper()
    paper.start("S", "21:00", role="sleep_in")
    paper.start("A", "22:00")
    paper.rest("A", "22:10", relief="S")
    assert paper.story("22:40") == []
    assert paper.story("23:16")[0] == "23:15 raised cover_gap since 23:10"  # the break's start was a proof


@pytest.mark.parametrize("relief", [None, "N"])
def test_a_break_without_a_relief_who_is_there_is_a_gap(relief: str | None) -> None:
    paper = CoverPaper()
    paper.start("A", "22:00")
    paper.rest("A", "22:10", relief=relief)
    paper.back_on_duty("A", "22:30")
    assert paper.story("22:40") == [
        "22:15 raised cover_gap since 22:10",
        "22:30 resolved cover_gap restored by A-break_ended-22:30",
    ]


def test_a_relief_counts_once_in_the_place_of_the_break_that_began_first() -> None:
    paper = CoverPaper(waking_staff=1, dedicated=True)
    paper.with_child("O", "22:00")
    paper.start("A", "22:00")
    paper.rest("O", "22:10", relief="A")
    assert paper.story("22:16") == ["22:15 raised cover_gap since 22:10"]
    paper.back_on_duty("O", "22:17")
    assert paper.story("22:18")[-1] == "22:17 resolved cover_gap restored by O-break_ended-22:17"


def test_a_one_to_one_gap_is_told_after_two_minutes_and_worsens_every_five() -> None:
    paper = CoverPaper(waking_staff=0, dedicated=True)
    paper.start("A", "21:59")  # awake in the house, but not with the child
    paper.with_child("O", "22:10")
    assert paper.story("22:30") == [
        "22:02 raised one_to_one_gap since 22:00",
        "22:07 worsened one_to_one_gap 2",
        "22:10 resolved one_to_one_gap restored by O-started-22:10",
    ]
    raised = paper.events("22:30")[0]["data"]
    assert (raised["placement_id"], raised["facts"]) == ("P", {"plan_version": 1})


def test_an_absence_asks_for_nobody() -> None:
    paper = CoverPaper()
    paper.away("d", "hospital", "04:00", told="22:10")
    assert paper.story("23:00") == [
        "22:05 raised cover_gap since 22:00",
        "22:10 resolved cover_gap ended by d",
    ]
    paper.back("b", "23:00", time="23:30")
    assert paper.story("23:36")[2:] == ["23:35 raised cover_gap since 23:30"]


def test_a_handover_passes_the_session_on_once_it_is_accepted() -> None:
    paper = CoverPaper()
    paper.start("A", "22:00")
    paper.hand_over("A", "B", "22:50", accepted=False)
    assert paper.story("23:06") == ["23:05 raised cover_gap since 23:00"]
    paper.hand_over("A", "B", "23:10")
    assert paper.story("00:16")[1:] == [
        "23:10 resolved cover_gap restored by B-handed_over-23:10",
        "00:15 raised cover_gap since 00:10",
    ]


def test_a_one_to_one_session_longer_than_two_hours_is_told_and_runs_anew_after_a_break() -> None:
    paper = CoverPaper()
    paper.with_child("O", "19:30")
    paper.rest("O", "21:40")
    paper.back_on_duty("O", "21:45")
    paper.end("O", "23:50")
    assert [line for line in paper.story("23:59") if "overrun" in line] == [
        "21:30 raised observer_overrun since 19:30",
        "21:40 resolved observer_overrun restored by O-break_started-21:40",
        "23:45 raised observer_overrun since 21:45",
        "23:50 resolved observer_overrun ended by O-ended-23:50",
    ]
    raised = paper.events("23:59")[0]["data"]
    assert (raised["staff_id"], raised["severity"], raised["facts"]) == ("O", "notify", {"placement_id": "P"})
    assert "placement_id" not in raised


def test_a_break_at_exactly_two_hours_is_in_time() -> None:
    paper = CoverPaper()
    paper.with_child("O", "19:00")
    paper.rest("O", "21:00")
    assert paper.story("21:30") == []


def test_the_facts_of_one_instant_are_judged_as_a_whole() -> None:
    paper = CoverPaper()
    paper.start("A", "21:50")
    paper.end("A", "22:20")
    paper.start("B", "22:20")
    assert paper.story("22:40") == []


def test_a_start_that_is_told_for_later_is_a_promise_and_no_proof_of_then() -> None:
    paper = CoverPaper(proof_every="PT30M")
    paper.start("A", "21:50", time="22:03")
    assert paper.story("22:10") == []
    assert paper.story("22:26") == ["22:25 raised cover_gap since 22:20"]


def test_the_largest_number_and_the_smallest_interval_of_the_children_present_hold() -> None:
    paper = CoverPaper(waking_staff=1, proof_every="PT1H30M")
    paper.child("Q", "22:10")
    paper.agree(1, "22:10", child="Q", waking_staff=2, proof_every="PT15M")
    paper.start("A", "22:00")
    paper.start("B", "22:05")
    assert paper.story("22:21") == ["22:20 raised cover_gap since 22:15"]
    assert reading.refused(paper.lines, at("22:21")) == []


def test_a_relief_relieves_no_more_once_that_session_ends_whatever_begins_after() -> None:
    paper = CoverPaper()
    paper.start("R", "21:30", role="sleep_in")
    paper.start("A", "22:00")
    paper.rest("A", "22:10", relief="R")
    paper.start("R", "22:20", role="sleep_in")
    assert paper.story("22:26") == ["22:25 raised cover_gap since 22:20"]
    paper.rest("A", "22:30", relief="R")
    assert paper.story("22:31")[1:] == ["22:30 resolved cover_gap restored by A-break_started-22:30"]


def test_a_window_that_begins_in_the_missing_hour_begins_as_the_clocks_jump() -> None:
    paper = CoverPaper(**{"from": "01:30", "to": "03:00"})
    assert paper.story("02:00") == [
        "01:05 raised cover_gap since 01:00",
        "01:20 worsened cover_gap 2",
        "01:35 worsened cover_gap 3",
        "01:50 worsened cover_gap 4",
        "02:00 resolved cover_gap ended",
    ]
