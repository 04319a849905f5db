"""*`too_regular`: 6 consecutive gaps between valid checks, longest − shortest ≤ 30 s, none under 4 min.*
*`quarter_hours`: 6 consecutive valid checks, each within 30 s of a quarter hour.*
Of valid ones not withdrawn, in order of `observed_at`, within one stay.
"""

from datetime import datetime, timedelta

import pytest

from tests.scenarios.facts import Said, ended, started, withdrawn
from tests.scenarios.integrity_facts import all_seen, ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")


def after(start: str, *gaps: int) -> list[str]:
    """Clock texts: `start`, and what follows at these gaps in seconds."""
    at = datetime.fromisoformat(f"2026-03-03 {start}")
    moments = [at]
    for gap in gaps:
        moments.append(moments[-1] + timedelta(seconds=gap))
    return [f"{moment:%H:%M:%S}" for moment in moments]


REGULAR = after("01:02", 700, 730, 710, 705, 725, 715)


def tell_each(night: Night, said: list[Said]) -> None:
    """Each at the moment at which it was entered."""
    for each in said:
        night.at(each.entered or each.time or "").tell(each)


def test_six_gaps_that_differ_by_thirty_seconds_at_the_most_are_too_regular(night: Night) -> None:
    tell_each(ready(night), all_seen(REGULAR))
    night.expect.raised(
        "anomaly",
        since=REGULAR[-1],
        pattern="too_regular",
        entries=REGULAR,
        reason="Six gaps in a row between checks of one child differ by 30 seconds at the most.",
    )


def test_gaps_that_differ_by_more_than_thirty_seconds_are_not(night: Night) -> None:
    tell_each(ready(night), all_seen(after("01:02", 700, 731, 710, 705, 725, 715)))


def test_five_gaps_are_not(night: Night) -> None:
    tell_each(ready(night), all_seen(REGULAR[:-1]))


def test_gaps_under_four_minutes_are_not(night: Night) -> None:
    tell_each(ready(night), all_seen(after("01:02", 239, 241, 243, 245, 247, 249)))


def test_gaps_of_four_minutes_are(night: Night) -> None:
    times = after("01:02", *[240] * 6)
    tell_each(ready(night), all_seen(times))
    night.expect.raised("anomaly", since=times[-1], pattern="too_regular", entries=times)


def test_whoever_recorded_them_they_are_the_childs(night: Night) -> None:
    said = all_seen(REGULAR)
    for each, worker in zip(said, ("W1", "W2") * 4, strict=False):
        each.actor = worker
    tell_each(ready(night), said)
    night.expect.raised("anomaly", since=REGULAR[-1], pattern="too_regular")


def test_two_children_are_looked_at_apart(night: Night) -> None:
    ready(night, "P1", "P2")
    both = all_seen(REGULAR[::2], "P1") + all_seen(REGULAR[1::2], "P2", by="W2")
    tell_each(night, sorted(both, key=lambda each: each.time or ""))


def test_what_is_not_valid_does_not_count(night: Night) -> None:
    """Attempts, retrospective ones, ones without a sign of life lie between, and part nothing."""
    said = all_seen(REGULAR)
    for place, between in enumerate(
        (
            seen(at="01:05", outcome="not_seen"),
            seen(at="01:10", entered="01:15:01", by="W2"),
            seen(at="01:30", sign=None),
        )
    ):
        said.insert(2 * place + 1, between)
    tell_each(ready(night), sorted(said, key=lambda each: each.entered or each.time or ""))
    night.expect.raised("anomaly", since=REGULAR[-1], pattern="too_regular", entries=REGULAR)


def test_a_retrospective_check_completes_nothing(night: Night) -> None:
    tell_each(ready(night), all_seen(REGULAR[:-1]))
    night.at("03:00").tell(seen(at=REGULAR[-1], entered="02:59"))


def test_a_withdrawn_check_drops_out_and_those_beside_it_are_neighbours(night: Night) -> None:
    said = all_seen(REGULAR)
    said.insert(4, seen(at="01:40", id="wrong"))
    tell_each(ready(night), said)
    night.at("02:20").tell(withdrawn("wrong"))
    after_all = after(REGULAR[-1], 717)[1]
    night.at(after_all).tell(seen(at=after_all, id="next"))
    night.expect.raised("anomaly", pattern="too_regular", entries=[*REGULAR[1:], "next"])


