"""DOMAIN.md §6, *The chain*: who is told when, what stops it, and where it goes on."""

from tests.scenarios.pager.told import PagedNight

DUTY_TEAM = ("C", "commissioner:C1")


def test_who_is_there_then_the_manager_the_deputy_and_the_duty_team_and_the_last_step_repeats(
    night: PagedNight,
) -> None:
    night.usual().until("22:17")
    alert = night.missed()
    night.until("22:51")
    night.page("check_missed", to=("W1", "home:H1"), at="22:17")
    night.page("check_missed", to="A", at="22:20").page("check_missed", to="B", at="22:25")
    for at in ("22:30", "22:40", "22:50"):
        night.page("check_missed", to=DUTY_TEAM, at=at)
    night.resolved(alert).until("23:30").nobody()


def test_delays_count_from_when_the_step_before_was_really_sent(night: PagedNight) -> None:
    """What falls to W1 within 30 s goes at their end: the page of 22:17:00 was sent at 22:17:20."""
    night.policy(["on_duty"], ["A"]).child("P2").until("22:16:50")
    first = night.missed("P2")
    night.until("22:17").missed()
    night.until("22:19").resolved(first).until("22:21")
    night.page("check_missed", to="W1", at="22:16:50").page("check_missed", to="W1", at="22:17:20")
    night.page("check_missed", to="A", at="22:20:20")


def test_a_step_with_nobody_in_it_moves_on_at_once(night: PagedNight) -> None:
    night.rota("deputy", "D").policy(["rota:nobody"], ["rota:deputy"], ["rota:no_one"], ["E"])
    night.until("22:17").missed()
    night.until("22:21").page("check_missed", to="D", at="22:17").page("check_missed", to="E", at="22:20")


def test_a_step_whose_every_channel_failed_moves_on_at_once_and_who_comes_back_gets_his_page(
    night: PagedNight,
) -> None:
    night.policy(["W1"], ["A"], ["B"]).down("W1").until("22:17").missed()
    night.until("22:18")
    assert night.operations() == []  # A was reached
    night.back("W1").until("22:21")
    night.page("check_missed", to="A", at="22:17")
    night.page("check_missed", to="W1", at="22:18:02")  # after 2, 4, 8, 16, 32 s
    night.page("check_missed", to="B", at="22:20")


def test_one_of_two_who_is_reached_is_enough_for_the_chain_to_take_its_time(night: PagedNight) -> None:
    night.policy(["W1", "W2"], ["A"]).down("W2").until("22:17").missed()
    night.until("22:21").page("check_missed", to="W1", at="22:17").page("check_missed", to="A", at="22:20")


def test_where_every_step_fails_the_last_resort_is_told_and_operations_hear_of_it(night: PagedNight) -> None:
    night.policy(["W1"], ["A"]).down("W1", "A").until("22:17").missed()
    night.until("22:18").page("check_missed", to="L", at="22:17")


def test_where_nobody_at_all_can_be_reached_whoever_runs_the_system_hears_of_it(night: PagedNight) -> None:
    night.policy(["W1"], ["A"]).down("W1", "A", "L").until("22:17").missed()
    night.until("22:18")
    assert night.operations() == ["page_undelivered"]


def test_where_every_step_is_empty_the_last_resort_is_told_and_again_every_ten_minutes(
    night: PagedNight,
) -> None:
    night.policy(["rota:nobody"]).until("22:17").missed()
    night.until("22:28").page("check_missed", to="L", at="22:17").page("check_missed", to="L", at="22:27")


def test_it_stops_while_acknowledged_and_goes_on_after_the_last_step_reached_when_reopened(
    night: PagedNight,
) -> None:
    night.policy(["on_duty"], ["A"], ["B"]).until("22:17")
    alert = night.missed()
    night.page("check_missed", to="W1", at="22:17")
    night.until("22:18").acknowledged(alert, "W1", "22:28")
    night.until("22:28").nobody().reopened(alert)
    night.until("22:32").page("check_missed", to="A", at="22:28").page("check_missed", to="B", at="22:31")


def test_reopened_after_the_last_step_that_one_is_told_again(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).until("22:17")
    alert = night.missed()
    night.until("22:21").page("check_missed", to="W1", at="22:17").page("check_missed", to="A", at="22:20")
    night.acknowledged(alert, "A", "22:31").until("22:31").reopened(alert)
    night.until("22:42").page("check_missed", to="A", at="22:31").page("check_missed", to="A", at="22:41")


def test_it_ends_when_resolved(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).until("22:17")
    alert = night.missed()
    night.until("22:19:59").resolved(alert)
    night.until("23:00").page("check_missed", to="W1", at="22:17")


def test_resolved_just_before_it_is_sent_it_is_skipped_and_that_is_recorded(night: PagedNight) -> None:
    night.policy(["on_duty"]).child("P2").until("22:17")
    night.missed("P2")
    night.until("22:17:10")
    alert = night.missed()
    night.until("22:17:20").resolved(alert).until("22:18")
    night.page("check_missed", to="W1", at="22:17").skipped(alert, "resolved", to="W1", at="22:17:30")


def test_acknowledged_just_before_it_is_sent_it_is_skipped_and_told_when_reopened(night: PagedNight) -> None:
    """The step was never reached: nobody of it has heard."""
    night.policy(["on_duty"], ["A"]).child("P2").until("22:17")
    first = night.missed("P2")
    night.until("22:17:10")
    alert = night.missed()
    night.until("22:17:20").acknowledged(alert, "M", "22:27:20").resolved(first)
    night.until("22:27:20").reopened(alert)
    night.page("check_missed", to="W1", at="22:17").skipped(alert, "acknowledged", to="W1", at="22:17:30")
    night.until("22:28").page("check_missed", to="W1", at="22:27:20")


def test_a_chain_that_has_begun_goes_on_while_the_log_stands_still(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"], ["B"]).until("22:17").missed()
    night.stands("22:24").page("check_missed", to="W1", at="22:17")
    heard = night.pages_of()
    assert [each.to for each in heard] == ["A", "B"]
    late = [each.at - night.instant(at) for each, at in zip(heard, ("22:20", "22:23"), strict=True)]
    assert all(0 <= each <= 5_000 for each in late)
