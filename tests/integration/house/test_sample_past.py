"""`wakeful up --sample` on an empty folder begins with 30 days that were imported, and goes on live from there."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from services.sample.cast import AT_ONCE, HOMES, SHORT, UNASSESSED, UNSIGNED
from shared import clock
from shared.instants import DAY, HOUR, parse_instant
from tests.integration.house.serving import Up, steps

PACE = 4
"""Ceilings of ten seconds."""
INTENDED = {
    ("cover_gap", SHORT.id),
    ("anomaly", AT_ONCE[1]),
    ("room_ligature_review_overdue", UNASSESSED[1]),
    ("plan_incomplete", UNSIGNED.id),
}


def about(alert: dict[str, Any]) -> str:
    named = (alert.get(name) for name in ("placement_id", "room", "staff_id"))
    return str(next((each for each in named if each), alert["home_id"]))


def alerts(client: httpx.Client, **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/alerts", params={"limit": 500, **wanted}).json()["alerts"]
    return found


def raised_until(client: httpx.Client, kind: str) -> set[tuple[str, str]]:
    """What is raised, up to the first of a kind."""
    seen: set[tuple[str, str]] = set()
    for said in steps(client):
        if said["step"]["step"] == "raised":
            seen.add((said["kind"], about(said)))
        if said["kind"] == kind:
            break
    return seen


def test_it_begins_with_a_past_and_what_it_is_there_to_show_is_open(tmp_path: Path) -> None:
    with Up(tmp_path, pace=PACE, past=True, blind_after=HOUR) as up:
        up.line("30 quiet days lie behind")
        raised_until(up.client, "plan_incomplete")
        opened = {
            (each["kind"], about(each))
            for each in alerts(up.client, open="true")
            if each["kind"] != "check_missed"
        }
        assert opened == INTENDED
        raised_until(up.client, "check_missed")
        kinds = Counter(each["kind"] for each in alerts(up.client))
        assert kinds.keys() - {kind for kind, _ in INTENDED} <= {
            "child_away",
            "review_due_soon",
            "check_missed",
        }
        away = next(each for each in alerts(up.client) if each["kind"] == "child_away")
        assert clock.now() - parse_instant(away["raised_at"]) > 14 * DAY
        assert up.client.get("/rejected").json()["rejected"] == []
        assert [len(up.client.get(f"/homes/{home.id}").json()["placements"]) for home in HOMES] == [3, 3, 3]
    assert "the door refused" not in up.said
    assert "nobody was watched" not in up.said


def test_a_folder_that_has_a_log_goes_on_as_it_is(tmp_path: Path) -> None:
    up = Up(tmp_path, pace=PACE)
    with up:
        up.line("Watch it:")
    again = Up(tmp_path, pace=PACE, past=True)
    with again:
        again.line("While this was off nobody was checked")
        raised_until(again.client, "check_missed")
        assert "anomaly" not in {each["kind"] for each in alerts(again.client)}
