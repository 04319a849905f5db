"""The tables of a read model: made anew beside the live ones, and rows put, loaded and cleared."""
# ruff: noqa: S101 - asserting is what a contract does

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, inspect, select

from shared.monitor import Row
from shared.store import ledger, rebuilds, rows, seen
from shared.store.engine import writing
from shared.store.fresh import Fresh
from shared.store.tables import SEEN
from wakeful.contracts.store.things import (
    KEYS,
    METADATA,
    OURS,
    STEPS,
    THINGS,
    NewEngine,
    OnADatabase,
    gone,
    known,
    step,
    thing,
)

EVERY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
    ],
)


class TabledContract(OnADatabase):
    """See `StoreContract`."""

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
