"""The audit finds every difference that is planted, and nothing else."""

from collections.abc import Sequence

import orjson
import pytest
from sqlalchemy import func, insert, select, update

from services.checks.model import ChecksMonitor
from shared.events.canonical import canonical
from shared.instants import HOUR, MINUTE, Instant, show_instant
from shared.log.base import Draft
from shared.store.engine import writing
from shared.store.tables import ASIDES, LEDGER
from shared.topics import ALERTS, PLAN_CHANGES, SWAPS
from tests.integration.cli.house import House, draft
from tests.oracle.nights import night as random_night
from tests.unit.cli.story import Line, check, line, night, registered, replayed, started, wakeful


@pytest.mark.parametrize("seed", range(6))
def test_a_night_that_went_well_has_no_difference(house: House, seed: int) -> None:
    house.live(random_night(seed))
    result = wakeful("audit", "--json")
    found = orjson.loads(result.stdout)
    assert (result.exit_code, found["differences"], found["explained"], found["set_aside"]) == (0, [], [], [])
    assert found["compared"] == house.alerts().count(b"\n")


def test_it_says_how_many_it_compared_and_up_to_when(house: House) -> None:
    house.live(night())
    result = wakeful("audit")
    assert result.exit_code == 0
    assert result.stdout == "3 events of alerts compared, up to 2026-03-03T00:00:00.000Z: no difference\n"


def absences(*ends: str) -> list[Line]:
    """Told together, in one instant: each begins and is over."""
    told = []
    for number, end in enumerate(ends):
        data = {"placement_id": "P1", "reason": "school", "expected_end": f"2026-03-03T{end}:00.000Z"}
        told.append(line(PLAN_CHANGES, "21:00", "disposition.started.v1", f"a{number}", "P1", data))
        over = {"placement_id": "P1"}
        told.append(line(PLAN_CHANGES, "21:00", "disposition.ended.v1", f"b{number}", "P1", over))
    return told


def test_what_is_told_twice_in_one_instant_stands_as_it_was_told_first(house: House) -> None:
    lines = [registered(), started(), *absences("08:00", "09:00")]
    house.live(lines)
    assert wakeful("audit").exit_code == 0
    raised = [orjson.loads(each) for each in replayed(lines).stdout.splitlines()]
    assert [e["data"]["facts"]["expected_end"] for e in raised if e["type"] == "alert.raised.v1"] == [
        "2026-03-03T08:00:00.000Z"
    ]


def planted(house: House, what: str) -> dict[str, object]:
    """An alert's event that is nothing that the facts give."""
    event = orjson.loads(replayed(night()).stdout.splitlines()[0])
    event |= {"id": f"00000000-0000-5000-8000-{what:>012}", "subject": "planted"}
    event["data"]["alert_id"] = "planted"
    house.append(Draft(ALERTS, "H1", event["id"], "x", canonical(event)))
    return dict(event)


def test_an_alert_without_cause_is_found(house: House) -> None:
    house.live(night())
    event = planted(house, "1")
    result = wakeful("audit")
    assert result.exit_code == 1
    first, verdict = result.stdout.splitlines()
    assert first.startswith(
        f"raised without cause: alert.raised.v1 {event['id']} of alert planted, home H1, at 2026-"
    )
    assert verdict.endswith(": 1 differ")


def test_an_alert_that_was_due_and_never_raised_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as asleep:
        asleep.setattr(ChecksMonitor, "advance", lambda _self, _to: ())
        house.live(night())
    assert house.alerts() == b""
    found = orjson.loads(wakeful("audit", "--json").stdout)
    assert {each["what"] for each in found["differences"]} == {"due and never raised"}
    assert found["differences"][0]["type"] == "alert.raised.v1"


def test_other_bytes_under_an_alerts_id_are_found(house: House) -> None:
    event = orjson.loads(replayed(night()).stdout.splitlines()[0])
    event["data"]["severity"] = "info"
    house.now = 1
    house.append(Draft(ALERTS, "H1", event["id"], "x", canonical(event)))
    house.live(night())
    result = wakeful("audit", "--json")
    found = orjson.loads(result.stdout)
    assert result.exit_code == 1
    assert [(each["what"], each["event_id"]) for each in found["differences"]] == [
        ("differing bytes", event["id"])
    ]


def test_what_a_recorded_swap_accounts_for_is_explained(house: House) -> None:
    house.live(night())
    planted(house, "1")
    recorded(house, house.now, 1, superseded=["planted"])
    result = wakeful("audit")
    assert result.exit_code == 0
    assert result.stdout.startswith("explained by a recorded swap: raised without cause")


def test_a_swap_of_other_rules_explains_what_was_before_it_and_no_more(house: House) -> None:
    house.live(night())
    planted(house, "1")
    for at, code in ((house.now - 2 * HOUR, 1), (house.now, 0)):
        recorded(house, at, 0)
        assert wakeful("audit").exit_code == code


def recorded(house: House, at: Instant, from_version: int, superseded: Sequence[str] = ()) -> None:
    """The log has it on record that the read model was made anew."""
    swap = {"service": "checks", "from_version": from_version, "to_version": 1, "at": show_instant(at)}
    body = canonical({"data": {**swap, "raised": [], "superseded": list(superseded)}})
    house.append(Draft(SWAPS, "", f"swap-{at}", "0" * 64, body))


def test_a_home_that_is_set_aside_is_told(house: House) -> None:
    house.live(night())
    with house.views() as views, writing(views) as connection:
        aside = {"service": "checks", "home_id": "H9", "partition": 0, "since": 1, "reason": "broken"}
        connection.execute(insert(ASIDES).values(**aside))
    result = wakeful("audit")
    assert result.exit_code == 1
    assert "home H9 is set aside" in result.stderr


def test_what_is_not_published_yet_is_not_compared_and_that_is_not_called_well(house: House) -> None:
    house.live(night())
    with house.views() as views, writing(views) as connection:
        connection.execute(update(LEDGER).values(published=0).where(LEDGER.c.service == "cover"))
        assert connection.scalar(select(func.max(LEDGER.c.clock))) == house.now
    result = wakeful("audit")
    assert result.exit_code == 1
    assert "compared, up to 1970-" in result.stdout
    assert "the cover service has told nothing of what was after 1970-" in result.stderr
    (trails,) = orjson.loads(wakeful("audit", "--json").stdout)["trailing"]
    assert (trails["service"], trails["partition"], trails["end"]) == ("cover", 0, "2026-03-03T00:00:00.000Z")


def test_a_service_that_reads_no_more_is_told_and_one_that_is_a_moment_behind_is_not(house: House) -> None:
    house.live(night())
    for minutes, code in ((1, 0), (10, 1)):
        house.now += minutes * MINUTE
        house.append(draft(check("03:00", f"after-{minutes}")))
        result = wakeful("audit")
        assert result.exit_code == code
        assert ("has told nothing" in result.stderr) is bool(code)


def test_rows_of_other_rules_are_no_ground_for_an_audit(house: House) -> None:
    house.live(night())
    with house.views() as views, writing(views) as connection:
        connection.execute(update(LEDGER).values(version=0))
    result = wakeful("audit")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "being rebuilt" in result.stderr


def test_it_works_while_somebody_writes(house: House) -> None:
    house.live(night())
    with house.log():
        assert wakeful("audit").exit_code == 0
