"""DOMAIN.md §6: *a person's first message goes at once; what falls to the same person in the next 30 s goes as one at
their end, worst first with a count, but what is worse than the last one told goes at once.*"""

from tests.scenarios.pager.told import PagedNight


def three_children(night: PagedNight) -> PagedNight:
    return night.policy(["on_duty"]).child("P2").child("P3").until("22:17")


def test_what_falls_to_a_person_within_30_s_of_his_first_goes_as_one(night: PagedNight) -> None:
    three_children(night).missed("P1")
    night.until("22:17:10").missed("P2")
    night.until("22:17:29.999").missed("P3")
    night.until("22:18").page("check_missed", to="W1", at="22:17")
    night.page("check_missed", "check_missed", to="W1", at="22:17:30")


def test_after_30_s_the_next_goes_at_once(night: PagedNight) -> None:
    three_children(night).missed("P1")
    night.until("22:17:30").missed("P2")
    night.page("check_missed", to="W1", at="22:17").page("check_missed", to="W1", at="22:17:30")


def test_what_is_worse_than_the_last_one_told_goes_at_once_and_the_rest_worst_first(
    night: PagedNight,
) -> None:
    three_children(night).missed("P1")
    night.until("22:17:05").raised("cover_gap", {})
    night.until("22:17:10").raised("child_not_found")
    night.until("22:17:20").missed("P3")
    night.until("22:18").page("check_missed", to="W1", at="22:17")
    night.page("child_not_found", to="W1", at="22:17:10")
    night.page("check_missed", "cover_gap", to="W1", at="22:17:30")


def test_each_person_has_a_window_of_his_own(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).child("P2").until("22:17").missed("P1")
    night.until("22:19:50").missed("P2")
    night.until("22:20:10").page("check_missed", to="W1", at="22:17")
    night.page("check_missed", to="W1", at="22:19:50").page("check_missed", to="A", at="22:20")


def test_a_missing_child_goes_at_once_after_a_missed_check_and_heads_what_is_told_as_one(
    night: PagedNight,
) -> None:
    three_children(night).missed("P1")
    night.until("22:17:10").raised("child_missing", {"placement_id": "P2"})
    night.page("check_missed", to="W1", at="22:17").page("child_missing", to="W1", at="22:17:10")
    night.until("22:20").missed("P3")
    night.raised("child_missing", {"placement_id": "P3"})
    night.page("child_missing", "check_missed", to="W1", at="22:20")
