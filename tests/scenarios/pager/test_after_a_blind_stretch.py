"""DOMAIN.md §6, *After a blind stretch*: the first message waits 60 s; what the phones resolve is skipped."""

from tests.scenarios.pager.told import PagedNight


def blind(night: PagedNight) -> PagedNight:
    """From 22:00 to 22:20 the log's present stood still."""
    night.policy(["on_duty"], ["A"]).until("22:00")
    night.jump("22:20")
    night.clock += 1  # what was raised meanwhile is read after that
    return night


def test_the_first_message_waits_a_minute_and_the_chain_takes_its_time_from_there(night: PagedNight) -> None:
    blind(night).raised("check_missed", at="22:17")
    night.until("22:25").page("check_missed", to="W1", at="22:21").page("check_missed", to="A", at="22:24")


def test_what_the_phones_resolve_meanwhile_is_told_to_nobody(night: PagedNight) -> None:
    blind(night)
    alert = night.raised("check_missed", at="22:17")
    night.until("22:20:59").resolved(alert).until("22:40").nobody()


def test_what_is_raised_after_it_waits_for_nothing(night: PagedNight) -> None:
    blind(night).until("22:20:10").missed()
    night.page("check_missed", to="W1", at="22:20:10")


def test_a_chain_that_had_begun_before_it_is_not_held(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).until("22:17").missed()
    night.page("check_missed", to="W1", at="22:17").jump("22:25").page("check_missed", to="A", at="22:25")
