"""What the log says of alerts and of on-call, as it lies on the desk. The monitor dies after every step."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.pager.desk import DeskHome
from shared.alerting import Resolution
from shared.facts import Fact
from tests.unit.pager.desk_story import DeskStory, policy


@pytest.fixture
def story() -> Iterator[DeskStory]:
    made = DeskStory().home().child("P1")
    yield made
    made.close()


def test_an_alert_is_on_the_desk_until_it_is_resolved_and_its_story_stays(story: DeskStory) -> None:
    missed = story.until("22:17").raised("check_missed")
    assert (story.open(), story.alert(missed).state, story.alert(missed).level) == ([missed], "raised", 1)
    story.until("22:32").worsened(missed, 2)
    assert story.alert(missed).level == 2
    story.until("22:33").resolved(missed)
    assert (story.open(), story.alert(missed).state, story.alert(missed).how) == ([], "resolved", "late")


def test_what_is_only_for_the_feed_is_not_on_the_desk(story: DeskStory) -> None:
    story.raised("child_away")
    plan = story.raised("plan_missing")
    assert story.open() == [plan]
    assert story.alert(plan).severity == "notify"


def test_whose_child_it_was_when_it_was_raised_stays(story: DeskStory) -> None:
    story.until("22:00").left("P1").until("22:10").child("P1", "C2").until("22:12")
    before = story.raised("check_missed", at="21:59")
    after = story.raised("concern_raised")
    home = story.raised("cover_gap", {})
    assert [story.alert(each).commissioner_id for each in (before, after, home)] == ["C1", "C2", None]


def test_a_change_can_be_asked_for_by_those_that_were_known_before(story: DeskStory) -> None:
    one = story.raised("check_missed")
    two = story.raised("cover_gap", {})
    known = story.alert(two).changed
    assert [each.alert_id for each in story.changed_since(0)] == [one, two]
    story.resolved(one)
    assert [(each.alert_id, each.state) for each in story.changed_since(known)] == [(one, "resolved")]
    assert [each.alert_id for each in story.changed_since(99)] == [two], "rows that were made anew"


def test_the_same_person_a_second_time_running_is_counted_whatever_came_between(story: DeskStory) -> None:
    missed = story.until("22:17").raised("check_missed")
    story.acknowledged(missed, "A", "22:27")
    assert (story.alert(missed).state, story.alert(missed).acknowledged_by) == ("acknowledged", "A")
    assert (story.alert(missed).until, story.alert(missed).action) == (story.instant("22:27"), "I look")
    story.until("22:27").reopened(missed)
    assert (story.alert(missed).state, story.alert(missed).acknowledged_by) == ("raised", None)
    story.acknowledged(missed, "A", "22:37")
    assert story.alert(missed).running == 2
    story.acknowledged(missed, "B", "22:38")
    assert story.alert(missed).running == 1
    story.acknowledged(missed, "A", "22:39")
    assert story.alert(missed).running == 1


def test_each_decline_is_counted_whoever_declines(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.declined(missed, "A").declined(missed, "B").declined("unknown", "A")
    assert (story.alert(missed).declined, list(story.alert(missed).declined_by)) == (2, ["A", "B"])


def test_a_button_that_is_pressed_without_end_is_counted_and_only_the_last_are_remembered(
    story: DeskStory,
) -> None:
    missed = story.raised("check_missed")
    for number in range(100):
        story.declined(missed, f"N{number}")
    assert (story.alert(missed).declined, story.alert(missed).declined_by[-1]) == (100, "N99")
    assert len(story.alert(missed).declined_by) == 20


def test_the_furthest_step_that_was_sent_is_how_far_the_chain_has_come(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    assert story.alert(missed).reached == -1
    story.paged(missed, 0).paged(missed, 2).paged(missed, 1)
    assert story.alert(missed).reached == 2


def test_members_of_a_silent_home_belong_to_it_until_it_is_heard_again(story: DeskStory) -> None:
    story.child("P2").child("P3")
    gap = story.raised("cover_gap", {})
    missing = story.raised("child_missing")
    one, two = (story.raised("check_missed", {"placement_id": each}) for each in ("P1", "P2"))
    silent = story.raised("home_silent", {}, members=[one, two])
    later = story.raised("check_missed", {"placement_id": "P3"})
    alone = story.raised("child_not_found", {"placement_id": "P3"})
    assert [story.alert(each).joined for each in (one, two, later)] == [silent] * 3
    assert [story.alert(each).joined for each in (gap, missing, alone, silent)] == [None] * 4
    story.paged(two, 0).paged(silent, 1).resolved(one).resolved(silent, Resolution.RESTORED)
    assert [story.alert(each).joined for each in (one, two, later)] == [None] * 3
    assert [story.alert(each).reached for each in (one, two, later)] == [-1, 1, 1], (
        "from where the chain stood"
    )


def test_the_policy_and_its_rotas_are_those_in_force_when_it_was_raised(story: DeskStory) -> None:
    early = story.until("21:00").raised("check_missed")
    story.rota("manager", "A").rota("other", "X").policy(["on_duty"], ["rota:manager"])
    story.until("22:00").policy(["rota:deputy"], time="23:00")
    frozen = story.until("22:17").raised("concern_raised")
    story.until("22:18").rota("manager", "B")
    late = story.until("22:20").raised("child_not_found", at="22:17")
    story.until("23:00")
    new = story.raised("child_missing")
    assert story.alert(early).policy is None
    assert story.alert(frozen).policy == policy(["on_duty"], ["rota:manager"])
    for each in (frozen, late):
        rotas = story.alert(each).rotas or {}
        assert {name: rota["weekly"][0]["person_id"] for name, rota in rotas.items()} == {"manager": "A"}
    assert story.alert(new).policy == policy(["rota:deputy"]) == story.house().policy
    assert story.alert(new).rotas == {}
    assert story.house().rotas["manager"]["weekly"][0]["person_id"] == "B"


def test_an_override_and_a_silence_are_there_from_when_they_were_told_until_they_are_over(
    story: DeskStory,
) -> None:
    story.until("22:00").override("manager", "C", "21:00", "23:00")
    story.silence("S1", "22:00", "22:30").silence("S2", "22:00", "22:20").silence(
        "S3", "23:00", "23:10", "22:40"
    )
    assert [each["person_id"] for each in story.house().overrides] == ["C"]
    assert [(each["silence_id"], each["author"]) for each in story.house().silences] == [
        ("S1", "S1"),
        ("S2", "S1"),
    ]
    story.fact("wakeful.plan-changes", "silence.ended.v1", {"silence_id": "S1"})
    assert ids(story.house()) == ["S2"]
    assert ids(story.until("22:20:00.001").house()) == []
    assert ids(story.until("22:41").house()) == ["S3"], "a promise that starts then"
    assert story.until("23:00:00.001").house().overrides == []


def test_a_silence_that_is_promised_may_be_ended_before_it_begins(story: DeskStory) -> None:
    story.until("22:00").silence("S1", "23:00", "23:10", "22:40")
    story.fact("wakeful.plan-changes", "silence.ended.v1", {"silence_id": "S1"})
    assert ids(story.until("22:41").house()) == []


def test_whoever_is_on_duty_stands_first_and_who_sleeps_last(story: DeskStory) -> None:
    story.until("21:00").shift("Z", "sleep_in").until("22:00").shift("B").shift("A", "one_to_one")
    assert list(story.house().on_duty) == ["A", "B", "Z"]
    story.fact("wakeful.night-cover", "cover.ended.v1", {"staff_id": "B"})
    assert list(story.house().on_duty) == ["A", "Z"]


def test_commissioners_are_those_whose_children_live_there(story: DeskStory) -> None:
    story.child("P2", "C2").child("P3", "C3", time="23:00")
    assert list(story.house().commissioners) == ["C1", "C2"]
    story.left("P1").until("23:00")
    assert list(story.house().commissioners) == ["C2", "C3"]
    assert (story.house().zone, story.house().provider_id) == ("Europe/London", "PR1")


def test_a_home_of_which_nothing_was_told_has_nobody(story: DeskStory) -> None:
    assert story.house("H9") == DeskHome("H9", None, "UTC", None, {}, [], [], [], [])


def test_on_call_may_be_told_before_the_home_is_registered() -> None:
    story = DeskStory()
    story.policy(["on_duty"])
    assert (story.house().policy, story.house().provider_id) == (policy(["on_duty"]), None)
    story.home()
    assert (story.house().policy, story.house().provider_id) == (policy(["on_duty"]), "PR1")
    story.close()


def test_what_was_raised_in_a_blind_stretch_waits_for_the_phones(story: DeskStory) -> None:
    story.dies = False
    before = story.until("22:00").raised("cover_gap", {})
    story.clock = story.instant("22:05")
    story.check("P1")  # appended while nobody could tell how far time had come
    story.jump("22:10").clock += 2_000
    inside = story.raised("check_missed", at="22:09:30")
    after = story.raised("concern_raised", at="22:10:01")
    hold = story.instant("22:11")
    assert [story.alert(each).hold_until for each in (before, inside, after)] == [None, hold, None]


def test_a_backlog_that_is_read_late_is_no_blind_stretch(story: DeskStory) -> None:
    """The pager alone was away: others went on raising, in time."""
    story.until("22:00")
    story.clock = story.instant("22:17")
    missed = story.raised("check_missed")
    story.jump("22:40").clock += 1
    later = story.raised("concern_raised")
    assert story.alert(missed).hold_until is None
    assert story.alert(later).hold_until is None


def ids(house: DeskHome) -> list[str]:
    return [each["silence_id"] for each in house.silences]


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("on_call.policy_set.v1", {"steps": [{"after": "soon", "who": ["A"]}], "repeat_last_every": "PT10M"}),
        ("on_call.policy_set.v1", {"steps": [{"after": "PT0S"}], "repeat_last_every": "PT10M"}),
        ("on_call.rota_set.v1", {"rota": "manager", "weekly": [{"person_id": "A", "days": ["someday"]}]}),
        ("on_call.override_set.v1", {"rota": "manager", "person_id": "A", "from": "now", "to": "later"}),
        (
            "silence.set.v1",
            {"silence_id": "S1", "covers": {"kinds": ["anomaly"]}, "from": "now", "until": "x"},
        ),
    ],
)
def test_on_call_that_cannot_be_read_costs_its_home_and_stops_nobodys_chain(
    story: DeskStory, type_: str, data: dict[str, Any]
) -> None:
    """The door would refuse it; nobody validates what a log holds."""
    when = story.clock
    fact = Fact("wakeful.plan-changes", when, "H1", "odd", type_, "H1", "test", "S1", when, when, data)
    turn = story.course.take([fact])
    assert [aside.home_id for aside in turn.set_aside] == ["H1"]
    story.home("H2")
    assert story.house("H2").provider_id == "PR1"
