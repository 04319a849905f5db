"""Laws of DOMAIN.md §2 over random logs, for every monitor: facts that change nothing, and homes that have nothing to
do with each other.
"""

from itertools import groupby
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.rules import MONITORS
from shared.course import CONFLICT
from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import DAY, parse_instant, show_instant
from shared.replay import in_order, replay
from shared.topics import RANK
from tests.simulation.logs import Reader, end_of, facts_of, replayed, told
from tests.simulation.mixed import elsewhere
from tests.simulation.test_laws import moves, unhurried
from tests.simulation.watched import Line, each_monitor, logs, maker, seeds

# -- facts that change nothing --------------------------------------------------------------------------------


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_facts_that_are_delivered_again_change_nothing(name: str, data: st.DataObject, seed: int) -> None:
    """The same record once more, or the same fact appended once more: one fact."""
    lines, make = data.draw(logs(name)), maker(name)
    rnd, again = Random(seed), list(lines)
    end = end_of(lines)
    for line in rnd.choices(lines, k=10) if lines else ():
        first = parse_instant(line["appended_at"])
        later = rnd.choice((first, rnd.randint(first, min(end, first + 28 * DAY))))
        again.append({**line, "appended_at": show_instant(later)})
    assert replayed(again, end, make) == replayed(lines, make=make)


@each_monitor
@unhurried
@given(st.data())
def test_a_fact_that_is_refused_might_as_well_not_be_there(name: str, data: st.DataObject) -> None:
    lines, make = sorted(data.draw(logs(name)), key=_place), maker(name)
    end, facts = end_of(lines), facts_of(lines)
    refused = replay(facts, [make], end).refused
    used = [each.fact for each in refused if each.reason == CONFLICT]  # the one that had the id first stands
    gone = {(each.fact.home_id, each.fact.id) for each in refused if each.reason != CONFLICT}
    kept = [
        line
        for line, fact in zip(lines, facts, strict=True)
        if fact not in used and (fact.home_id, fact.id) not in gone
    ]
    assert replayed(kept, end, make) == replayed(lines, make=make)


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_facts_of_a_home_that_nobody_has_registered_change_nothing(
    name: str, data: st.DataObject, seed: int
) -> None:
    """Nothing is asked for there. (That somebody watches one child alone for too long does not hang on it.)"""
    lines, make = data.draw(logs(name)), maker(name)
    known = [line for line in lines if line["event"]["type"] != "home.registered.v1"]
    some = Random(seed).choices(known, k=15) if known else []
    nowhere = [elsewhere(line, {line["event"]["homeid"]: "H-nowhere"}) for line in some]
    there: list[bytes] = []
    others: list[bytes] = []
    for event in replayed([*lines, *nowhere], make=make):
        (there if b'"homeid":"H-nowhere"' in event else others).append(event)
    assert others == replayed(lines, make=make)
    assert all(b'"observer_overrun"' in event for event in there if b'"alert.raised.v1"' in event)


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_facts_of_types_that_the_rules_do_not_know_change_nothing(
    name: str, data: st.DataObject, seed: int
) -> None:
    """As a later version of the contract may bring them."""
    lines, make = data.draw(logs(name)), maker(name)
    facts = facts_of(lines)
    strange = [
        _strange(each, number)
        for number, each in enumerate(Random(seed).choices(facts, k=10) if facts else ())
    ]
    whole = replay(in_order([*facts, *strange]), [make], end_of(lines))
    assert (whole.set_aside, whole.refused) == ([], replay(facts, [make], end_of(lines)).refused)
    assert told(whole.effects) == replayed(lines, make=make)


def _strange(fact: Fact, number: int) -> Fact:
    """Told together with that one, of the same home."""
    return Fact(
        fact.topic,
        fact.appended_at,
        fact.home_id,
        f"strange-{number}",
        f"something.else.v{number}",
        fact.subject,
        fact.source,
        fact.actor,
        fact.observed_at,
        fact.entered_at,
        {"placement_id": fact.subject, "said": "Sample"},
    )


# -- homes that have nothing to do with each other ----------------------------------------------------------------


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_the_order_of_two_homes_within_one_instant_does_not_matter(
    name: str, data: st.DataObject, seed: int
) -> None:
    """Within a home the order of the log stands."""
    lines, make = data.draw(logs(name)), maker(name)
    rnd, shuffled = Random(seed), []
    for _, step in groupby(sorted(lines, key=_place), key=_place):
        here = list(step)
        homes = sorted({line["event"]["homeid"] for line in here})
        rnd.shuffle(homes)
        shuffled += [line for home in homes for line in here if line["event"]["homeid"] == home]
    assert replayed(shuffled, make=make) == replayed(lines, make=make)


def _place(line: Line) -> tuple[str, int]:
    return line["appended_at"], RANK[line["topic"]]


@each_monitor
@unhurried
@given(st.data())
def test_leaving_one_home_out_changes_nothing_for_the_others(name: str, data: st.DataObject) -> None:
    lines, make = data.draw(logs(name)), maker(name)
    whole = replayed(lines, make=make)
    for home in {line["event"]["homeid"] for line in lines}:
        alone = [line for line in lines if line["event"]["homeid"] == home]
        assert replayed(alone, end_of(lines), make) == [
            event for event in whole if b'"homeid":"%s"' % home.encode() in event
        ]


@each_monitor
@unhurried
@given(st.data(), seeds)
def test_a_home_that_is_dropped_and_read_again_alone_is_as_it_was(
    name: str, data: st.DataObject, seed: int
) -> None:
    lines, make = data.draw(logs(name)), maker(name)
    rnd, reader = Random(seed), Reader(make)
    *moves_, last = moves(lines, rnd)
    for step in moves_:
        reader.move(step)
        if rnd.random() < 0.2 and reader.homes:
            home, stood = rnd.choice(reader.homes), reader.shown()
            again = reader.read_again(home)
            assert told(again) == told(each for each in reader.effects if each.home_id == home)
            assert reader.shown() == stood
    reader.move(last)
    assert told(reader.effects) == replayed(lines, make=make)


# -- monitors that have nothing to do with each other -------------------------------------------------------------


@each_monitor
@settings(unhurried, max_examples=4)
@given(st.data())
def test_monitors_that_replay_together_tell_what_each_tells_alone(name: str, data: st.DataObject) -> None:
    """And they leave the facts, which they share, as they are."""
    lines = data.draw(logs(name))
    as_it_was = canonical(lines)
    together = replay(facts_of(lines), MONITORS.values(), end_of(lines))
    assert together.set_aside == []
    alone = [event for make in MONITORS.values() for event in replayed(lines, make=make)]
    assert sorted(told(together.effects)) == sorted(alone)
    assert canonical(lines) == as_it_was
