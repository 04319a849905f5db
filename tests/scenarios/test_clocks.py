"""DOMAIN.md §2: three clocks and the log's, one home at a time, a new life for every stay."""

from tests.scenarios.facts import (
    at_times,
    away,
    check,
    concern,
    ended,
    every,
    moved,
    not_found,
    plan,
    registered,
    started,
    withdrawn,
)
from tests.scenarios.night import Night


def test_the_clock_standing_at_t_means_that_every_deadline_before_t_has_fired_and_nothing_else(
    night: Night,
) -> None:
    night.watch(every(15)).until("22:17")
    night.expect.nothing()
    night.until("22:17:00.001")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_fact_puts_the_clock_to_its_instant_before_it_is_applied(night: Night) -> None:
    """No need to ask: the check of 22:20 finds that one was missed at 22:17."""
    night.watch(every(15))
    seen = night.at("22:20").tell(check())
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17").resolved("late", by=seen)


def test_a_reader_that_lags_raises_nothing_false_from_a_backlog_that_holds_the_check(night: Night) -> None:
    """All of it read hours later: what counts is when each fact was appended."""
    night.watch(every(15))
    for clock in ("22:10", "22:20", "22:30"):
        night.at(clock).tell(check())
    night.until("22:47")


def test_the_facts_of_one_instant_are_one_step(night: Night) -> None:
    """The check comes after the withdrawal, at the same instant: nothing was ever past."""
    night.watch(every(15)).at("22:05").tell(check())
    wrong = night.at("22:15").tell(check())
    night.at("22:25").tell(withdrawn(wrong), check())
    night.until("22:42")


