"""The sieve of a broker's log: whatever is there twice, elsewhere or under another id, in whatever portions it is read
and wherever a reader dies, what passes is what the memory of a replay would let pass in one go."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from shared.course import CONFLICT, MemorySeen
from shared.events.canonical import canonical
from shared.instants import DAY, Instant, show_instant
from shared.log.base import Named, Record, fact_of
from shared.log.kafka import records
from shared.log.kafka.partition import partition_of
from shared.runner.rejection import Read
from shared.runner.seensieve import MISPLACED, RepeatsSieve, SeenSieve
from shared.runner.sieve import Sieve, Sifted
from shared.store import seen
from shared.store.engine import writing
from shared.store.outbox import Owner
from shared.topics import ALERTS, CHECK_INS, INPUTS, PLAN_CHANGES
from tests.integration.runner.world import views_in_file, views_in_postgres
from tests.servers.plugin import Postgres

PARTITIONS, HERE = 4, 2
A, B, ELSEWHERE = (
    next(name for name in (f"{who}{n}" for n in count()) if (partition_of(name, PARTITIONS) == HERE) is here)
    for who, here in (("A", True), ("B", True), ("C", False))
)
TYPES = {
    CHECK_INS: "check.recorded.v1",
    PLAN_CHANGES: "concern.received.v1",
    ALERTS: "alert.raised.v1",
}
NOON: Instant = 1_770_000_000_000
_owners = count()


@dataclass(frozen=True)
class Sent:
    """One record as somebody sent it. `later`: so long after the one before."""

    topic: str = CHECK_INS
    id: str = "1"
    content: int = 0
    later: int = 0
    home: str = A
    key: str | None = None
    """The record's, where it is not its home's."""


@dataclass(frozen=True)
class Went:
    """How far one portion went, and where whoever read it died, if he did."""

    size: int
    died: str


sent = st.builds(
    Sent,
    topic=st.sampled_from(list(TYPES)),
    id=st.sampled_from("1112234"),
    content=st.sampled_from((0, 0, 1)),
    later=st.sampled_from((0, 0, 0, 1, DAY, 28 * DAY - 1, 28 * DAY, 28 * DAY + 1)),
    home=st.sampled_from((A, A, A, B, ELSEWHERE)),
    key=st.sampled_from((None, None, None, None, A, B, ELSEWHERE)),
)
went = st.builds(
    Went,
    size=st.integers(1, 7),
    died=st.sampled_from(
        ("", "", "before it saved", "before it committed", "after it committed", "never, but asked again")
    ),
)
told = st.lists(sent, max_size=25)
ways = st.lists(went, min_size=1, max_size=12)
unhurried = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass
class Passed:
    """What came of a reading."""

    facts: list[tuple[str, int]] = field(default_factory=list)
    turned_away: list[tuple[str, int, str]] = field(default_factory=list)
    differed: list[str] = field(default_factory=list)

    def add(self, sifted: Sifted, read: Sequence[Read]) -> None:
        place = {id(fact): (record.topic, record.position) for record, fact in read}
        self.facts += [place[id(fact)] for fact in sifted.facts]
        self.turned_away += [(r.topic, r.position, why.reason) for r, why in sifted.turned_away]
        self.turned_away.sort()  # a batch tells what is elsewhere first
        self.differed += sifted.differed


@pytest.fixture(scope="module", params=["file", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "file":
        views = views_in_file(Path(tmp_path_factory.mktemp("views")))
    else:
        server: Postgres = request.getfixturevalue("postgres")
        views = views_in_postgres(server)
    yield views
    views.dispose()


def new_owner() -> Owner:
    """Nobody has seen anything as this one."""
    return Owner(f"service-{next(_owners)}", HERE)


def in_the_log(sents: Sequence[Sent]) -> list[Record]:
    """As a broker's log gives it."""
    at, positions = NOON, dict.fromkeys(TYPES, 0)
    found: list[Record] = []
    for each in sents:
        at += each.later
        offset = positions[each.topic]
        positions[each.topic] += 1
        raw = (each.topic, HERE, -1, offset, at, 0, (each.key or each.home).encode(), body(each, at), ())
        [read], _ = records.read(each.topic, HERE, [raw], 0)
        assert read.record is not None
        found.append(read.record)
    return found


