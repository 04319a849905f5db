"""The contract of a log (`shared.log.base.Log`): what every log promises, a broker's too.

    class TestMyLog(AnyLogContract):
        @pytest.fixture
        def new_log(self, tmp_path): ...      # a callable that opens a new, empty log each time
        @pytest.fixture
        def reopen(self): ...                 # a callable: close this log, open the same one again

A log that decides what it takes (whether an id is known, which instant a whole append gets) promises more:
`wakeful.contracts.log`. The logs have one home-partition, and their present must follow the clock (no probe to wait
for). Nothing about speed is asked here.
"""
# ruff: noqa: S101 - asserting is what a contract does

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TypeAlias

import pytest

from shared.instants import NEVER, Instant
from shared.log.base import Draft, Log, Positions, Record, Taken, Unavailable
from shared.topics import ALERTS, CHECK_INS, INPUTS, NIGHT_COVER, PLAN_CHANGES

NewLog: TypeAlias = Callable[[], Log]
Reopen: TypeAlias = Callable[[Log], Log]


def draft(
    event_id: str,
    topic: str = CHECK_INS,
    home_id: str = "H1",
    content: str = "",
    type_: str = "check.recorded.v1",
) -> Draft:
    """A draft whose content hash is its content; its body says it too, as the door's do."""
    hashed = f"hash-{content}"
    body = f'{{"contenthash":"{hashed}","id":"{event_id}","subject":"P1","type":"{type_}"}}'
    return Draft(topic, home_id, event_id, hashed, body.encode())


def read_all(
    log: Log, topics: tuple[str, ...] = INPUTS, limit: int = 1000, before: Instant = NEVER
) -> list[Record]:
    """Everything of `topics`, as a reader gets it that begins at the start."""
    found: list[Record] = []
    positions: Positions = {}
    while True:
        records, reached = log.read(0, topics, positions, before, limit)
        assert all(reached[topic] >= positions.get(topic, 0) for topic in topics)
        if not records:
            return found
        found += records
        positions = reached


def ids(records: list[Record]) -> list[str]:
    return [record.id for record in records]


