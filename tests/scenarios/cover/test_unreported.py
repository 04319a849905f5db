"""*It is resolved `ended` where nothing is required any more; else `unreported` where the cover facts' and checks' own
times, as known now, show evidenced ≥ required for all of [s, now), a retrospective fact counting only from its
`appended_at`, and what was required being as it stood on the log's clock; else `restored`.* (DOMAIN.md §4, Gaps)"""

import pytest

from tests.scenarios.cover_facts import (
    agreed,
    asks,
    checked,
    child_gap,
    gap,
    handed_over,
    house,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
    with_child,
)
from tests.scenarios.night import Heard, Night

pytestmark = pytest.mark.services("cover")


def lapsed(night: Night) -> Heard:
    """W1's proof has lapsed at 23:00, as far as is known at 23:10."""
    house(night).at("22:00").tell(on_duty("W1"))
    night.until("23:10")
    return gap(night, since="23:00", at="23:05")


@pytest.mark.parametrize(
    ("observed", "how"),
    [
        ("22:59:59.999", "unreported"),
        ("23:00", "unreported"),
        ("23:00:00.001", "restored"),
    ],
)
def test_a_proof_that_came_late_shows_that_nothing_was_short(night: Night, observed: str, how: str) -> None:
    short = lapsed(night)
    late = night.at("23:10").tell(checked("W1", observed))
    night.until("23:11")
    short.resolved(how, at="23:10", by=late)


def test_a_proof_that_came_so_late_that_it_has_lapsed_again_ends_nothing(night: Night) -> None:
    short = lapsed(night)
    night.at("23:12").tell(proved("W1", "22:12"))
    night.until("23:21")
    short.worsened(2, at="23:20")


def test_a_backlog_of_proofs_shows_it_as_a_whole(night: Night) -> None:
    house(night, asks(proof=15)).at("22:00").tell(on_duty("W1"))
    night.until("22:56")
    short = gap(night, since="22:15", at="22:20").worsened(2, at="22:35").worsened(3, at="22:50")
    night.at("22:56").tell(*(proved("W1", time) for time in ("22:14", "22:28", "22:43", "22:55")))
    night.until("22:57")
    short.resolved("unreported", at="22:56", by="cover-6")


def test_one_that_is_lacking_in_between_shows_that_it_was_short(night: Night) -> None:
    house(night, asks(proof=15)).at("22:00").tell(on_duty("W1"))
    night.until("22:56")
    short = gap(night, since="22:15", at="22:20").worsened(2, at="22:35").worsened(3, at="22:50")
    night.at("22:56").tell(*(proved("W1", time) for time in ("22:14", "22:43", "22:55")))
    night.until("22:57")
    short.resolved("restored", at="22:56", by="cover-5")


def test_what_came_before_the_last_fact_of_the_shortage_counts_too(night: Night) -> None:
    """A proof told at 22:40 that did not end it is part of what shows it at 22:56."""
    house(night, asks(proof=15)).at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(proved("W1", "22:14"))
    night.at("22:45").tell(proved("W1", "22:29"))
    last = night.at("22:46").tell(proved("W1", "22:44"))
    night.until("22:47")
    short = gap(night, since="22:15", at="22:20").worsened(2, at="22:35")
    short.resolved("unreported", at="22:46", by=last)


@pytest.mark.parametrize(("observed", "how"), [("22:00", "unreported"), ("22:00:00.001", "restored")])
def test_a_start_that_came_late_shows_it(night: Night, observed: str, how: str) -> None:
    house(night)
    night.until("22:20")
    short = gap(night, since="22:00", at="22:05")
    late = night.at("22:20").tell(on_duty("W1", observed))
    night.until("22:21")
    short.resolved(how, at="22:20", by=late)


def test_a_retrospective_start_counts_only_from_when_it_was_told(night: Night) -> None:
    house(night)
    night.until("22:10")
    short = gap(night, since="22:00", at="22:05")
    night.at("22:10").tell(on_duty("W1", "21:55", entered="22:10"))
    awake = night.at("22:12").tell(checked("W1"))
    night.until("22:13")
    short.resolved("restored", at="22:12", by=awake)


def test_an_end_that_came_late_shows_that_it_was_short_all_the_same(night: Night) -> None:
    """W2's start says that he was there from 21:50; his end, that he was not from 22:10 to 22:15."""
    house(night)
    night.until("22:20")
    short = gap(night, since="22:00", at="22:05")
    late = night.at("22:20").tell(on_duty("W2", "21:50"), off_duty("W2", "22:10"), on_duty("W2", "22:15"))
    night.until("22:21")
    short.resolved("restored", at="22:20", by=late)