def test_a_withdrawn_check_makes_no_pattern(night: Night) -> None:
    tell_each(ready(night), all_seen(REGULAR[:4]))
    night.at("01:45").tell(withdrawn(REGULAR[2]))
    tell_each(night, all_seen(REGULAR[4:]))


def test_a_late_phone_completes_it_in_the_middle(night: Night) -> None:
    """In order of `observed_at`: the fact that completes it is the one applied now, wherever it falls."""
    said = all_seen(REGULAR)
    late = said.pop(3)
    tell_each(ready(night), said)
    night.at("05:00").tell(late)
    night.expect.raised("anomaly", since=REGULAR[3], pattern="too_regular", entries=REGULAR)


def test_a_late_phone_parts_the_gaps(night: Night) -> None:
    tell_each(ready(night), all_seen(REGULAR[:5]))
    night.at("01:55").tell(seen(at="01:20", by="W2"))
    tell_each(night, all_seen(REGULAR[5:]))


def test_a_new_stay_begins_anew(night: Night) -> None:
    tell_each(ready(night), all_seen(REGULAR[:4]))
    night.at("01:39").tell(ended("P1"))
    night.at("01:39:30").tell(started("P1"))
    tell_each(night, all_seen(REGULAR[4:]))


def test_a_pattern_that_goes_on_worsens_when_it_shares_no_check_with_the_last(night: Night) -> None:
    times = after("01:02", *(700 + 7 * (n % 3) for n in range(13)))
    tell_each(ready(night), all_seen(times))
    first = night.expect.raised("anomaly", since=times[6], at=times[6], entries=times[:7])
    first.worsened(2, at=times[13], pattern="too_regular", entries=times[7:])


def test_checks_of_two_nights_are_of_the_night_of_the_one_that_completes_them(night: Night) -> None:
    """Noon ends a night: the seventh is of the next one, and so is the alert."""
    ready(night)
    times = [f"2026-03-03 {time}" for time in after("10:48", *(700 + 7 * (n % 3) for n in range(7)))]
    tell_each(night, all_seen(times))
    night.expect.raised("anomaly", since=times[6], at=times[6], pattern="too_regular")
    assert times[6] < "2026-03-03 12:00" < times[7]
    night.expect.raised("anomaly", since=times[7], pattern="too_regular", entries=times[1:])


# -- quarter hours

QUARTERS = ["00:59:30", "01:15:30", "01:45:10", "02:00:00", "02:30:12", "02:44:31"]


def test_six_checks_near_a_quarter_hour_each_are_on_the_quarter(night: Night) -> None:
    tell_each(ready(night), all_seen(QUARTERS))
    night.expect.raised(
        "anomaly",
        since=QUARTERS[-1],
        pattern="quarter_hours",
        entries=QUARTERS,
        reason="6 checks of one child in a row lie within 30 seconds of a quarter of an hour.",
    )


def test_thirty_one_seconds_are_not_near(night: Night) -> None:
    tell_each(ready(night), all_seen([*QUARTERS[:-1], "02:44:29.999", *QUARTERS[-1:]]))


def test_five_on_the_quarter_are_not_enough(night: Night) -> None:
    tell_each(ready(night), all_seen(QUARTERS[1:]))


def test_one_between_parts_them_until_it_is_withdrawn(night: Night) -> None:
    tell_each(ready(night), all_seen([*QUARTERS[:2], "01:33", *QUARTERS[2:]]))
    night.at("02:50").tell(withdrawn("01:33"))
    night.at("03:00").tell(seen(at="03:00:05", entered="03:00:05", id="next"))
    night.expect.raised("anomaly", since="03:00:05", pattern="quarter_hours", entries=[*QUARTERS[1:], "next"])


def test_a_late_one_completes_the_quarters(night: Night) -> None:
    tell_each(ready(night), all_seen([*QUARTERS[:2], *QUARTERS[3:]]))
    night.at("05:00").tell(*all_seen(QUARTERS[2:3]))
    night.expect.raised("anomaly", since=QUARTERS[2], pattern="quarter_hours", entries=QUARTERS)


def test_once_a_day_at_the_quarter_is_on_the_quarter_too(night: Night) -> None:
    """No time limits a pattern of consecutive checks."""
    ready(night)
    days = [f"2026-03-{day:02} 09:00:{day:02}" for day in range(3, 9)]
    tell_each(night, all_seen(days))
    heard = night.expect.raised("anomaly", since=days[-1], pattern="quarter_hours", entries=days)
    assert heard.id
