"""Laws of DOMAIN.md §2 over random logs, for every monitor: how a log is read must not show in what is told, nor in
what is kept for readers.
"""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.course import Course, MemorySeen
from shared.instants import parse_instant, show_instant
from tests.simulation.logs import Reader, Step, end_of, facts_of, replayed, steps, told
from tests.simulation.watched import Line, each_monitor, logs, maker, seeds

unhurried = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def moves(lines: list[Line], rnd: Random) -> list[Step]:
    """A live reader's, drawn from `rnd`."""
    return list(steps(facts_of(lines), end_of(lines), rnd))


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_replaying_the_log_tells_what_running_live_told_in_whatever_batches(
    name: str, data: st.DataObject, seed: int
) -> None:
    lines, make = data.draw(logs(name)), maker(name)
    reader = Reader(make).read(moves(lines, Random(seed)))
    assert told(reader.effects) == replayed(lines, make=make)
    times = [effect.at for effect in reader.effects]
    assert times == sorted(times), "not in the order of time"
    assert all(at <= end_of(lines) for at in times)


@each_monitor
@unhurried
@given(st.data(), seeds, seeds)
def test_two_live_readers_come_to_the_same_rows(
    name: str, data: st.DataObject, seed: int, other: int
) -> None:
    lines, make = data.draw(logs(name)), maker(name)
    one, another = (Reader(make).read(moves(lines, Random(each))) for each in (seed, other))
    assert one.shown() == another.shown()


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_a_reader_that_lags_raises_nothing_that_the_whole_log_would_not(
    name: str, data: st.DataObject, seed: int
) -> None:
    """Cut off anywhere, at the log's present: what was told stays told, to the byte."""
    lines, make = data.draw(logs(name)), maker(name)
    rnd, facts = Random(seed), facts_of(lines)
    cut = rnd.randint(0, len(facts))
    seen = MemorySeen()
    course = Course(make(), seen, seen.named)
    effects = course.take(facts[:cut]).effects
    if cut < len(facts):
        effects += course.reach(facts[cut].appended_at).effects
    assert set(told(effects)) <= set(replayed(lines, make=make))


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_a_log_read_after_some_deaths_tells_what_it_would_have_told(
    name: str, data: st.DataObject, seed: int
) -> None:
    """State at rest: after any move all that is not in the rows may be lost."""
    lines, make = data.draw(logs(name)), maker(name)
    rnd, reader = Random(seed), Reader(make)
    for step in moves(lines, rnd):
        reader.move(step)
        if rnd.random() < 0.3:
            reader.die_and_come_back()
    assert told(reader.effects) == replayed(lines, make=make)
    assert reader.shown() == Reader(make).read(moves(lines, rnd)).shown()


@each_monitor
@unhurried
@given(st.data())
def test_two_runs_tell_the_same_bytes(name: str, data: st.DataObject) -> None:
    lines, make = data.draw(logs(name)), maker(name)
    assert replayed(lines, make=make) == replayed(lines, make=make)


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_a_replay_until_an_instant_tells_what_had_been_told_by_then(
    name: str, data: st.DataObject, seed: int
) -> None:
    """What is told strictly before an instant does not depend on what is appended from it on."""
    lines, make = data.draw(logs(name)), maker(name)
    times = sorted(parse_instant(line["appended_at"]) for line in lines)
    cut = Random(seed).choice(times) if times else end_of(lines)
    part, whole = replayed(lines, cut, make), replayed(lines, make=make)
    before = f'"time":"{show_instant(cut)}"'.encode()
    assert [each for each in part if before not in each] == [
        each for each in whole if _time(each) < show_instant(cut)
    ]


def _time(event: bytes) -> str:
    place = event.rindex(b'"time":"') + len(b'"time":"')
    return event[place : place + 24].decode()
