"""Over a broker the audit goes home-partition by home-partition, finds what is planted, and trusts nobody's notes."""

from typing import Any

import orjson
import pytest
from sqlalchemy import delete

from services.checks.model import ChecksMonitor
from services.house import database
from shared.events.canonical import canonical
from shared.instants import HOUR, parse_instant, show_instant
from shared.log.base import Draft
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import Outgoing, outgoing
from shared.store.engine import writing
from shared.store.tables import LEDGER, REPEATS, SEEN
from shared.topics import ALERTS, CHECK_INS, SWAPS
from tests.integration.cli.apart import PARTITIONS, Apart, demo, end_of
from tests.integration.cli.house import draft
from tests.unit.cli.story import Line, check, night, wakeful, written

END = end_of(night())
HOME = partition_of("H1", PARTITIONS)
ELSEWHERE = (HOME + 1) % PARTITIONS


def live(apart: Apart, lines: list[Line]) -> Apart:
    apart.make(importing=True)
    until = parse_instant(lines[-1]["appended_at"]) + HOUR
    apart.live(lines, until)
    apart.watched(until)
    return apart


def audited(code: int) -> Any:
    result = wakeful("audit", "--json")
    assert (result.exit_code, result.stderr) == (code, "")
    return orjson.loads(result.stdout)


def planted(apart: Apart, partition: int = HOME) -> None:
    """An alert's event that is nothing that the facts give."""
    event = orjson.loads(apart.alerts().splitlines()[0])
    event |= {"id": "00000000-0000-5000-8000-000000000001", "subject": "planted"}
    event["data"]["alert_id"] = "planted"
    apart.put(Outgoing(ALERTS, partition, b"H1", canonical(event), at=END))


def test_a_night_that_went_well_has_no_difference_wherever_its_homes_lie(apart: Apart) -> None:
    live(apart, demo())
    found = audited(0)
    assert (found["differences"], found["explained"], found["set_aside"]) == ([], [], [])
    assert found["compared"] == apart.alerts().count(b"\n") > 10
    assert wakeful("audit").stdout.endswith(": no difference\n")


def test_what_lies_there_twice_or_in_the_wrong_place_is_no_difference_and_counts_once(apart: Apart) -> None:
    """A send that was answered 503 and landed; a writer who is not the gateway; and the service's notes are gone."""
    apart.make(importing=True)
    lines = night()
    for each in lines[:3]:
        mine = outgoing(draft(each), PARTITIONS, parse_instant(each["appended_at"]))
        apart.put(mine, mine._replace(partition=ELSEWHERE))
    late = parse_instant("2026-03-02T22:30:00.000Z")
    apart.put(
        outgoing(draft(lines[2]), PARTITIONS, late),
        outgoing(draft(check("22:30", "c1")), PARTITIONS, late),
        Outgoing(CHECK_INS, ELSEWHERE, b"H1", draft(check("22:31", "c8")).body, at=late),
        Outgoing(CHECK_INS, HOME, b"H1", b"no event", at=late),
    )
    until = END + HOUR
    apart.live([lines[3]], until)
    apart.watched(until)
    for record in apart.records(ALERTS):
        apart.put(Outgoing(ALERTS, HOME, b"H1", record.body, at=until))
    planted(apart, partition=ELSEWHERE)
    apart.put(Outgoing(ALERTS, HOME, b"H1", b"no event", at=until))
    engine = database.views(apart.url, "checks")
    with writing(engine) as connection:
        for table in (SEEN, REPEATS):
            connection.execute(delete(table))
    engine.dispose()
    replayed = wakeful("replay", "-", "--until", show_instant(until), given=written(night())).stdout_bytes
    assert audited(0)["compared"] == replayed.count(b"\n") > 2


def test_an_alert_without_cause_is_found(apart: Apart) -> None:
    live(apart, night())
    planted(apart)
    result = wakeful("audit")
    assert result.exit_code == 1
    assert result.stdout.startswith("raised without cause: alert.raised.v1 00000000-")
    assert result.stdout.endswith(": 1 differ\n")


def test_an_alert_that_was_due_and_never_raised_is_found(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as asleep:
        asleep.setattr(ChecksMonitor, "advance", lambda _self, _to: ())
        live(apart, night())
    found = audited(1)
    assert {each["what"] for each in found["differences"]} == {"due and never raised"}


def test_a_swap_explains_its_own_home_partition_and_no_other(apart: Apart) -> None:
    live(apart, night())
    planted(apart)
    for partition, code in ((ELSEWHERE, 1), (HOME, 0)):
        swap = {
            "service": "checks",
            "partition": partition,
            "from_version": 0,
            "to_version": 1,
            "at": show_instant(END),
            "raised": [],
            "superseded": [],
        }
        body = canonical({"id": f"swap-{partition}", "time": show_instant(END), "data": swap})
        apart.put(outgoing(Draft(SWAPS, "", f"swap-{partition}", "0", body), PARTITIONS, END))
        assert wakeful("audit").exit_code == code


def test_where_nobody_has_begun_there_is_nothing_to_compare(apart: Apart) -> None:
    live(apart, night())
    engine = database.views(apart.url, "checks")
    with writing(engine) as connection:
        connection.execute(delete(LEDGER).where(LEDGER.c.partition == 1))
    engine.dispose()
    result = wakeful("audit")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has not begun in home-partition 1; run `wakeful worker checks`" in result.stderr


def test_rows_of_other_rules_are_no_ground_for_an_audit(apart: Apart) -> None:
    live(apart, night())
    engine = database.views(apart.url, "checks")
    with writing(engine) as connection:
        connection.execute(LEDGER.update().values(version=0))
    engine.dispose()
    result = wakeful("audit")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "let `wakeful worker checks` end that" in result.stderr
