"""The contract of a log (`shared.log.base.Log`) that decides what it takes, as the embedded one does.

    class TestMyLog(LogContract):
        @pytest.fixture
        def new_log(self, tmp_path): ...      # a callable that opens a new, empty log each time
        @pytest.fixture
        def reopen(self): ...                 # a callable: close this log, open the same one again

It holds each id once in a home, gives one append one instant, and asks `decide` before it takes. A broker's log cannot
promise that: it takes what comes, and whoever reads leaves out what came before. What both promise is
`wakeful.contracts.anylog`, and is part of this.
"""
# ruff: noqa: S101 - asserting is what a contract does

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.instants import Instant
from shared.log.base import Draft, Log, Taken
from shared.topics import CHECK_INS, INPUTS, NIGHT_COVER, PLAN_CHANGES, RANK, RESPONSES
from wakeful.contracts.anylog import AnyLogContract, NewLog, Reopen, draft, ids, read_all

__all__ = ["LogContract", "draft", "ids", "read_all"]

EVERY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class LogContract(AnyLogContract):
    """Subclass it, and give the two fixtures."""

    # -- taking ----------------------------------------------------------------------------------------------

    def test_the_drafts_of_one_append_are_one_instant_and_come_in_the_order_of_their_topics(
        self, log: Log
    ) -> None:
        backwards = [draft(topic, topic) for topic in reversed(INPUTS)]
        receipts = log.append([*backwards, draft("second", CHECK_INS)])
        assert len({receipt.appended_at for receipt in receipts}) == 1
        assert ids(read_all(log)) == [PLAN_CHANGES, NIGHT_COVER, CHECK_INS, "second", RESPONSES]

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

    def test_nothing_is_stamped_before_a_readers_durable_clock(self, log: Log) -> None:
        ahead = log.present(0) + 5_000
        log.not_before(ahead)
        assert (log.append([draft("e1")])[0].appended_at or 0) >= ahead