class AnyLogContract:
    """Subclass it, and give the two fixtures."""

    @pytest.fixture
    def new_log(self) -> NewLog:
        """A callable that opens a new, empty log each time it is called, and closes it after the test."""
        raise NotImplementedError

    @pytest.fixture
    def reopen(self) -> Reopen:
        """A callable that closes a log of `new_log` and opens the same one again."""
        raise NotImplementedError

    @pytest.fixture
    def log(self, new_log: NewLog) -> Log:
        return new_log()

    # -- taking ----------------------------------------------------------------------------------------------

    def test_what_was_acknowledged_is_read_once_and_in_order(self, log: Log, reopen: Reopen) -> None:
        for number in range(20):
            (receipt,) = log.append([draft(f"e{number}")])
            assert receipt.taken is Taken.NEW
        assert ids(read_all(log)) == [f"e{number}" for number in range(20)]
        assert ids(read_all(reopen(log))) == [f"e{number}" for number in range(20)]

    def test_a_record_is_what_was_drafted(self, log: Log) -> None:
        (receipt,) = log.append([draft("e1", NIGHT_COVER, "H7", "x")])
        (record,) = read_all(log)
        assert record[0] == NIGHT_COVER
        assert record[2:] == (
            receipt.appended_at,
            "H7",
            "e1",
            "hash-x",
            draft("e1", NIGHT_COVER, "H7", "x").body,
        )

    def test_the_drafts_of_one_append_come_in_the_order_of_their_topics(self, log: Log) -> None:
        log.append([draft(topic, topic) for topic in reversed(INPUTS)])
        assert ids(read_all(log)) == list(INPUTS)

    def test_instants_never_go_back(self, log: Log) -> None:
        stamps = [log.append([draft(f"e{number}")])[0].appended_at or 0 for number in range(50)]
        assert stamps == sorted(stamps)

    def test_an_id_belongs_to_its_home(self, log: Log) -> None:
        log.append([draft("e1")])
        assert log.append([draft("e1", home_id="H2", content="other")])[0].taken is Taken.NEW

    def test_nothing_to_append_is_nothing(self, log: Log) -> None:
        assert log.append([]) == []

    # -- reading ---------------------------------------------------------------------------------------------

    def test_an_instant_is_never_split(self, log: Log) -> None:
        log.append([draft("e0")])
        log.append([draft(f"e{number}") for number in range(1, 6)])
        records, positions = log.read(0, INPUTS, {}, NEVER, 2)
        rest, _ = log.read(0, INPUTS, positions, NEVER, 100)
        assert len({record.appended_at for record in rest} & {record.appended_at for record in records}) == 0
        assert ids(records + rest) == [f"e{number}" for number in range(6)]

    def test_before_is_exclusive(self, log: Log) -> None:
        first = log.append([draft("e1")])[0].appended_at or 0
        assert log.read(0, INPUTS, {}, first)[0] == []
        assert ids(log.read(0, INPUTS, {}, first + 1)[0])[:1] == ["e1"]

    def test_only_the_topics_asked_for_are_read(self, log: Log) -> None:
        log.append([draft("a", ALERTS), draft("c"), draft("p", PLAN_CHANGES)])
        assert ids(read_all(log, (ALERTS,))) == ["a"]
        assert ids(read_all(log, (CHECK_INS, ALERTS))) == ["c", "a"]

    def test_a_topic_without_a_position_is_read_from_its_start(self, log: Log) -> None:
        log.append([draft("c1"), draft("p1", PLAN_CHANGES)])
        _, positions = log.read(0, (CHECK_INS,), {}, NEVER)
        log.append([draft("c2")])
        records, _ = log.read(0, (CHECK_INS, PLAN_CHANGES), positions, NEVER)
        assert ids(records) == ["p1", "c2"]

    def test_a_home_is_read_by_itself_up_to_an_instant(self, log: Log) -> None:
        for number in range(30):
            log.append(
                [draft(f"e{number}", home_id=f"H{number % 3}"), draft(f"a{number}", ALERTS, f"H{number % 3}")]
            )
        every = read_all(log)
        middle = every[15].appended_at
        for home_id in ("H0", "H1", "H2", "unknown"):
            own = [record for record in every if record.home_id == home_id]
            assert list(log.home(home_id, INPUTS)) == own
            for record in own[:: len(own) // 3 or 1]:
                later = [each for each in own if each.appended_at >= record.appended_at]
                assert list(log.home(home_id, INPUTS, since=record.appended_at)) == later
            assert list(log.home(home_id, INPUTS, middle)) == [r for r in own if r.appended_at <= middle]

    def test_a_named_event_is_found_in_its_home(self, log: Log) -> None:
        at = log.append([draft("e1", type_="check.recorded.v1")])[0].appended_at
        assert log.named("H1", "e1") == ("e1", "check.recorded.v1", "P1", at)
        assert log.named("H2", "e1") is None
        assert log.named("H1", "e2") is None

    # -- the present and waiting -----------------------------------------------------------------------------

    def test_nothing_appears_before_a_present_that_was_answered(self, log: Log) -> None:
        """Many append while one reads up to each present it is given: what it has read is complete up to
        there."""
        writers = [threading.Thread(target=_append_some, args=(log, number)) for number in range(6)]
        for writer in writers:
            writer.start()
        seen: list[Record] = []
        presents = [0]
        positions: Positions = {}
        while any(writer.is_alive() for writer in writers) or len(seen) < 6 * 40:
            mark = log.end()
            presents.append(log.present(0))
            records, positions = log.read(0, INPUTS, positions, presents[-1], 7)
            assert all(record.appended_at < presents[-1] for record in records)
            seen += records
            if not records:
                log.wait(mark, 0.002)
        for writer in writers:
            writer.join()
        assert presents == sorted(presents)
        assert seen == read_all(log)
        _each_writers_own_order(seen)

    def test_a_present_that_was_answered_is_never_stamped_before(self, log: Log) -> None:
        for number in range(50):
            present = log.present(0)
            assert (log.append([draft(f"e{number}")])[0].appended_at or 0) >= present

    def test_every_waiting_thread_wakes_when_something_is_appended(self, log: Log) -> None:
        log.read(0, INPUTS, {}, 0)  # who waits has read before
        mark = log.end()
        woken: list[bool] = []
        waiting = [threading.Thread(target=lambda: woken.append(log.wait(mark, 60))) for _ in range(4)]
        for thread in waiting:
            thread.start()
        log.append([draft("e1")])
        for thread in waiting:
            thread.join()
        assert woken == [True] * 4
        assert log.wait(mark, 60) is True, "who asks late for what has come already does not wait"

    def test_waiting_ends_when_nothing_comes(self, log: Log) -> None:
        log.append([draft("e1")])
        assert log.wait(log.end(), 0.01) is False

    # -- closing ---------------------------------------------------------------------------------------------

    def test_closing_takes_what_is_queued_and_then_nothing(self, log: Log, reopen: Reopen) -> None:
        answers = [log.append_future([draft(f"e{number}")]) for number in range(50)]
        log.close()
        assert all(answer.result()[0].taken is Taken.NEW for answer in answers)
        with pytest.raises(Unavailable):
            log.append([draft("late")])
        assert len(read_all(reopen(log))) == 50


def _append_some(log: Log, writer: int) -> None:
    for number in range(0, 40, 2):
        topic = INPUTS[(number // 2) % len(INPUTS)]
        log.append([draft(f"{writer}-{number}", topic), draft(f"{writer}-{number + 1}", topic)])


def _each_writers_own_order(records: list[Record]) -> None:
    """What one writer appended, each append after the answer to the last, is in that order: in a topic by position, and
    over all topics by instant."""
    own: dict[tuple[str, str], list[tuple[int, Instant, int]]] = defaultdict(list)
    for record in records:
        writer, number = record.id.split("-")
        said = (int(number), record.appended_at, record.position)
        own[writer, record.topic].append(said)
        own[writer, "any"].append((*said[:2], 0))
    for appended in own.values():
        appended.sort()
        instants, positions = [each[1] for each in appended], [each[2] for each in appended]
        assert instants == sorted(instants)
        assert positions == sorted(positions)