def test_a_break_that_ended_before_it_was_told_is_seen_by_its_own_times(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"), on_duty("W2", role="sleep_in"))
    night.at("22:10").tell(rest("W1"))
    night.until("22:16")
    short = gap(night, since="22:10", at="22:15")
    late = night.at("22:20").tell(rested("W1", "22:10"))
    night.until("22:21")
    short.resolved("unreported", at="22:20", by=late)


def test_a_relief_who_was_named_in_a_fact_that_came_late_was_there(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"), on_duty("W2", role="sleep_in", by="RM1"))
    night.at("22:10").tell(rest("W1"))
    night.until("22:16")
    short = gap(night, since="22:10", at="22:15")
    late = night.at("22:20").tell(rest("W1", "W2", "22:10"))
    night.until("22:21")
    short.resolved("unreported", at="22:20", by=late)


def test_a_handover_that_came_late_was_accepted_when_it_was(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:30").tell(off_duty("W1"))
    night.until("22:36")
    short = gap(night, since="22:30", at="22:35")
    night.at("22:40").tell(handed_over("W1", "W2", "22:29"))  # from nobody, on the log's clock
    came = night.at("22:41").tell(on_duty("W2"))
    night.until("22:42")
    short.resolved("unreported", at="22:41", by=came)


def test_what_was_required_is_as_it_stood_on_the_logs_clock(night: Night) -> None:
    """Two were asked for from 22:20 to 22:30; by own times there was one."""
    house(night)
    night.at("22:20").tell(agreed(1, asks(2)))
    night.at("22:30").tell(agreed(2, asks(1)))
    night.until("22:40")
    short = gap(night, since="22:00", at="22:05", required=1)
    short.worsened(2, at="22:20", required=2).worsened(3, at="22:35", required=1)
    late = night.at("22:40").tell(on_duty("W1", "21:50"))
    night.until("22:41")
    short.resolved("restored", at="22:40", by=late)


def test_so_is_how_often_a_proof_was_asked_for(night: Night) -> None:
    """Every 10 min from 22:20 to 22:25: the proof of 22:00 does not hold then, though it does before and after."""
    house(night)
    night.at("22:20").tell(agreed(1, asks(proof=10)))
    night.at("22:25").tell(agreed(2, asks()))
    night.until("22:30")
    short = gap(night, since="22:00", at="22:05").worsened(2, at="22:20")
    late = night.at("22:30").tell(on_duty("W1", "22:00"))
    night.until("22:31")
    short.resolved("restored", at="22:30", by=late)


def test_where_nothing_is_required_any_more_it_is_ended_whatever_is_shown(night: Night) -> None:
    house(night)
    night.until("22:20")
    short = gap(night, since="22:00", at="22:05")
    why = night.at("22:20").tell(on_duty("W1", "21:50"), agreed(1, None))
    night.until("22:21")
    short.resolved("ended", at="22:20", by=why)


def test_a_child_with_somebody_for_himself_likewise(night: Night) -> None:
    house(night, asks(0, dedicated=True))
    night.until("22:06")
    short = child_gap(night, since="22:00", at="22:02")
    late = night.at("22:06").tell(with_child("W1", time="21:59"))
    night.until("22:06:30")
    short.resolved("unreported", at="22:06", by=late)


def test_a_proof_of_somebody_else_shows_nothing(night: Night) -> None:
    short = lapsed(night)
    night.at("23:11").tell(proved("W2", "22:50"))
    night.at("23:12").tell(proved("W1", "22:50", by="W2"))
    night.until("23:21")
    short.worsened(2, at="23:20")


def test_each_of_two_shortages_is_asked_from_when_it_began(night: Night) -> None:
    """The child is short from 22:00, the house from 22:55; what comes at 23:10 shows the one and not the other."""
    house(night, asks(1, dedicated=True)).at("21:55").tell(on_duty("W1"))
    night.until("22:01")
    night.at("22:03").tell(agreed(1, asks(1, dedicated=True)))
    night.until("23:10")
    alone = child_gap(night, since="22:00", at="22:02")
    for level in range(2, 14):
        minutes = 22 * 60 + 2 + 5 * (level - 1)
        if minutes == 23 * 60 + 2:
            short = gap(night, since="22:55", at="23:00", lapsed=["W1"])
        alone.worsened(level, at=f"{minutes // 60}:{minutes % 60:02d}")
    alone.worsened(14, at="23:07")
    late = night.at("23:10").tell(proved("W1", "22:54"))
    came = night.at("23:11").tell(with_child("W2", time="22:30"))
    night.until("23:11:30")
    short.resolved("unreported", at="23:10", by=late)
    alone.resolved("restored", at="23:11", by=came)
