"""DOMAIN.md §6, *One home, one page*: the chain of a home of which nothing is heard, and those of its members."""

from tests.scenarios.pager.told import PagedNight


def two_missed(night: PagedNight) -> tuple[str, str]:
    """P1 at 22:17 and P2 at 22:19; A was told of P1 at 22:20. It is 22:21."""
    night.policy(["on_duty"], ["A"], ["B"], ["C"], ["D"]).child("P2").until("22:17")
    first = night.missed("P1")
    night.until("22:19")
    second = night.missed("P2")
    night.until("22:21").page("check_missed", to="W1", at="22:17").page("check_missed", to="W1", at="22:19")
    night.page("check_missed", to="A", at="22:20")
    return first, second


def test_its_chain_begins_at_the_furthest_step_that_a_member_had_reached_and_theirs_stop(
    night: PagedNight,
) -> None:
    night.silent(*two_missed(night))
    night.until("22:25").page("home_silent", to="A", at="22:21").page("home_silent", to="B", at="22:24")


def test_two_missed_at_once_in_a_silent_home_are_one_page(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).child("P2").until("22:22")
    night.silent(night.missed("P1"), night.missed("P2"))
    night.until("22:26").page("home_silent", to="W1", at="22:22").page("home_silent", to="A", at="22:25")


def test_members_still_open_when_it_is_restored_go_on_from_where_its_chain_stood(night: PagedNight) -> None:
    first, second = two_missed(night)
    home = night.silent(first, second)
    night.until("22:25").page("home_silent", to="A", at="22:21").page("home_silent", to="B", at="22:24")
    night.check("P1").resolved(home).resolved(first)
    night.until("22:31").page("check_missed", to="C", at="22:27").page("check_missed", to="D", at="22:30")
    assert night.alert(second).joined is None


def test_cover_gaps_join_it_and_a_child_missing_or_not_found_is_paged_alone(night: PagedNight) -> None:
    night.silent(*two_missed(night))
    night.until("22:22").page("home_silent", to="A", at="22:21")
    night.raised("cover_gap", {})
    night.raised("one_to_one_gap")
    night.until("22:23").page("one_to_one_gap", to="commissioner:C1", at="22:22")
    lost = night.raised("child_missing")
    night.page("child_missing", to="W1", at="22:23")
    night.until("22:24").page("home_silent", to="B", at="22:24").resolved(lost)
    night.raised("child_not_found")
    night.page("child_not_found", to="W1", at="22:24")


def test_a_new_member_reopens_it_and_the_next_step_is_told(night: PagedNight) -> None:
    first, second = two_missed(night)
    home = night.silent(first, second)
    night.page("home_silent", to="A", at="22:21")
    night.until("22:22")
    for alert in (home, first, second):
        night.acknowledged(alert, "A", "22:52" if alert == home else "22:51")
    night.until("22:30").nobody()
    night.child("P3").missed("P3")
    night.reopened(home)
    night.until("22:31").page("home_silent", to="B", at="22:30")


def test_what_is_acknowledged_with_it_stays_so_when_it_is_restored(night: PagedNight) -> None:
    first, second = two_missed(night)
    home = night.silent(first, second)
    night.page("home_silent", to="A", at="22:21").until("22:22")
    for alert in (home, first, second):
        night.acknowledged(alert, "A", "22:52")
    night.until("22:30").check("P1").resolved(home).resolved(first)
    night.until("22:52").nobody().reopened(second)
    night.until("22:53").page("check_missed", to="B", at="22:52")


def test_the_commissioner_still_hears_of_a_members_second_level(night: PagedNight) -> None:
    first, second = two_missed(night)
    night.silent(first, second)
    night.page("home_silent", to="A", at="22:21").until("22:22").worsened(first, 2)
    night.page("check_missed", to="commissioner:C1", at="22:22")
