"""The contract of a log (`shared.log.base.Log`), whatever carries it.

    class TestMyLog(LogContract):
        @pytest.fixture
        def new_log(self, tmp_path): ...      # a callable that opens a new, empty log each time
        @pytest.fixture
        def reopen(self): ...                 # a callable: close this log, open the same one again

The present of the logs it is given must follow the clock (no probe to wait for). Nothing about speed is
asked here.
"""
# ruff: noqa: S101 - asserting is what a contract does

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.instants import NEVER, Instant
from shared.log.base import Draft, Log, Positions, Record, Taken, Unavailable
from shared.topics import ALERTS, CHECK_INS, INPUTS, NIGHT_COVER, PLAN_CHANGES, RANK, RESPONSES

NewLog: TypeAlias = Callable[[], Log]
Reopen: TypeAlias = Callable[[Log], Log]

EVERY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def draft(
    event_id: str,
    topic: str = CHECK_INS,
    home_id: str = "H1",
    content: str = "",
    type_: str = "check.recorded.v1",
) -> Draft:
    """A draft whose content hash is its content."""
    body = f'{{"id":"{event_id}","subject":"P1","type":"{type_}","note":"{content}"}}'
    return Draft(topic, home_id, event_id, f"hash-{content}", body.encode())


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


class LogContract:
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

    def test_the_drafts_of_one_append_are_one_instant_and_come_in_the_order_of_their_topics(
        self, log: Log
    ) -> None:
        backwards = [draft(topic, topic) for topic in reversed(INPUTS)]
        receipts = log.append([*backwards, draft("second", CHECK_INS)])
        assert len({receipt.appended_at for receipt in receipts}) == 1
        assert ids(read_all(log)) == [PLAN_CHANGES, NIGHT_COVER, CHECK_INS, "second", RESPONSES]

    def test_instants_never_go_back(self, log: Log) -> None:
        stamps = [log.append([draft(f"e{number}")])[0].appended_at or 0 for number in range(50)]
        assert stamps == sorted(stamps)

    def test_the_same_fact_again_is_the_same_fact(self, log: Log, reopen: Reopen) -> None:
        first = log.append([draft("e1")])[0]
        again = log.append([draft("e1"), draft("e2")])
        assert again[0] == (Taken.SAME, first.appended_at, None)
        assert again[1].taken is Taken.NEW
        assert reopen(log).append([draft("e1")])[0] == (Taken.SAME, first.appended_at, None)

    def test_other_content_under_a_known_id_is_a_conflict_and_the_first_one_stands(self, log: Log) -> None:
        log.append([draft("e1", content="seen")])
        assert log.append([draft("e1", content="not seen")])[0].taken is Taken.CONFLICT
        assert [record.contenthash for record in read_all(log)] == ["hash-seen"]

    def test_an_id_twice_in_one_append_is_taken_once(self, log: Log) -> None:
        receipts = log.append([draft("e1"), draft("e1"), draft("e1", content="other")])
        assert [receipt.taken for receipt in receipts] == [Taken.NEW, Taken.SAME, Taken.CONFLICT]
        assert ids(read_all(log)) == ["e1"]

    def test_an_id_belongs_to_its_home(self, log: Log) -> None:
        log.append([draft("e1")])
        assert log.append([draft("e1", home_id="H2", content="other")])[0].taken is Taken.NEW

    def test_nothing_to_append_is_nothing(self, log: Log) -> None:
        assert log.append([]) == []

    # -- deciding --------------------------------------------------------------------------------------------

    def test_decide_is_asked_in_order_for_new_drafts_only_with_the_instant_they_get(self, log: Log) -> None:
        log.append([draft("known")])
        asked: list[tuple[str, Instant]] = []

        def decide(each: Draft, at: Instant) -> object | None:
            asked.append((each.id, at))
            return "no" if each.id == "e2" else None

        receipts = log.append([draft("e1"), draft("known"), draft("e2"), draft("e1"), draft("e3")], decide)
        stamp = receipts[0].appended_at
        assert asked == [("e1", stamp), ("e2", stamp), ("e3", stamp)]
        assert [receipt.taken for receipt in receipts] == [
            Taken.NEW, Taken.SAME, Taken.REFUSED, Taken.SAME, Taken.NEW,
        ]  # fmt: skip
        assert receipts[2].refusal == "no"
        assert ids(read_all(log)) == ["known", "e1", "e3"]

    def test_what_was_refused_may_come_again(self, log: Log) -> None:
        log.append([draft("e1")], lambda _draft, _at: "no")
        assert log.append([draft("e1")])[0].taken is Taken.NEW

    def test_a_decide_that_raises_takes_nothing_and_says_so(self, log: Log) -> None:
        told: list[str] = []
        log.on_rollback = lambda drafts: told.extend(each.id for each in drafts)

        def decide(each: Draft, _at: Instant) -> None:
            if each.id == "e2":
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            log.append([draft("e1"), draft("e2"), draft("e3")], decide)
        assert "e1" in told
        assert log.append([draft("e1")])[0].taken is Taken.NEW
        assert ids(read_all(log)) == ["e1"]

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
            assert list(log.home(home_id, INPUTS, middle)) == [r for r in own if r.appended_at <= middle]

    def test_a_named_event_is_found_in_its_home(self, log: Log) -> None:
        at = log.append([draft("e1", type_="check.recorded.v1")])[0].appended_at
        assert log.named("H1", "e1") == ("e1", "check.recorded.v1", "P1", at)
        assert log.named("H2", "e1") is None
        assert log.named("H1", "e2") is None

    @EVERY
    @given(
        appends=st.lists(
            st.lists(
                st.tuples(
                    st.sampled_from(INPUTS), st.sampled_from("HKL"), st.integers(0, 12), st.sampled_from("xy")
                ),
                max_size=6,
            ),
            max_size=12,
        ),
        limit=st.integers(1, 7),
    )
    def test_any_appends_read_in_any_portions_are_what_a_dictionary_would_hold(
        self, new_log: NewLog, appends: list[list[tuple[str, str, int, str]]], limit: int
    ) -> None:
        log = new_log()
        model: dict[tuple[str, str], Draft] = {}
        stamped: dict[tuple[str, str], Instant] = {}
        for append in appends:
            drafts = [draft(str(n), topic, home_id, content) for topic, home_id, n, content in append]
            for each, receipt in zip(drafts, log.append(drafts), strict=True):
                key = (each.home_id, each.id)
                known = model.setdefault(key, each)
                stamped.setdefault(key, receipt.appended_at or 0)
                expected = Taken.SAME if known.contenthash == each.contenthash else Taken.CONFLICT
                assert receipt.taken is (Taken.NEW if known is each else expected)
                assert receipt.appended_at == stamped[key]
        places = {key: number for number, key in enumerate(model)}
        order = sorted(model, key=lambda k: (stamped[k], RANK[model[k].topic], places[k]))
        assert [(r.home_id, r.id) for r in read_all(log, limit=limit)] == order

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

    def test_nothing_is_stamped_before_a_readers_durable_clock(self, log: Log) -> None:
        ahead = log.present(0) + 5_000
        log.not_before(ahead)
        assert (log.append([draft("e1")])[0].appended_at or 0) >= ahead

    def test_every_waiting_thread_wakes_when_something_is_appended(self, log: Log) -> None:
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
    """What one writer appended, each append after the answer to the last, is in that order."""
    own: dict[str, list[int]] = defaultdict(list)
    for record in sorted(records, key=lambda r: r.position):
        writer, number = record.id.split("-")
        own[writer].append(int(number))
    assert all(numbers == sorted(numbers) for numbers in own.values())