def body(each: Sent, at: Instant) -> bytes:
    """Its time is not when it was appended: sent again it is the same. (A derived event's time says where it lies.)"""
    time = show_instant(at if each.topic == ALERTS else NOON)
    event: dict[str, Any] = {
        "specversion": "1.0", "id": each.id, "source": "test/device", "type": TYPES[each.topic], "subject": "P1",
        "time": time, "enteredat": time, "homeid": each.home, "actor": "S1", "datacontenttype": "application/json",
        "data": {"placement_id": "P1", "content": each.content},
    }  # fmt: skip
    return canonical(event)


def decoded(found: Sequence[Record]) -> list[Read]:
    """Anew each time, as whoever reads does."""
    return [(record, fact_of(record)) for record in found]


def by_memory(found: Sequence[Record], memory: MemorySeen) -> Passed:
    """In one go, by the ids in a replay's memory."""
    passed = Passed()
    for record, fact in decoded(found):
        place = (record.topic, record.position)
        if record.home_id != fact.home_id or partition_of(record.home_id, PARTITIONS) != HERE:
            passed.turned_away.append((*place, MISPLACED.reason))
            continue
        verdict = memory.take(fact)
        if verdict == "new":
            passed.facts.append(place)
        elif verdict == "conflict" and record.topic in INPUTS:
            passed.turned_away.append((*place, CONFLICT.reason))
        elif verdict == "conflict":
            passed.differed.append(record.id)
    passed.turned_away.sort()
    return passed


class Died(Exception):  # noqa: N818
    pass


def read_live(views: Engine, owner: Owner, found: Sequence[Record], ways: Sequence[Went]) -> Passed:
    """In these portions; whoever dies is followed by another, who knows what was committed."""
    passed, done, step = Passed(), 0, 0
    sieve: Sieve = SeenSieve(views, owner, PARTITIONS)
    while done < len(found):
        way = ways[step % len(ways)] if step < 3 * len(found) else Went(len(found), "")
        step += 1
        read = decoded(found[done : done + way.size])
        sifted = sieve.sift(read)
        if way.died == "never, but asked again":  # its database was away when it wanted to save
            sifted = sieve.sift(read)
        if way.died != "before it saved":
            with suppress(Died), writing(views) as connection:
                sieve.save(connection)
                if way.died == "before it committed":
                    raise Died
        if way.died not in ("before it saved", "before it committed"):
            passed.add(sifted, read)
            done += way.size
        if way.died.startswith(("before", "after")):
            sieve = SeenSieve(views, owner, PARTITIONS)
    return passed


def read_again(
    views: Engine,
    owner: Owner,
    found: Sequence[Record],
    size: int,
    topics: Sequence[str],
    *,
    saves: bool = False,
) -> Passed:
    """A second reading, by what was passed over the first time; `topics` were read then."""
    with views.connect() as connection:
        repeats = seen.load_repeats(connection, *owner)
    sieve = RepeatsSieve(views, owner, PARTITIONS, repeats, topics)
    passed = Passed()
    for first in range(0, len(found), size):
        read = decoded(found[first : first + size])
        passed.add(sieve.sift(read), read)
    if saves:
        with writing(views) as connection:
            sieve.save(connection)
    return passed


@unhurried
@given(told, ways)
def test_what_passes_does_not_depend_on_portions_or_deaths(
    views: Engine, told: list[Sent], ways: list[Went]
) -> None:
    owner, found, memory = new_owner(), in_the_log(told), MemorySeen()
    assert read_live(views, owner, found, ways) == by_memory(found, memory)
    sieve = SeenSieve(views, owner, PARTITIONS)
    for home, id_ in {(record.home_id, record.id) for record in found}:
        assert sieve.named(home, id_) == memory.named(home, id_)


@unhurried
@given(told, ways, st.integers(1, 9))
def test_a_second_reading_passes_what_the_first_one_passed(
    views: Engine, told: list[Sent], ways: list[Went], size: int
) -> None:
    owner, found = new_owner(), in_the_log(told)
    first = read_live(views, owner, found, ways)
    assert read_again(views, owner, found, size, tuple(TYPES)) == first


@unhurried
@given(told, st.sets(st.sampled_from(list(TYPES))), st.integers(1, 9))
def test_a_second_reading_also_reads_topics_that_the_first_did_not(
    views: Engine, told: list[Sent], topics: set[str], size: int
) -> None:
    """New rules read more than the old ones did. An id is one topic's: it is made anew for each fact."""
    told = [Sent(t.topic, f"{t.topic}-{t.id}", t.content, t.later, t.home, t.key) for t in told]
    owner, found = new_owner(), in_the_log(told)
    expected = by_memory(found, MemorySeen())
    read_live(views, owner, [each for each in found if each.topic in topics], [Went(5, "")])
    assert read_again(views, owner, found, size, sorted(topics), saves=True) == expected
    assert read_again(views, owner, found, size, tuple(TYPES)) == expected
    again = SeenSieve(views, owner, PARTITIONS)
    with views.connect() as connection:
        known = seen.find(connection, *owner, {(record.home_id, record.id) for record in found})
    memory = MemorySeen()
    by_memory(found, memory)
    assert {key: again.named(*key) for key in known} == {key: memory.named(*key) for key in known}


