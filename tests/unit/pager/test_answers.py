"""*I have it* counts the moment it is read; what was decided about it takes its place. The monitor dies after every
step."""

from collections.abc import Iterator

import pytest

from services.pager.answers import LAPSES_AFTER
from shared.instants import MINUTE
from tests.unit.pager.desk_story import DeskStory


@pytest.fixture
def story() -> Iterator[DeskStory]:
    made = DeskStory().home().child("P1").until("22:17")
    yield made
    made.close()


def has_it(story: DeskStory, alert_id: str) -> tuple[str | None, int]:
    """Who has it, and how often running."""
    alert = story.alert(alert_id)
    assert (alert.state == "acknowledged") == (alert.acknowledged_by is not None)
    return alert.acknowledged_by, alert.running


def test_an_answer_stops_the_chain_before_it_is_decided_about(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    changed = story.alert(missed).changed
    story.until("22:18").has(missed, "A", "22:30")
    alert = story.alert(missed)
    assert has_it(story, missed) == ("A", 1)
    assert (alert.until, alert.action) == (story.instant("22:30"), "I look")
    assert [each.alert_id for each in story.changed_since(changed)] == [missed]


def test_who_says_no_time_has_it_as_long_as_is_usual(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.has(missed, "A")
    assert story.alert(missed).until == story.instant("22:27")


def test_an_answer_is_counted_once_whether_it_or_its_decision_is_read_first(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.has(missed, "A", "22:27").acknowledged(missed, "A", "22:27")
    assert has_it(story, missed) == ("A", 1)
    story.until("22:27").reopened(missed)
    assert has_it(story, missed) == (None, 1)
    story.until("22:28").has(missed, "A", "22:38")
    assert has_it(story, missed) == ("A", 2)
    story.until("22:29").acknowledged(missed, "A", "22:38", said="22:28")
    assert has_it(story, missed) == ("A", 2)
    story.until("22:30").acknowledged(missed, "B", "22:40").has(missed, "B", "22:40")
    assert has_it(story, missed) == ("B", 1)


def test_of_two_at_one_instant_the_first_has_it(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.has(missed, "A", "22:27").has(missed, "B", "22:28")
    assert has_it(story, missed) == ("A", 1)
    story.acknowledged(missed, "A", "22:27").has(missed, "B", "22:28")
    assert has_it(story, missed) == ("A", 1)


def test_the_decision_about_the_first_does_not_take_it_from_who_said_so_since(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.has(missed, "A", "22:27").until("22:18").has(missed, "B", "22:28")
    story.acknowledged(missed, "A", "22:27", said="22:17")
    assert has_it(story, missed) == ("B", 1)
    story.acknowledged(missed, "B", "22:28")
    assert has_it(story, missed) == ("B", 1)


def test_a_time_that_ran_out_before_does_not_take_it_from_who_said_so_since(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.acknowledged(missed, "A", "22:27").until("22:28").has(missed, "B", "22:38")
    story.reopened(missed, at="22:27")
    assert has_it(story, missed) == ("B", 1)


def test_an_answer_of_which_nobody_ever_hears_again_stops_nothing_for_long(story: DeskStory) -> None:
    assert LAPSES_AFTER == 2 * MINUTE
    missed = story.raised("check_missed")
    story.acknowledged(missed, "A", "22:27").until("22:18").has(missed, "B", "22:38").until("22:20")
    assert has_it(story, missed) == ("B", 1)
    story.until("22:21")
    assert has_it(story, missed) == ("A", 1), "as it stood"
    story.has(missed, "A", "22:40")
    assert has_it(story, missed) == ("A", 2)


def test_what_may_not_stand_stops_nothing(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.has(missed, "A", "22:27", action="").has(missed, "A", "23:17").has(missed, "A", "22:16")
    assert has_it(story, missed) == (None, 0)


def test_what_is_resolved_is_had_by_nobody_any_more(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    story.has(missed, "A", "22:27").resolved(missed).until("22:25")
    assert (story.alert(missed).state, story.open()) == ("resolved", [])


def test_an_answer_that_is_read_before_its_alert_is_not_lost(story: DeskStory) -> None:
    missed = story.raised("check_missed")
    twin = DeskStory().home().child("P1").until("22:17")
    try:
        twin.has(missed, "A", "22:27").declined(missed, "B").has("unknown", "A").until("22:18")
        assert twin.raised("check_missed", at="22:17") == missed
        assert has_it(twin, missed) == ("A", 1)
        assert (twin.alert(missed).declined, list(twin.alert(missed).declined_by)) == (1, ["B"])
        twin.acknowledged(missed, "A", "22:27", said="22:17").until("22:25")
        assert has_it(twin, missed) == ("A", 1)
    finally:
        twin.close()
