"""DOMAIN.md §6, the chain: a night for each sentence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pager.chain.parts import Chain, Reason
from services.pager.engine.keys import key_of
from shared.instants import HOUR, MINUTE, SECOND, show_instant
from tests.unit.pager.chained import NIGHT, POLICY, THERE, Story, alert, home


def test_the_chain_goes_from_who_is_there_to_the_commissioner_and_the_last_step_repeats() -> None:
    assert Story().told(34 * MINUTE) == [
        ("0:00", "night-1"),
        ("0:00", "home:H1"),
        ("3:00", "manager"),
        ("8:00", "deputy"),
        ("13:00", "responsible"),
        ("13:00", "commissioner:C1"),
        ("23:00", "responsible"),
        ("23:00", "commissioner:C1"),
        ("33:00", "responsible"),
        ("33:00", "commissioner:C1"),
    ]


def test_delays_count_from_when_the_step_before_was_really_sent() -> None:
    story = Story(sends=False)
    story.told(50 * SECOND)
    story.chain = replace(story.chain, sent_at=story.now)
    assert story.told(4 * MINUTE) == [("3:50", "manager")]


def test_a_step_of_which_nothing_is_heard_counts_as_failed() -> None:
    story = Story(sends=False)
    assert story.told(2 * MINUTE) == [("0:00", "night-1"), ("0:00", "home:H1"), ("1:30", "manager")]
    assert Reason.STUCK.value in story.reasons


def test_a_step_with_nobody_in_it_moves_on_at_once() -> None:
    story = Story(there=THERE | {"on_duty": (), "home_phone": (), "rota:managers": ()})
    assert story.told(1 * MINUTE) == [("0:00", "deputy")]


def test_a_step_whose_every_channel_failed_moves_on_at_once_as_far_as_the_last_resort() -> None:
    story = Story(fails=True)
    told = story.told(9 * MINUTE)
    assert told[-1] == ("0:00", "director")
    assert {at for at, _ in told} == {"0:00"}
    assert [person for _, person in story.told(2 * MINUTE)][:1] == ["responsible"], (
        "and the last step repeats"
    )


def test_it_stops_while_acknowledged_and_goes_on_at_the_next_step_when_reopened() -> None:
    story = Story()
    story.told(4 * MINUTE)
    story.change(state="acknowledged", acknowledged_by="manager", until=story.now + 10 * MINUTE, running=1)
    assert story.told(10 * MINUTE) == []
    story.change(state="raised", acknowledged_by=None, until=None, running=0)
    assert story.told(1 * MINUTE) == [("14:00", "deputy")]


def test_reopened_after_the_last_step_it_is_told_to_the_last_step_again() -> None:
    story = Story()
    story.told(14 * MINUTE)
    story.change(state="acknowledged", acknowledged_by="responsible", until=story.now + MINUTE, running=1)
    story.told(1 * MINUTE)
    story.change(state="raised")
    assert story.told(1 * MINUTE) == [("15:00", "responsible"), ("15:00", "commissioner:C1")]


def test_a_step_that_was_acknowledged_before_it_went_is_told_when_reopened() -> None:
    story = Story(sends=False)
    story.told()
    story.change(state="acknowledged", acknowledged_by="passer-by", until=NIGHT + 10 * MINUTE, running=1)
    story.told(10 * MINUTE)
    story.change(state="raised")
    again = story.queued()
    assert [(each.step, each.round, each.person) for each in again] == [(0, 1, "night-1"), (0, 1, "home:H1")]


def test_a_second_acknowledgement_running_tells_the_next_step_once_and_stays_quiet() -> None:
    story = Story()
    story.told(1 * MINUTE)
    story.change(state="acknowledged", acknowledged_by="night-1", until=NIGHT + 10 * MINUTE, running=1)
    assert story.told(9 * MINUTE) == []
    story.change(until=NIGHT + 20 * MINUTE, running=2)
    assert story.told(9 * MINUTE) == [("10:00", "manager")]
    assert story.reasons.count(Reason.AGAIN.value) == 1
    story.change(state="raised", until=None)
    assert story.told() == [("19:00", "deputy")]


def test_an_acknowledgement_that_ran_out_while_the_log_stands_still_keeps_nobody_quiet() -> None:
    story = Story()
    story.told(1 * MINUTE)
    story.change(state="acknowledged", acknowledged_by="night-1", until=NIGHT + 10 * MINUTE, running=1)
    assert story.told(12 * MINUTE) == [("11:00", "manager")]


def test_a_decline_moves_on_at_once_and_two_by_two() -> None:
    story = Story()
    story.told(1 * MINUTE)
    story.change(declined=1, declined_by=["night-1"])
    assert story.told(1 * MINUTE) == [("1:00", "manager")]
    story.change(declined=3, declined_by=["night-1", "home:H1", "manager"])
    assert [person for _, person in story.told()] == ["deputy", "responsible", "commissioner:C1"]


def test_declined_by_the_last_step_it_goes_to_the_last_resort() -> None:
    story = Story()
    story.told(14 * MINUTE)
    story.change(declined=1, declined_by=["responsible"])
    assert story.told(1 * MINUTE) == [("14:00", "director")]
    story.change(declined=2, declined_by=["responsible", "director"])
    assert story.told(1 * MINUTE) == []
    assert story.told(10 * MINUTE)[0][1] == "responsible"


def test_who_has_it_and_gives_it_up_moves_it_on() -> None:
    story = Story()
    story.told(1 * MINUTE)
    until = NIGHT + 10 * MINUTE
    story.change(state="acknowledged", acknowledged_by="night-1", until=until, running=1)
    story.told(1 * MINUTE)
    story.change(declined=1, declined_by=["manager"])
    assert story.told(1 * MINUTE) == [], "what another says is no news to whoever has it"
    story.change(declined=2, declined_by=["manager", "night-1"])
    assert story.told(1 * MINUTE) == [("3:00", "manager")]


def test_it_ends_when_resolved() -> None:
    story = Story()
    story.told(1 * MINUTE)
    story.change(state="resolved", how="late")
    assert story.told(2 * HOUR) == []


def test_it_never_turns_in_a_circle_where_nobody_is_there() -> None:
    story = Story(there={})
    assert story.told(1 * HOUR) == []
    assert story.looks <= 62
    story.there = dict(THERE)
    assert story.told(1 * MINUTE)[0][1] == "night-1"


def test_where_all_the_others_are_gone_those_who_are_there_are_told_again() -> None:
    story = Story(there={"on_duty": ("night-1",)})
    assert story.told(7 * MINUTE) == [("0:00", "night-1"), ("3:00", "night-1"), ("6:00", "night-1")]


def test_a_home_without_a_policy_tells_who_is_there_and_whoever_runs_the_system() -> None:
    story = Story(alert=alert(policy=None), home=home(policy=None))
    assert [person for _, person in story.told()] == ["night-1", "home:H1", "admin"]
    assert "commissioner:C1" in [person for _, person in story.told(3 * MINUTE)]


def test_the_policy_is_the_one_of_when_it_was_raised() -> None:
    changed = {**POLICY, "steps": [{"after": "PT0S", "who": ["deputy"]}]}
    assert Story(home=home(policy=changed)).told()[0][1] == "night-1"
    assert Story(alert=alert(policy=None), home=home(policy=changed)).told()[0][1] == "deputy"


def test_without_its_rows_it_goes_on_where_the_log_says_that_it_stood() -> None:
    story = Story(alert=alert(reached=1), now=NIGHT + 20 * MINUTE)
    assert story.told() == [("20:00", "deputy")]


# -- blind stretches and silences ------------------------------------------------------------------------------


def test_what_was_raised_in_a_blind_stretch_waits_for_the_phones_queues() -> None:
    story = Story(alert=alert(hold_until=NIGHT + MINUTE))
    assert story.told(30 * SECOND) == []
    assert story.told(MINUTE)[0] == ("1:00", "night-1")


def test_a_silence_holds_messages_back_and_what_is_open_at_its_end_is_sent_then() -> None:
    story = Story(home=home(silences=[_silence()]))
    assert story.told(29 * MINUTE) == []
    assert story.told(MINUTE)[0] == ("30:00", "night-1")


@pytest.mark.parametrize(
    "other",
    [
        {"covers": {"kinds": ["cover_gap"]}},
        {"covers": {"placement_id": "P2"}},
        {"second_by": None},
        {"second_by": "author"},
        {"until": show_instant(NIGHT + HOUR)},
        {"from": show_instant(NIGHT + MINUTE)},
    ],
)
def test_a_silence_that_does_not_cover_it_holds_nothing_back(other: dict[str, object]) -> None:
    assert Story(home=home(silences=[_silence() | other])).told()[0][1] == "night-1"


def _silence() -> dict[str, object]:
    return {
        "silence_id": "S1",
        "covers": {"kinds": ["check_missed"], "placement_id": "P1"},
        "from": show_instant(NIGHT),
        "until": show_instant(NIGHT + 30 * MINUTE),
        "author": "author",
        "second_by": "second",
    }


# -- home_silent -----------------------------------------------------------------------------------------------


def test_a_silent_homes_chain_begins_at_the_furthest_step_of_its_members() -> None:
    story = Story(alert=alert("home_silent", placement_id=None))
    story.others = {"M1": Chain("M1", 0), "M2": Chain("M2", 1), "M3": Chain("M3")}
    assert story.told()[0] == ("0:00", "manager")


def test_a_members_chain_stands_and_goes_on_from_where_the_homes_stood() -> None:
    story = Story()
    story.told(1 * MINUTE)
    story.change(joined="HS")
    assert story.told(20 * MINUTE) == []
    story.others = {"HS": Chain("HS", 2, 0, "next_step", NIGHT, story.now - 2 * MINUTE)}
    story.change(joined=None)
    assert story.told(10 * MINUTE)[0] == ("24:00", "responsible")


def test_a_member_that_nobody_was_told_of_is_told_when_the_home_is_heard_of_again() -> None:
    story = Story(sends=False)
    story.told()
    story.change(joined="HS")
    story.told(1 * MINUTE)
    story.others = {"HS": Chain("HS", 0, 0, "begins", NIGHT)}
    story.change(joined=None)
    first = story.queued()[0]
    assert (first.step, first.round, first.person) == (0, 1, "night-1")


# -- beside the chain ------------------------------------------------------------------------------------------


def test_the_commissioner_is_messaged_once_for_the_second_level_of_a_missed_check() -> None:
    story = Story()
    assert "commissioner:C1" not in [person for _, person in story.told(1 * MINUTE)]
    story.change(level=2)
    assert story.told() == [("1:00", "commissioner:C1")]
    story.change(level=3)
    assert story.told() == []


def test_the_commissioner_hears_of_every_concern_though_somebody_has_it() -> None:
    until = NIGHT + 10 * MINUTE
    story = Story(
        alert("concern_raised", state="acknowledged", acknowledged_by="night-1", until=until, running=1)
    )
    assert story.told() == [("0:00", "commissioner:C1")]


# -- notify ----------------------------------------------------------------------------------------------------


def test_what_wakes_nobody_is_told_at_eight_local_to_who_is_named_first() -> None:
    story = Story(alert("plan_missing", "notify"))
    assert story.told(24 * HOUR) == [("360:00", "manager")]


def test_reopened_it_is_told_once_more() -> None:
    story = Story(alert("plan_missing", "notify"))
    story.told(7 * HOUR)
    story.change(state="acknowledged", acknowledged_by="manager", until=story.now + HOUR, running=1)
    assert story.told(HOUR) == []
    story.change(state="raised")
    assert story.told(HOUR) == [("480:00", "manager")]


def test_where_nobody_is_named_it_is_the_last_resort_who_is_told() -> None:
    story = Story(alert("plan_missing", "notify"), there={"director": ("director",), "on_duty": ("night-1",)})
    assert story.told(24 * HOUR) == [("360:00", "director")]


def test_the_commissioner_hears_of_an_overdue_ligature_plan_review_by_day() -> None:
    story = Story(alert("ligature_plan_review_overdue", "notify"))
    assert story.told(24 * HOUR) == [("360:00", "manager"), ("360:00", "commissioner:C1")]


# -- whatever happens ------------------------------------------------------------------------------------------

_HAPPENS = st.lists(
    st.tuples(
        st.sampled_from(
            ["wait", "there", "fails", "acknowledge", "again", "reopen", "decline", "join", "part"]
        ),
        st.integers(0, 12 * MINUTE),
        st.sets(st.sampled_from(sorted(THERE))),
    ),
    max_size=12,
)


@given(_HAPPENS)
def test_it_never_turns_in_a_circle_repeats_no_telling_and_never_forgets_to_look_again(
    happens: list[tuple[str, int, set[str]]],
) -> None:
    story, told = Story(), set[tuple[int, int, str]]()
    for what, length, there in happens:
        _happen(story, what, there)
        until = story.now + length
        looks = 0
        while True:
            made = story.look()
            looks += 1
            assert looks < 100
            for each in made.queue:
                assert (each.step, each.round, each.person) not in told
                told.add((each.step, each.round, each.person))
            standing = made.reason in (Reason.JOINED, Reason.QUIET)
            assert standing or made.look_again <= story.now + 11 * MINUTE
            due = max(made.look_again, story.now)
            if due > until:
                break
            story.now = due
        story.now = until


def _happen(story: Story, what: str, there: set[str]) -> None:
    alert = story.alert
    quiet = alert.state == "acknowledged"
    if what == "there":
        story.there = {who: persons for who, persons in THERE.items() if who in there}
    elif what == "fails":
        story.fails = not story.fails
    elif what == "acknowledge" or (what == "again" and quiet):
        running = alert.running + 1 if what == "again" else 1
        until = story.now + 10 * MINUTE
        story.change(state="acknowledged", acknowledged_by="night-1", until=until, running=running)
    elif what == "reopen" and quiet:
        story.change(state="raised", acknowledged_by=None, until=None, running=0)
    elif what == "decline":
        story.change(declined=alert.declined + 1, declined_by=[*alert.declined_by, "night-1"])
    elif what == "join":
        story.change(joined="HS")
    elif what == "part":
        story.others = {"HS": Chain("HS", 1, 0, "begins", story.now, story.now if there else None)}
        story.change(joined=None)


def test_who_has_it_and_gives_it_up_moves_it_on_whatever_others_say_at_the_same_time() -> None:
    story = Story()
    story.look()
    story.now += SECOND
    story.change(state="acknowledged", acknowledged_by="night-1", until=NIGHT + 10 * MINUTE, running=1)
    story.look()
    story.change(declined=2, declined_by=("night-1", "manager"))
    assert [each.person for each in story.look().queue] == ["manager"]
    story.change(declined=3, declined_by=("night-1", "manager", "manager"))
    assert story.look().queue == ()


@pytest.mark.parametrize("who", [(), ("director",)])
def test_a_chain_that_had_come_further_than_its_policy_has_steps_goes_on_in_that(
    who: tuple[str, ...],
) -> None:
    short = {**POLICY, "steps": POLICY["steps"][:1]}
    story = Story(alert=alert(policy=None), home=home(policy=short))
    story.there = {"director": who}
    story.chain = Chain("A1", 5, 0, Reason.NEXT_STEP.value, NIGHT, NIGHT)
    story.now += 10 * MINUTE
    made = story.look()
    assert [each.person for each in made.queue] == list(who)
    assert made.reason is (Reason.REPEATS if who else Reason.NOBODY)


def test_where_all_rows_are_lost_no_receiver_takes_what_is_told_for_what_he_was_told_before() -> None:
    story, keys = Story(), list[str]()
    while story.now < NIGHT + 45 * MINUTE:  # the last step has been told three times
        keys += [key_of("A1", each) for each in story.look().queue]
        story.now += MINUTE
    again = Story(alert=alert(reached=3), now=story.now)
    told = again.look().queue
    assert [each.person for each in told] == ["responsible", "commissioner:C1"]
    assert not {key_of("A1", each) for each in told} & set(keys)
