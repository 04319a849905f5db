"""The order of a home-partition's topics, and how far they are complete: whatever comes in whatever portions."""

from itertools import groupby, pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from shared.instants import NEVER, Instant
from shared.log.base import Record
from shared.log.kafka.merge import Lane, bound, take
from shared.log.kafka.records import Read
from shared.topics import ALERTS, CHECK_INS, INPUTS, NIGHT_COVER, PLAN_CHANGES, RANK

TOPICS = (CHECK_INS, PLAN_CHANGES, ALERTS)


def read(topic: str, position: int, stamp: Instant, *, tick: bool = False) -> Read:
    record = Record(topic, position, stamp, "H1", f"{topic}-{position}", "", b"")
    return Read(stamp, position, None if tick else record)


def lane(topic: str, *stamps: Instant) -> Lane:
    """A topic of which facts with these stamps were read."""
    made = Lane(topic)
    made.feed([read(topic, position, stamp) for position, stamp in enumerate(stamps, 1)])
    return made


def ids(records: list[Record]) -> list[str]:
    return [record.id for record in records]


def test_facts_of_one_instant_come_in_the_order_of_their_topics_then_of_the_log() -> None:
    lanes = [lane(CHECK_INS, 5, 5), lane(NIGHT_COVER, 5), lane(PLAN_CHANGES, 4, 5)]
    assert [(record.topic, record.position) for record in take(lanes, 6, 100)] == [
        (PLAN_CHANGES, 1), (PLAN_CHANGES, 2), (NIGHT_COVER, 1), (CHECK_INS, 1), (CHECK_INS, 2),
    ]  # fmt: skip


def test_a_home_partition_is_complete_up_to_the_least_of_its_topics() -> None:
    assert bound([lane(CHECK_INS, 1, 9), lane(PLAN_CHANGES, 4)]) == 4


def test_a_topic_of_which_nothing_was_read_holds_all_back() -> None:
    assert bound([lane(CHECK_INS, 1, 9), Lane(PLAN_CHANGES)]) == 0


def test_a_tick_is_passed_over_and_says_how_far_time_has_come() -> None:
    ticked = Lane(PLAN_CHANGES)
    ticked.feed([read(PLAN_CHANGES, 1, 7, tick=True)])
    lanes = [lane(CHECK_INS, 3, 9), ticked]
    assert bound(lanes) == 7
    assert len(take(lanes, 8, 100)) == 1
    assert (ticked.position, ticked.mark) == (1, 7)


def test_a_derived_topic_holds_back_only_until_what_it_held_at_first_has_come() -> None:
    alerts = Lane(ALERTS, end=2)
    lanes = [lane(CHECK_INS, 9), alerts]
    assert bound(lanes) == 0
    alerts.feed([read(ALERTS, 1, 3)])
    assert bound(lanes) == 3
    alerts.feed([read(ALERTS, 2, 4)])
    assert bound(lanes) == 9


def test_an_instant_is_never_split() -> None:
    lanes = [lane(CHECK_INS, 1, 2, 2, 2), lane(PLAN_CHANGES, 2, 3)]
    assert len(take(lanes, 10, 2)) == 5
    assert [record.appended_at for record in take(lanes, 10, 2)] == [3]


def test_a_limit_counts_facts_and_no_ticks() -> None:
    made = Lane(CHECK_INS)
    made.feed([read(CHECK_INS, n, n, tick=n % 10 != 0) for n in range(1, 101)])
    assert ids(take([made], NEVER, 3)) == [f"{CHECK_INS}-{n}" for n in (10, 20, 30)]


class Story(NamedTuple):
    """What a topic holds, and in which portions it comes."""

    topic: str
    reads: list[Read]


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    told = []
    for topic in TOPICS:
        steps = draw(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=25))
        stamp, reads = 1, []
        for position, (further, tick) in enumerate(steps, 1):
            stamp += further
            reads.append(read(topic, position, stamp, tick=tick and topic in INPUTS))
        told.append(Story(topic, reads))
    return told


@given(told=stories(), data=st.data())
def test_whatever_comes_in_whatever_portions_is_given_once_in_order_and_in_whole_instants(
    told: list[Story], data: st.DataObject
) -> None:
    lanes = {story.topic: Lane(story.topic, end=len(story.reads)) for story in told}
    rest = {story.topic: list(story.reads) for story in told}
    given_: list[list[Record]] = []
    bounds = [0]
    while any(rest.values()):
        topic = data.draw(st.sampled_from([topic for topic, left in rest.items() if left]))
        count = data.draw(st.integers(1, 5))
        lanes[topic].feed(rest[topic][:count])
        del rest[topic][:count]
        bounds.append(bound(lanes.values()))
        given_.append(take(list(lanes.values()), bounds[-1], data.draw(st.integers(1, 6))))
        if data.draw(st.booleans()):  # who reads is another one now, and begins where the last one stood
            for story in told:
                old = lanes[story.topic]
                lanes[story.topic] = new = Lane(story.topic, old.position, old.mark, len(story.reads))
                if again := story.reads[old.position : len(story.reads) - len(rest[story.topic])]:
                    new.feed(again)
    given_.append(take(list(lanes.values()), NEVER, 1000))

    records = [read.record for story in told for read in story.reads if read.record is not None]
    model = sorted(records, key=lambda r: (r.appended_at, RANK[r.topic], r.position))
    assert [record for portion in given_ for record in portion] == model
    assert bounds == sorted(bounds)
    portions = [{record.appended_at for record in portion} for portion in given_ if portion]
    assert all(not a & b for a, b in pairwise(portions))


@given(told=stories(), limit=st.integers(1, 8))
def test_as_many_as_asked_for_come_where_there_are_so_many(told: list[Story], limit: int) -> None:
    lanes = [Lane(story.topic) for story in told]
    for each, story in zip(lanes, told, strict=True):
        if story.reads:
            each.feed(story.reads)
    left = sum(read.record is not None for story in told for read in story.reads)
    while left:
        portion = take(lanes, NEVER, limit)
        assert len(portion) >= min(limit, left)
        instants = [len(list(group)) for _, group in groupby(portion, key=lambda r: r.appended_at)]
        assert len(portion) - instants[-1] < limit, "no more than the last instant needs"
        left -= len(portion)
    assert take(lanes, NEVER, limit) == []
