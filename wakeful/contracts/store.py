"""The contract of a store: ledger, outbox, homes set aside, operations, ids seen and rows, on whatever database.

    class TestMyDatabase(StoreContract):
        @pytest.fixture
        def new_engine(self): ...     # a callable: an engine for a new, empty, migrated database each time

Nothing about speed is asked here.
"""
# ruff: noqa: S101 - asserting is what a contract does

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    inspect,
    select,
)

from shared.log.base import Draft
from shared.monitor import Effect, Row
from shared.store import asides, ledger, operations, outbox, rebuilds, rows, seen
from shared.store.engine import writing
from shared.store.fresh import Fresh
from shared.store.tables import LEDGER, OPERATIONS, SEEN
from shared.topics import ALERTS, CHECK_INS, PLAN_CHANGES, REJECTED

NewEngine: TypeAlias = Callable[[], Engine]

EVERY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)

METADATA = MetaData()
THINGS = Table(
    "contract_things",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("count", BigInteger),
    Column("facts", JSON(none_as_null=True)),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("contract_things_by_count", "count"),
)
STEPS = Table(
    "contract_steps",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
    Column("told", JSON, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("state", LargeBinary),
)
KEYS = Table("contract_keys", METADATA, Column("home_id", String, primary_key=True), Column("spare", Integer))

OURS = outbox.Owner("checks", 0)


def thing(name: str, home_id: str = "H1", **values: Any) -> Row:
    return Row(THINGS.name, {"home_id": home_id, "name": name}, values)


def gone(name: str, home_id: str = "H1") -> Row:
    return Row(THINGS.name, {"home_id": home_id, "name": name}, None)


def step(position: int, **values: Any) -> Row:
    return Row(STEPS.name, {"position": position}, {"told": None, "open": True, "state": None, **values})


def known(number: int, home_id: str = "H1", topic: str = CHECK_INS, **values: Any) -> seen.Known:
    told = seen.Known(home_id, f"e{number}", "c0", topic, number, 10 * number, "check.recorded.v1", "P1")
    return told._replace(**values)


def effect(number: int, alert_id: str = "A1", at: int = 0) -> Effect:
    event = {"id": f"e{number}", "type": "alert.raised.v1", "data": {"alert_id": alert_id}}
    return Effect(ALERTS, "H1", f"e{number}", at or number, event)


class StoreContract:
    """Subclass it, and give the fixture."""

    @pytest.fixture
    def new_engine(self) -> NewEngine:
        """A callable: an engine for a new, empty database with the shared tables, disposed of after the
        test."""
        raise NotImplementedError

    @pytest.fixture
    def engine(self, new_engine: NewEngine) -> Engine:
        engine = new_engine()
        METADATA.create_all(engine)
        return engine

    # -- one transaction -------------------------------------------------------------------------------------

    def test_a_transaction_that_raises_leaves_nothing(self, engine: Engine) -> None:
        with pytest.raises(ZeroDivisionError), writing(engine) as connection:  # noqa: PT012
            ledger.take_over(connection, "checks", 0, 1)
            outbox.put(connection, OURS, [effect(1)])
            rows.put(connection, METADATA, [thing("a", count=1)])
            raise ZeroDivisionError
        with engine.connect() as connection:
            assert ledger.find(connection, "checks", 0) is None
            assert outbox.waiting(connection, OURS) == []
            assert list(rows.load(connection, METADATA, [THINGS.name])) == []

    # -- the ledger ------------------------------------------------------------------------------------------

    def test_taking_over_adds_one_to_the_epoch_and_keeps_the_rest(self, engine: Engine) -> None:
        with writing(engine) as connection:
            first = ledger.take_over(connection, "checks", 0, version=3)
            moved = ledger.swap(connection, first, replace(first, positions={"b": 2, "a": 1}, clock=7))
            again = ledger.take_over(connection, "checks", 0, version=4)
        assert (first.epoch, first.version, first.clock) == (1, 3, 0)
        assert again == replace(moved, epoch=2)
        with engine.connect() as connection:
            assert ledger.find(connection, "checks", 0) == again
        assert ledger.clocks(engine) == {"checks": 7}

    def test_who_lost_the_row_can_write_nothing_whatever_it_believes(self, engine: Engine) -> None:
        with writing(engine) as connection:
            zombie = ledger.take_over(connection, "checks", 0, 1)
        with writing(engine) as connection:
            owner = ledger.take_over(connection, "checks", 0, 1)
        with pytest.raises(ledger.LostOwnership, match=r"epoch 1 .*epoch 2"), writing(engine) as connection:  # noqa: PT012
            rows.put(connection, METADATA, [thing("by the zombie", count=1)])
            ledger.swap(connection, zombie, replace(zombie, clock=9))
        with engine.connect() as connection:
            assert list(rows.load(connection, METADATA, [THINGS.name])) == []
            assert ledger.find(connection, "checks", 0) == owner

    @pytest.mark.parametrize(
        "change",
        [
            {"positions": {"t": 2}},
            {"clock": 2},
            {"published": 2},
            {"version": 2},
        ],
    )
    def test_the_whole_row_is_compared(self, engine: Engine, change: dict[str, Any]) -> None:
        with writing(engine) as connection:
            mine = ledger.take_over(connection, "checks", 0, 1)
            theirs = ledger.swap(connection, mine, replace(mine, **change))
        with pytest.raises(ledger.LostOwnership), writing(engine) as connection:
            ledger.swap(connection, mine, replace(mine, clock=5))
        with writing(engine) as connection:
            ledger.swap(connection, theirs, mine)

    def test_equal_positions_are_equal_in_whatever_order_they_were_met(self, engine: Engine) -> None:
        with writing(engine) as connection:
            entry = ledger.take_over(connection, "checks", 0, 1)
            entry = ledger.swap(connection, entry, replace(entry, positions={"a": 1, "b": 2}))
            ledger.swap(connection, replace(entry, positions={"b": 2, "a": 1}), entry)

    def test_a_commit_whose_answer_was_lost_is_known_again_by_its_own_epoch(self, engine: Engine) -> None:
        with writing(engine) as connection:
            mine = ledger.take_over(connection, "checks", 0, 1)
            ledger.swap(connection, mine, landed := replace(mine, clock=5))
        with writing(engine) as connection:
            assert not ledger.moved(connection, mine, landed)
            assert ledger.moved(connection, landed, replace(landed, clock=6))
            with pytest.raises(ledger.LostOwnership):
                ledger.moved(connection, mine, landed)
        with writing(engine) as connection:
            theirs = ledger.take_over(connection, "checks", 0, 1)
        with writing(engine) as connection, pytest.raises(ledger.LostOwnership):
            ledger.moved(connection, replace(theirs, epoch=1), theirs)

    def test_services_and_partitions_have_rows_of_their_own(self, engine: Engine) -> None:
        with writing(engine) as connection:
            for service, partition in (("checks", 0), ("checks", 1), ("cover", 0)):
                assert ledger.take_over(connection, service, partition, 1).epoch == 1
            assert len(connection.execute(select(LEDGER)).all()) == 3

    # -- the outbox ------------------------------------------------------------------------------------------

    def test_effects_wait_in_their_order_until_they_are_marked(self, engine: Engine) -> None:
        with writing(engine) as connection:
            outbox.put(connection, OURS, [effect(3, at=50), effect(1, at=40)])
            outbox.put(connection, OURS, [effect(2, at=60)])
        with writing(engine) as connection:
            first = outbox.waiting(connection, OURS, limit=2)
            assert [each.draft.id for each in first] == ["e3", "e1"]
            assert outbox.standing(connection, OURS) == (3, 40)
            outbox.mark(connection, OURS, first)
        with engine.connect() as connection:
            assert [each.draft.id for each in outbox.waiting(connection, OURS)] == ["e2"]

    def test_a_waiting_effect_is_canonical_bytes_with_their_hash(self, engine: Engine) -> None:
        with writing(engine) as connection:
            outbox.put(connection, OURS, [effect(1)])
            (waiting,) = outbox.waiting(connection, OURS)
        body = b'{"data":{"alert_id":"A1"},"id":"e1","type":"alert.raised.v1"}'
        assert waiting.draft == Draft(ALERTS, "H1", "e1", waiting.draft.contenthash, body)
        assert len(waiting.draft.contenthash) == 64

    def test_one_services_outbox_is_not_anothers(self, engine: Engine) -> None:
        theirs = outbox.Owner("cover", 0)
        with writing(engine) as connection:
            outbox.put(connection, theirs, [effect(1)])
            outbox.put(connection, OURS, [effect(2)])
            outbox.mark(connection, OURS, outbox.waiting(connection, OURS))
            assert outbox.standing(connection, OURS) == (0, None)
            assert outbox.standing(connection, theirs) == (1, 1)

    def test_what_is_on_its_way_to_a_topic_is_told_in_order(self, engine: Engine) -> None:
        with writing(engine) as connection:
            outbox.put(connection, OURS, [effect(2), effect(1)])
            outbox.put(connection, outbox.Owner("alerts", 0), [effect(3)])
            found = outbox.bodies(connection, OURS, ALERTS)
            assert [(home, orjson.loads(body)["id"]) for home, body in found] == [("H1", "e2"), ("H1", "e1")]
            assert outbox.bodies(connection, OURS, REJECTED) == []

    def test_words_that_nobody_has_validated_never_stop_who_writes_them(self, engine: Engine) -> None:
        odd, kept = "a\x00b\ud800c ü", "a\ufffdb\ufffd"
        with writing(engine) as connection:
            outbox.put(connection, OURS, [replace(effect(1), home_id=odd)])
            asides.put(connection, asides.Aside("checks", 0, "H1", 5, odd, None))
            operations.raise_once(connection, operations.MONITOR_BLIND, "checks", "H1", 5, odd)
            (waiting,) = outbox.waiting(connection, OURS)
            (aside,) = asides.of_service(connection, "checks", 0)
            (told,) = operations.latest(connection)
        for text in (waiting.draft.home_id, aside.reason, told.detail):
            assert text.startswith(kept)
            assert text.endswith("c ü")

    # -- tables made anew ------------------------------------------------------------------------------------

    def test_fresh_tables_are_filled_beside_the_live_ones_and_take_their_place(self, engine: Engine) -> None:
        fresh = Fresh(METADATA, [THINGS.name])
        with writing(engine) as connection:
            rows.put(connection, METADATA, [thing("old", count=1)])
            fresh.make(connection)
            rows.put(connection, fresh, [thing("new", count=2, facts=None)])
            assert [row.key["name"] for row in rows.load(connection, METADATA, [THINGS.name])] == ["old"]
        with writing(engine) as connection:
            fresh.swap(connection)
        with writing(engine) as connection:
            assert list(rows.load(connection, METADATA, [THINGS.name])) == [thing("new", count=2, facts=None)]
            rows.put(connection, METADATA, [thing("new", count=3, facts=None)])
            assert [row.values for row in rows.load(connection, METADATA, [THINGS.name])] == [
                {"count": 3, "facts": None}
            ], "its key is one still"
        indexes = {index["name"] for index in inspect(engine).get_indexes(THINGS.name)}
        assert indexes == {"contract_things_by_count"}

    def test_fresh_tables_begin_empty_whatever_was_left_behind(self, engine: Engine) -> None:
        fresh = Fresh(METADATA, [THINGS.name])
        with writing(engine) as connection:
            fresh.make(connection)
            rows.put(connection, fresh, [thing("left", count=1)])
        with writing(engine) as connection:
            again = Fresh(METADATA, [THINGS.name])
            again.make(connection)
            assert list(rows.load(connection, again, [THINGS.name])) == []

    def test_of_two_rebuilds_the_later_goes_on_and_the_other_writes_nothing(self, engine: Engine) -> None:
        with writing(engine) as connection:
            first = rebuilds.claim(connection, OURS, 1)
            rebuilds.keep(connection, OURS, first, 5, 10)
        with writing(engine) as connection:
            assert rebuilds.under_way(connection) == [rebuilds.Rebuild("checks", 0, 1, 5, 10)]
            second = rebuilds.claim(connection, OURS, 2)
        with writing(engine) as connection, pytest.raises(ledger.LostOwnership, match="another rebuild"):
            rebuilds.keep(connection, OURS, first, 6, 10)
        with writing(engine) as connection:
            rebuilds.end(connection, OURS, second)
            assert rebuilds.under_way(connection) == []

    # -- rows ------------------------------------------------------------------------------------------------

    def test_a_row_is_put_replaced_and_deleted(self, engine: Engine) -> None:
        with writing(engine) as connection:
            rows.put(
                connection,
                METADATA,
                [thing("a", count=1, facts={"x": [1, None]}), thing("b", count=2, facts=None)],
            )
            rows.put(connection, METADATA, [thing("a", count=5, facts=None), gone("b"), gone("never was")])
            assert list(rows.load(connection, METADATA, [THINGS.name])) == [thing("a", count=5, facts=None)]

    def test_of_several_rows_with_one_key_the_last_wins(self, engine: Engine) -> None:
        with writing(engine) as connection:
            given_rows = [thing("a", count=1), gone("a"), thing("a", count=3), thing("b", count=1), gone("b")]
            assert rows.put(connection, METADATA, given_rows) == 2
            assert [row.values for row in rows.load(connection, METADATA, [THINGS.name])] == [
                {"count": 3, "facts": None}
            ]

    def test_a_row_that_names_some_columns_leaves_the_others(self, engine: Engine) -> None:
        with writing(engine) as connection:
            rows.put(connection, METADATA, [thing("a", count=1, facts={"x": 1})])
            rows.put(connection, METADATA, [thing("a", count=2)])
            assert list(rows.load(connection, METADATA, [THINGS.name])) == [
                thing("a", count=2, facts={"x": 1})
            ]

    def test_a_row_that_is_only_a_key_can_be_put_twice(self, engine: Engine) -> None:
        row = Row(KEYS.name, {"home_id": "H1"}, {})
        with writing(engine) as connection:
            rows.put(connection, METADATA, [row])
            rows.put(connection, METADATA, [row])
            assert len(list(rows.load(connection, METADATA, [KEYS.name]))) == 1

    def test_one_home_can_be_cleared_alone(self, engine: Engine) -> None:
        with writing(engine) as connection:
            rows.put(connection, METADATA, [thing("a", count=1), thing("a", "H2", count=2)])
            rows.clear(connection, METADATA, [THINGS.name], "H1")
            assert [row.key["home_id"] for row in rows.load(connection, METADATA, [THINGS.name])] == ["H2"]
            rows.clear(connection, METADATA, [THINGS.name])
            assert list(rows.load(connection, METADATA, [THINGS.name])) == []

    def test_a_home_partitions_rows_are_loaded_and_cleared_without_the_others(self, engine: Engine) -> None:
        with writing(engine) as connection:
            rows.put(connection, METADATA, [thing("a", "H1", count=1, facts=None)], partition=1)
            rows.put(connection, METADATA, [thing("a", "H2", count=2, facts=None)], partition=2)
            rows.put(connection, METADATA, [thing("a", "H3", count=3, facts=None)])
            for partition, home_id in ((0, "H3"), (1, "H1"), (2, "H2")):
                mine = rows.load(connection, METADATA, [THINGS.name], partition=partition)
                assert list(mine) == [thing("a", home_id, count=partition or 3, facts=None)]
            rows.clear(connection, METADATA, [THINGS.name], partition=1)
            assert [row.key["home_id"] for row in rows.load(connection, METADATA, [THINGS.name])] == [
                "H2",
                "H3",
            ]

    def test_where_each_home_partition_counts_by_itself_a_key_is_its_own(self, engine: Engine) -> None:
        with writing(engine) as connection:
            for partition in (0, 1, 2):
                rows.put(connection, METADATA, [step(1, told=partition), step(2)], partition=partition)
            rows.put(connection, METADATA, [Row(STEPS.name, {"position": 2}, None)], partition=1)
            rows.put(connection, METADATA, [step(1, told="again")], partition=2)
            found = [list(rows.load(connection, METADATA, [STEPS.name], partition=p)) for p in (0, 1, 2)]
        assert found == [[step(1, told=0), step(2)], [step(1, told=1)], [step(1, told="again"), step(2)]]

    def test_thousands_of_rows_at_once_are_put_as_a_few_are(self, engine: Engine) -> None:
        values = [None, {"x": ["\t", "\\N", "ü", None]}, "text", 0, False]
        first = [step(n, told=values[n % 5], state=b"\x00\xff" if n % 2 else None) for n in range(2_000)]
        second = [step(n, told=n, open=False) for n in range(1_000, 3_000)]
        with writing(engine) as connection:
            for portion in (first, second):  # in one transaction, too
                rows.put(connection, METADATA, portion, partition=4)
            assert list(rows.load(connection, METADATA, [STEPS.name], partition=4)) == first[:1_000] + second
            things = [thing(str(n), count=n, facts={"n": n}) for n in range(1_000)]
            rows.put(connection, METADATA, things)
            rows.put(connection, METADATA, [thing(str(n), count=-n) for n in range(1_000)])
            found = {row.key["name"]: row.values for row in rows.load(connection, METADATA, [THINGS.name])}
            assert found == {str(n): {"count": -n, "facts": {"n": n}} for n in range(1_000)}
            keys = [Row(KEYS.name, {"home_id": f"H{n}"}, {}) for n in range(1_000)]
            rows.put(connection, METADATA, keys)
            rows.put(connection, METADATA, keys)
            assert len(list(rows.load(connection, METADATA, [KEYS.name]))) == 1_000

    def test_rows_come_in_the_order_of_their_keys_bytes(self, engine: Engine) -> None:
        names = ["Z", "a", "B", "-b", "ä", "_", "aa", "a b"]
        with writing(engine) as connection:
            seen.put(connection, "checks", 0, [known(1, "H", id=name) for name in names])
            order = select(SEEN.c.id).order_by(SEEN.c.id)
            assert list(connection.scalars(order)) == sorted(names, key=str.encode)

    @EVERY
    @given(
        moves=st.lists(
            st.lists(
                st.tuples(
                    st.sampled_from("HK"), st.sampled_from("abc"), st.none() | st.integers(-(2**62), 2**62)
                ),
                max_size=8,
            ),
            max_size=8,
        )
    )
    def test_any_rows_in_any_portions_are_what_a_dictionary_would_hold(
        self, new_engine: NewEngine, moves: list[list[tuple[str, str, int | None]]]
    ) -> None:
        engine = new_engine()
        METADATA.create_all(engine)
        model: dict[tuple[str, str], int] = {}
        for portion in moves:
            given_rows = []
            for home_id, name, count in portion:
                given_rows.append(
                    gone(name, home_id) if count is None else thing(name, home_id, count=count, facts=None)
                )
                model.pop((home_id, name), None)
                if count is not None:
                    model[home_id, name] = count
            with writing(engine) as connection:
                rows.put(connection, METADATA, given_rows)
        with engine.connect() as connection:
            found = {
                (row.key["home_id"], row.key["name"]): (row.values or {})["count"]
                for row in rows.load(connection, METADATA, [THINGS.name])
            }
        assert found == model

    # -- ids seen --------------------------------------------------------------------------------------------

    def test_an_id_is_known_in_its_home_and_home_partition_once_it_is_put(self, engine: Engine) -> None:
        one, other = known(1), known(2, "H2")
        asked = [one.key, other.key, ("H2", "e1"), ("H1", "never")]
        with writing(engine) as connection:
            assert seen.find(connection, "checks", 3, asked) == {}
            seen.put(connection, "checks", 3, [one, other])
        with engine.connect() as connection:
            assert seen.find(connection, "checks", 3, [*asked, one.key]) == {one.key: one, other.key: other}
            assert seen.find(connection, "checks", 2, asked) == seen.find(connection, "cover", 3, asked) == {}
            assert seen.find(connection, "checks", 3, []) == {}

    def test_an_id_that_comes_anew_takes_the_place_of_the_old_one(self, engine: Engine) -> None:
        again = known(1, position=900, appended_at=9_000, contenthash="c1")
        with writing(engine) as connection:
            seen.put(connection, "checks", 0, [known(1), known(2)])
            seen.put(connection, "checks", 0, [again])
            assert seen.find(connection, "checks", 0, [again.key]) == {again.key: again}
            assert seen.of_home(connection, "checks", "H1", [CHECK_INS]) == [
                (CHECK_INS, 2, 20),
                (CHECK_INS, 900, 9_000),
            ]

    def test_thousands_of_ids_are_found_and_put_at_once(self, engine: Engine) -> None:
        many = [known(n, f"H{n % 7}") for n in range(3_000)]
        with writing(engine) as connection:
            seen.put(connection, "checks", 0, many[:2_000])
            found = seen.find(connection, "checks", 0, [each.key for each in many[1_000:]])
            assert found == {each.key: each for each in many[1_000:2_000]}
            seen.put(connection, "checks", 0, many[1_000:])
            assert len(seen.find(connection, "checks", 0, [each.key for each in many])) == 3_000

    def test_where_a_homes_facts_lie_is_told_in_order(self, engine: Engine) -> None:
        with writing(engine) as connection:
            theirs = [known(30), known(4), known(7, topic=PLAN_CHANGES), known(5, topic=REJECTED)]
            seen.put(connection, "checks", 1, [*theirs, known(6, "H2")])
            seen.put(connection, "cover", 1, [known(8)])
            assert seen.of_home(connection, "checks", "H1", [PLAN_CHANGES, CHECK_INS]) == [
                (CHECK_INS, 4, 40),
                (CHECK_INS, 30, 300),
                (PLAN_CHANGES, 7, 70),
            ]

    def test_repetitions_are_kept_by_their_place_until_all_is_forgotten(self, engine: Engine) -> None:
        repeats = [seen.Repeat(CHECK_INS, 2, "same"), seen.Repeat(CHECK_INS, 10, "conflict")]
        with writing(engine) as connection:
            seen.put(connection, "checks", 1, [known(1)])
            for partition in (1, 2):
                seen.put_repeats(connection, "checks", partition, repeats[::-1])
            seen.put_repeats(connection, "checks", 1, repeats)  # read again after a crash
            assert seen.load_repeats(connection, "checks", 1) == repeats
            seen.forget(connection, "checks", 1)
            assert seen.load_repeats(connection, "checks", 1) == []
            assert seen.find(connection, "checks", 1, [known(1).key]) == {}
            assert seen.load_repeats(connection, "checks", 2) == repeats

    # -- homes set aside, operations -------------------------------------------------------------------------

    def test_a_home_set_aside_stays_so_until_it_is_forgotten(self, engine: Engine) -> None:
        first = asides.Aside("checks", 0, "H1", 5, "KeyError: 'x'", "e1")
        other = asides.Aside("cover", 0, "H1", 6, "KeyError: 'y'", None)
        with writing(engine) as connection:
            asides.put(connection, first)
            asides.put(connection, other)
            asides.put(connection, replace(first, since=9))
        with writing(engine) as connection:
            assert asides.of_service(connection, "checks", 0) == [replace(first, since=9)]
            asides.forget(connection, "checks", 0, "H2")
            asides.forget(connection, "checks", 0, "H1")
            assert asides.of_service(connection, "checks", 0) == []
            assert asides.of_service(connection, "cover", 0) == [other]

    def test_an_operations_entry_is_opened_once_and_resolved(self, engine: Engine) -> None:
        blind = operations.MONITOR_BLIND
        with writing(engine) as connection:
            entry = operations.raise_once(connection, blind, "checks", "H1", 5, "KeyError")
            operations.mark_told(connection, entry, 6)
            assert operations.raise_once(connection, blind, "checks", "H1", 5, "KeyError: 'x'") == entry
            operations.raise_once(connection, blind, "checks", None, 5, "the present stands still")
            assert connection.execute(select(OPERATIONS.c.told).where(OPERATIONS.c.id == entry)).scalar() == 6
            operations.resolve(connection, blind, "checks", "H1", 8)
            (left,) = operations.latest(connection, only_open=True)
            assert left.home_id is None
            assert [each.resolved for each in operations.latest(connection) if each.home_id] == [8]


def _write_as(engine: Engine, entry: ledger.Entry) -> None:
    with writing(engine) as connection:
        rows.put(connection, METADATA, [thing("by a zombie", count=1)])
        ledger.swap(connection, entry, replace(entry, clock=9))
