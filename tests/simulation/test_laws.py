"""Laws of DOMAIN.md §2 over random nights: how a log is read must not show in what is told."""

from itertools import groupby
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.checks.model import ChecksMonitor
from shared.course import Course, MemorySeen
from shared.instants import DAY, parse_instant, show_instant
from shared.topics import RANK
from tests.oracle.nights import nights
from tests.simulation.logs import Reader, end_of, facts_of, replayed, steps, told

Line = dict[str, Any]
seeds = st.integers(min_value=0, max_value=2**32 - 1)
unhurried = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(nights(), seeds)
def test_replaying_the_log_tells_what_running_live_told_in_whatever_batches(
    lines: list[Line], seed: int
) -> None:
    reader = Reader()
    for step in steps(facts_of(lines), end_of(lines), Random(seed)):
        reader.move(step)
    assert told(reader.effects) == replayed(lines)


@unhurried
@given(nights(), seeds)
def test_what_was_told_live_was_told_in_the_order_of_time(lines: list[Line], seed: int) -> None:
    reader = Reader()
    for step in steps(facts_of(lines), end_of(lines), Random(seed)):
        reader.move(step)
    times = [effect.at for effect in reader.effects]
    assert times == sorted(times)
    assert all(at <= end_of(lines) for at in times)


@unhurried
@given(nights(), seeds)
def test_a_reader_that_lags_raises_nothing_that_the_whole_log_would_not(lines: list[Line], seed: int) -> None:
    """Cut off anywhere, at the log's present: what was told stays told, to the byte."""
    rnd, facts = Random(seed), facts_of(lines)
    cut = rnd.randint(0, len(facts))
    seen = MemorySeen()
    course = Course(ChecksMonitor(), seen, seen.named)
    effects = course.take(facts[:cut]).effects
    if cut < len(facts):
        effects += course.reach(facts[cut].appended_at).effects
    assert set(told(effects)) <= set(replayed(lines))


@unhurried
@given(nights(), seeds)
def test_a_log_read_after_some_deaths_tells_what_it_would_have_told(lines: list[Line], seed: int) -> None:
    """State at rest: after any move all that is not in the rows may be lost."""
    rnd, reader = Random(seed), Reader()
    for step in steps(facts_of(lines), end_of(lines), rnd):
        reader.move(step)
        if rnd.random() < 0.3:
            reader.die_and_come_back()
    assert told(reader.effects) == replayed(lines)


@unhurried
@given(nights(), seeds)
def test_facts_that_are_delivered_again_change_nothing(lines: list[Line], seed: int) -> None:
    """The same record once more, or the same fact appended once more: one fact."""
    rnd, again = Random(seed), list(lines)
    end = end_of(lines)
    for line in rnd.choices(lines, k=10) if lines else ():
        first = parse_instant(line["appended_at"])
        later = rnd.choice((first, rnd.randint(first, min(end, first + 28 * DAY))))
        again.append({**line, "appended_at": show_instant(later)})
    assert replayed(again, end) == replayed(lines)


@unhurried
@given(nights(), seeds)
def test_the_order_of_two_homes_within_one_instant_does_not_matter(lines: list[Line], seed: int) -> None:
    """Within a home the order of the log stands."""
    rnd, shuffled = Random(seed), []
    for _, step in groupby(sorted(lines, key=_place), key=_place):
        here = list(step)
        homes = sorted({line["event"]["homeid"] for line in here})
        rnd.shuffle(homes)
        shuffled += [line for home in homes for line in here if line["event"]["homeid"] == home]
    assert replayed(shuffled) == replayed(lines)


def _place(line: Line) -> tuple[str, int]:
    return line["appended_at"], RANK[line["topic"]]


@unhurried
@given(nights())
def test_leaving_one_home_out_changes_nothing_for_the_others(lines: list[Line]) -> None:
    whole = replayed(lines)
    for home in {line["event"]["homeid"] for line in lines}:
        alone = [line for line in lines if line["event"]["homeid"] == home]
        assert replayed(alone, end_of(lines)) == [
            event for event in whole if b'"homeid":"%s"' % home.encode() in event
        ]


@unhurried
@given(nights())
def test_two_runs_tell_the_same_bytes(lines: list[Line]) -> None:
    assert replayed(lines) == replayed(lines)


@unhurried
@given(nights(), seeds)
def test_a_replay_until_an_instant_tells_what_had_been_told_by_then(lines: list[Line], seed: int) -> None:
    """What is told strictly before an instant does not depend on what is appended from it on."""
    rnd, end = Random(seed), end_of(lines)
    times = sorted(parse_instant(line["appended_at"]) for line in lines)
    cut = rnd.choice(times) if times else end
    part, whole = replayed(lines, cut), replayed(lines)
    before = f'"time":"{show_instant(cut)}"'.encode()
    assert [each for each in part if before not in each] == [
        each for each in whole if _time(each) < show_instant(cut)
    ]


def _time(event: bytes) -> str:
    place = event.rindex(b'"time":"') + len(b'"time":"')
    return event[place : place + 24].decode()
