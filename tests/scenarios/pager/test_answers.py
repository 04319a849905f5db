"""DOMAIN.md §6: what an answer does to the chain. (Which answers stand: tests/scenarios/alerts.)"""

from tests.scenarios.pager.told import PagedNight


def missed(night: PagedNight) -> str:
    """W1 was told at 22:17 that P1 was missed; A, B and C come after him."""
    night.policy(["on_duty"], ["A"], ["B"], ["C"]).until("22:17")
    alert = night.missed()
    night.page("check_missed", to="W1", at="22:17")
    return alert


def test_acknowledged_a_second_time_running_by_the_same_person_the_next_step_is_told_and_then_it_is_quiet(
    night: PagedNight,
) -> None:
    alert = missed(night)
    night.until("22:18").acknowledged(alert, "W1", "22:28").until("22:28").reopened(alert)
    night.until("22:29").page("check_missed", to="A", at="22:28")
    night.acknowledged(alert, "W1", "22:39").page("check_missed", to="B", at="22:29")
    night.until("22:39").nobody().reopened(alert)
    night.until("22:40").page("check_missed", to="C", at="22:39")


def test_a_third_time_running_the_step_after_that_is_told(night: PagedNight) -> None:
    alert = missed(night)
    night.until("22:18").acknowledged(alert, "W1", "22:28")
    night.until("22:27").acknowledged(alert, "W1", "22:37").page("check_missed", to="A", at="22:27")
    night.until("22:36").acknowledged(alert, "W1", "22:46").page("check_missed", to="B", at="22:36")
    night.until("22:45").nobody()


def test_taken_over_by_somebody_else_no_further_step_is_told(night: PagedNight) -> None:
    alert = missed(night)
    night.until("22:18").acknowledged(alert, "W1", "22:28").until("22:28").reopened(alert)
    night.until("22:29").page("check_missed", to="A", at="22:28").acknowledged(alert, "A", "22:39")
    night.until("22:38").nobody()


def test_a_decline_moves_the_chain_on_at_once_and_delays_count_from_there(night: PagedNight) -> None:
    alert = missed(night)
    night.until("22:18").declined(alert, "W1").page("check_missed", to="A", at="22:18")
    night.until("22:22").page("check_missed", to="B", at="22:21")


def test_who_declines_what_is_resolved_moves_nothing(night: PagedNight) -> None:
    alert = missed(night)
    night.until("22:18").resolved(alert).declined(alert, "W1").until("22:30").nobody()


def test_whoever_was_told_hears_that_somebody_has_it_and_that_it_is_over(night: PagedNight) -> None:
    alert = missed(night)
    night.until("22:20").page("check_missed", to="A", at="22:20")
    night.until("22:21").acknowledged(alert, "A", "22:31").update(to="W1", at="22:21")
    night.until("22:25").resolved(alert).update(to="W1", at="22:25").update(to="A", at="22:25")


def test_had_once_more_where_the_last_step_cannot_be_reached_the_last_resort_is_told_once(
    night: PagedNight,
) -> None:
    night.policy(["W1"]).down("W1").until("22:17")
    alert = night.missed()
    night.page("check_missed", to="L", at="22:17")
    night.until("22:18").acknowledged(alert, "M", "22:28")
    night.until("22:27").acknowledged(alert, "M", "22:37").page("check_missed", to="L", at="22:27")
    night.until("22:36").nobody()
