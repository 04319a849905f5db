"""What is written as one, by whoever has a home-partition: one transaction, the ledger, the outbox."""
# ruff: noqa: S101 - asserting is what a contract does

from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from shared.log.base import Draft
from shared.store import asides, ledger, operations, outbox, rows
from shared.store.engine import writing
from shared.store.tables import LEDGER
from shared.topics import ALERTS, REJECTED
from wakeful.contracts.store.things import METADATA, OURS, THINGS, OnADatabase, effect, thing


class OwnedContract(OnADatabase):
    """See `StoreContract`."""

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


def _write_as(engine: Engine, entry: ledger.Entry) -> None:
    with writing(engine) as connection:
        rows.put(connection, METADATA, [thing("by a zombie", count=1)])
        ledger.swap(connection, entry, replace(entry, clock=9))
