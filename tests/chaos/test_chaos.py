"""Chaos: real processes over a broker and a Postgres of the test's own, all of which are killed, stopped and started
again while clients go on posting. Afterwards every acknowledged fact has counted once, and what was told is what a
replay tells.

The everyday run draws a few disturbances; `make chaos` goes through all of them, with 200,000 facts. The seed is
printed; `WAKEFUL_CHAOS_SEED` replays it.
"""

import json
from pathlib import Path
from typing import Final

import pytest

from services.rules import MONITORS
from shared.alerting import ACKNOWLEDGED
from tests.chaos import disturbances
from tests.chaos.night import LONG, SHORT, Report, played, seed
from tests.servers.broker import Broker
from tests.servers.postgres import PostgresServer

FIGURES: Final = Path(__file__).parents[2] / "build" / "chaos.json"


def _told(report: Report) -> None:
    print(report.table(), flush=True)
    assert report.good, report.table()


@pytest.mark.timeout(400)
def test_whoever_is_killed_nothing_is_lost_nothing_counts_twice_and_alerts_are_those_of_a_replay(
    own_kafka: Broker, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    number = seed()
    print(f"WAKEFUL_CHAOS_SEED={number}", flush=True)
    report = played(
        tmp_path / "night", own_kafka, own_postgres, SHORT, disturbances.a_few, number, pause_s=0.5
    )
    _told(report)
    assert set(report.verdict.told_by) == set(MONITORS), "somebody has told nothing"
    assert report.verdict.decided[ACKNOWLEDGED] > 0
    assert report.sent_again > 0


@pytest.mark.chaos
@pytest.mark.timeout(1_200)
def test_through_all_disturbances_two_hundred_thousand_facts_count_once(
    own_kafka: Broker, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    number = seed()
    print(f"WAKEFUL_CHAOS_SEED={number}", flush=True)
    report = played(
        tmp_path / "night", own_kafka, own_postgres, LONG, disturbances.all_of_them, number, pause_s=4
    )
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(report.figures(), indent=2) + "\n", "utf-8")
    _told(report)
    assert report.verdict.facts >= LONG.facts
    assert report.delivered_again > 0
    assert report.mid_transaction > 0