def test_of_topics_that_are_read_for_the_first_time_an_id_of_two_is_the_firsts(views: Engine) -> None:
    """They may even lie at the same place of each."""
    found = in_the_log([Sent(PLAN_CHANGES), Sent(CHECK_INS)])
    assert found[0].position == found[1].position
    passed = read_again(views, new_owner(), found, 2, ())
    assert passed == Passed([(PLAN_CHANGES, 1)], [(CHECK_INS, 1, "id_used")], [])


# -- the rules, one by one -------------------------------------------------------------------------------------


def sifted(views: Engine, *told: Sent, owner: Owner | None = None, size: int = 1) -> Passed:
    return read_live(views, owner or new_owner(), in_the_log(told), [Went(size, "")])


def test_a_check_that_comes_again_within_28_days_is_the_same_and_later_a_new_one(views: Engine) -> None:
    first, again, anew = Sent(), Sent(later=28 * DAY), Sent(later=1)
    assert sifted(views, first, again, anew).facts == [(CHECK_INS, 1), (CHECK_INS, 3)]


def test_whatever_is_no_check_is_known_for_ever(views: Engine) -> None:
    first, again = Sent(PLAN_CHANGES), Sent(PLAN_CHANGES, later=4000 * DAY)
    assert sifted(views, first, again).facts == [(PLAN_CHANGES, 1)]


def test_of_a_check_that_came_anew_it_is_28_days_from_then(views: Engine) -> None:
    told = Sent(), Sent(later=28 * DAY + 1), Sent(later=28 * DAY), Sent(later=1)
    assert sifted(views, *told).facts == [(CHECK_INS, 1), (CHECK_INS, 2), (CHECK_INS, 4)]


@pytest.mark.parametrize("size", [1, 2])
def test_the_first_of_two_contents_stands_and_the_other_is_turned_away(views: Engine, size: int) -> None:
    passed = sifted(views, Sent(content=1), Sent(content=0), size=size)
    assert (passed.facts, passed.turned_away) == ([(CHECK_INS, 1)], [(CHECK_INS, 2, "id_used")])


@pytest.mark.parametrize("size", [1, 2])
def test_a_derived_event_with_other_content_is_told_and_not_turned_away(views: Engine, size: int) -> None:
    """Whoever answered it with a rejection would be answered by the next one."""
    passed = sifted(views, Sent(ALERTS), Sent(ALERTS, content=1), size=size)
    assert passed == Passed([(ALERTS, 1)], [], ["1"])


def test_an_id_is_its_homes(views: Engine) -> None:
    assert len(sifted(views, Sent(home=A), Sent(home=B), size=2).facts) == 2


@pytest.mark.parametrize(
    "misplaced", [Sent(home=ELSEWHERE), Sent(home=A, key=B), Sent(home=A, key=ELSEWHERE)]
)
def test_what_does_not_lie_where_its_home_lies_is_turned_away_and_takes_no_id(
    views: Engine, misplaced: Sent
) -> None:
    passed = sifted(views, misplaced, Sent(home=A), Sent(home=B), size=3)
    assert passed == Passed([(CHECK_INS, 2), (CHECK_INS, 3)], [(CHECK_INS, 1, "misplaced")], [])


def test_the_very_same_record_read_again_passes_again(views: Engine) -> None:
    owner = new_owner()
    once, twice = sifted(views, Sent(), owner=owner), sifted(views, Sent(), owner=owner)
    assert once.facts == twice.facts == [(CHECK_INS, 1)]


def test_what_one_service_has_seen_another_has_not(views: Engine) -> None:
    other = Owner(new_owner().service, HERE + 1)
    mine = Owner(other.service, HERE)
    with writing(views) as connection:
        seen.put(connection, *other, [seen.Known(A, "1", "other", CHECK_INS, 9, NOON, "t", "s")])
    assert sifted(views, Sent(), owner=mine).facts == [(CHECK_INS, 1)]
    assert SeenSieve(views, mine, PARTITIONS).named(A, "1") == Named("1", TYPES[CHECK_INS], "P1", NOON)
