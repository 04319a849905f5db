"""What is noted beside the rows: ids seen, homes set aside, operations entries."""
# ruff: noqa: S101 - asserting is what a contract does

from dataclasses import replace

from sqlalchemy import Engine, select

from shared.store import asides, operations, seen
from shared.store.engine import writing
from shared.store.tables import OPERATIONS
from shared.topics import CHECK_INS, PLAN_CHANGES, REJECTED
from wakeful.contracts.store.things import OnADatabase, known


class NotedContract(OnADatabase):
    """See `StoreContract`."""

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