def test_what_the_facts_of_an_instant_have_made_past_fires_with_that_instant(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(check())
    wrong = night.at("22:15").tell(check())
    night.at("22:25").tell(withdrawn(wrong))
    night.at("22:26").tell(not_found("P9"))
    night.expect.raised("check_missed", since="22:05", deadline="22:20", at="22:25")


def test_at_one_instant_changes_of_plan_and_place_come_before_checks(night: Night) -> None:
    """However they were sent: the child is placed, and the check of that instant is his."""
    night.at("18:00").tell(registered(every(15)))
    night.at("22:00").tell(check(), started())
    night.until("22:17")
    night.until("22:18")
    night.expect.raised("check_missed", since="22:00", deadline="22:15", at="22:17")


def test_at_one_instant_an_absence_comes_before_the_check_that_ends_it(night: Night) -> None:
    night.watch(every(15))
    night.at("22:10").tell(check(id="back"), away("P1", "school", "23:00"))
    night.expect.raised("child_away", since="22:10", at="22:10").resolved("returned", by="back")


def test_a_placement_counts_from_when_it_was_told(night: Night) -> None:
    night.at("18:00").tell(registered(every(15)))
    night.at("23:00").tell(started(time="21:00"))
    night.until("23:18")
    night.expect.raised("check_missed", since="23:00", deadline="23:15", at="23:17")


def test_an_end_counts_from_when_it_was_told(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    left = night.at("22:30").tell(ended(time="22:00"))
    missed.resolved("ended", by=left)


def test_a_placement_in_the_future_is_a_promise_that_starts_then(night: Night) -> None:
    night.at("18:00").tell(registered(every(15)), started(time="22:30"))
    night.until("22:48")
    night.expect.raised("check_missed", since="22:30", deadline="22:45", at="22:47")


def test_an_end_in_the_future_is_a_promise_that_starts_then(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(ended(time="22:17"))
    night.until("06:00")


def test_promises_for_one_instant_are_kept_in_the_order_in_which_they_were_told(night: Night) -> None:
    """The absence first, then the concern, which is raised absence or not; the one of 22:20 was told before both."""
    night.watch().at("21:10").tell(concern(time="22:20"))
    night.at("21:11").tell(away("P1", "school", "23:00", time="22:10"))
    night.at("21:12").tell(concern(time="22:10"))
    night.until("22:21")
    night.expect.raised("child_away", since="22:10", at="22:10")
    night.expect.raised("concern_raised", since="22:10", at="22:10").worsened(2, at="22:20")


def test_a_promised_end_comes_before_the_facts_of_that_instant(night: Night) -> None:
    night.watch().at("21:10").tell(ended(time="22:10"))
    night.at("22:10").tell(not_found())


def test_a_check_counts_from_when_the_child_was_seen(night: Night) -> None:
    night.watch(every(15)).at("22:14").tell(check(seen="22:01"))
    night.until("22:19")
    night.expect.raised("check_missed", since="22:01", deadline="22:16", at="22:18")


def test_a_correction_counts_from_when_it_was_told(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check())
    wrong = night.at("22:20").tell(check())
    night.at("22:30").tell(withdrawn(wrong, time="22:20"))
    night.until("22:31")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:30")


def test_every_home_is_watched_by_itself(night: Night) -> None:
    night.watch(every(15)).tell(registered(every(30), home="H2"), started("P2", home="H2"))
    night.at("22:10").tell(check("P1"))
    night.until("22:36")
    night.expect.raised("check_missed", "P1", since="22:10", deadline="22:25", at="22:27")
    night.expect.raised("check_missed", "P2", since="21:00", deadline="22:30", at="22:35", home="H2")


def test_one_placement_id_in_two_homes_is_two_placements(night: Night) -> None:
    night.watch(every(15)).tell(registered(every(15), home="H2"), started("P1", home="H2"))
    night.at("22:14").tell(check("P1"))
    night.until("22:18")
    night.expect.raised("check_missed", "P1", since="21:00", deadline="22:15", at="22:17", home="H2")


def test_a_move_to_another_home_is_an_end_here_and_a_start_there_with_the_plan_stated_again(
    night: Night,
) -> None:
    night.watch().tell(registered(every(60), home="H2"), plan(1, every(15)))
    night.at("21:30").tell(ended(), started(home="H2"))
    night.until("23:06")
    night.expect.raised(
        "check_missed", since="21:30", deadline="23:00", at="23:05", home="H2", plan_version=0
    )


def test_a_move_within_the_home_changes_no_deadline(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(moved())
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_placement_that_starts_again_begins_a_new_life(night: Night) -> None:
    """No check, no plan and no version number is carried over."""
    night.watch(every(15)).at("21:10").tell(plan(1, every(5)))
    night.at("22:04").tell(check())
    night.at("22:05").tell(ended())
    night.at("22:06").tell(started())
    night.at("22:07").tell(plan(1, every(20)))
    night.until("22:32")
    night.expect.raised("check_missed", since="22:06", deadline="22:26", at="22:31", plan_version=1)


def test_a_check_of_the_stay_before_satisfies_nothing_in_the_new_one(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(ended())
    night.at("22:10").tell(started())
    night.at("22:11").tell(check(seen="22:04"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_new_life_is_promised_nothing_of_the_old_one(night: Night) -> None:
    night.watch().at("21:10").tell(
        away("P1", "school", "23:00", time="22:10"),
        concern(time="22:20"),
        plan(1, every(5), effective="22:00"),
    )
    night.at("21:20").tell(ended(), started())
    night.until("06:00")


def test_a_placement_may_end_and_start_again_in_one_instant(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.at("22:20").tell(ended(), started())
    missed.resolved("ended")
    night.until("22:38")
    night.expect.raised("check_missed", since="22:20", deadline="22:35", at="22:37")


def test_the_same_night_is_told_by_the_same_ids_and_words() -> None:
    first, second = _a_night(), _a_night()
    assert first.driver.alerts == second.driver.alerts
    assert [event["type"] for event in first.driver.alerts] == [
        "alert.raised.v1",
        "alert.worsened.v1",
        "alert.resolved.v1",
    ]


def test_asking_more_often_what_time_it_is_changes_nothing() -> None:
    patient, restless = _a_night(), _a_night(asking=True)
    assert patient.driver.alerts == restless.driver.alerts


def _a_night(asking: bool = False) -> Night:
    night = Night().watch(every(15), at_times("23:00"))
    for minute in range(40 if asking else 0):
        night.until(f"22:{minute:02d}")
    night.at("22:40").tell(check())
    return night
