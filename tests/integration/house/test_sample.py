"""The sample night, played fast: what `wakeful up --sample` promises whoever starts it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.sample.cast import HOMES
from tests.integration.house.serving import Up, steps
from tests.waiting import LONG_S

PACE = 40
"""Ceilings of one second, graces of a quarter."""
FORGOTTEN = HOMES[0].children[0].id


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Up(tmp_path_factory.mktemp("house"), pace=PACE) as house:
        yield house


def life_of(client: httpx.Client, placement_id: str) -> list[tuple[str, str | None]]:
    """How the first missed check of a child begins and ends, as the stream tells it. (Whether it is worsened between
    depends on how busy the machine is: a level comes after one second here.)"""
    life: list[tuple[str, str | None]] = []
    for said in steps(client):
        if (said["kind"], said.get("placement_id")) == ("check_missed", placement_id):
            life.append((said["step"]["step"], said["step"].get("how")))
            if life[-1][0] == "resolved":
                break
            life = life[:1]
    return life


def closings(client: httpx.Client, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Listens until alerts of the wanted kinds have closed in the wanted ways."""
    seen: set[tuple[str, str]] = set()
    stream: Any = steps(client)
    for said in stream:
        if said["step"]["step"] == "resolved":
            seen.add((said["kind"], said["step"]["how"]))
        if wanted <= seen:
            break
    return seen & wanted


def test_a_child_is_missed_and_the_check_that_comes_after_all_closes_it_as_late(up: Up) -> None:
    assert life_of(up.client, FORGOTTEN) == [("raised", None), ("resolved", "late")]


def test_the_link_signs_in_and_the_token_file_may_record_and_read(up: Up) -> None:
    link = up.line("Watch it:").split()[-1]
    address, _, token = link.partition("#")
    up.line("What you will see")
    with httpx.Client(base_url=up.url, trust_env=False, timeout=LONG_S) as browser:
        assert browser.get(address.removeprefix(up.url)).status_code == 200
        assert browser.post("/session", data={"token": token}).status_code == 303
        assert HOMES[0].id in browser.get("/").text
    path = up.data / "sample-token"
    assert path.stat().st_mode & 0o777 == 0o600
    bearer = {"Authorization": f"Bearer {path.read_text('utf-8').strip()}"}
    assert [home["home_id"] for home in up.client.get("/homes", headers=bearer).json()["homes"]] == sorted(
        home.id for home in HOMES
    )


def test_the_cycle_shows_every_way_in_which_an_alert_closes_by_itself(up: Up) -> None:
    wanted = {
        ("check_missed", "late"),
        ("check_missed", "unreported"),
        ("child_away", "returned"),
        ("concern_raised", "restored"),
    }
    assert closings(up.client, wanted) == wanted


def test_starting_again_on_the_same_folder_goes_on_where_it_was(tmp_path: Path) -> None:
    up = Up(tmp_path, pace=PACE)
    with up:
        life_of(up.client, FORGOTTEN)
    with up:
        up.line("While this was off nobody was checked")
        position = up.client.get("/alerts").json()["position"]
        for said in steps(up.client, position):
            if said["step"]["step"] == "resolved":
                break
        rejected = up.client.get("/rejected").json()["rejected"]
        homes = [up.client.get(f"/homes/{home.id}").json() for home in HOMES]
    assert rejected == []
    assert [len(home["placements"]) for home in homes] == [3, 3, 3]
    assert "the door refused" not in up.said
