"""The pages of whoever runs the system, and of whoever runs a home: what they show, and to whom."""

import dataclasses
from typing import Any

import orjson
import pytest

from services.pager.tables import HOMES
from shared.instants import DAY, HOUR, MINUTE, Instant, show_instant
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from shared.store import operations
from shared.store.engine import writing
from tests.integration.gateway.house import House, bearing
from tests.unit.pager.houses import between, override, policy, rota
from tests.unit.pager.houses import house as on_desk


@pytest.fixture
def admin(house: House) -> Issued:
    return house.access.tokens.issue_system(
        "runs", frozenset({Right.ADMIN}), Scope(everywhere=True), house.now
    )


def page(house: House, path: str, by: Issued) -> str:
    answer = house.client.get(path, headers=bearing(by))
    assert answer.status_code == 200
    return answer.text


def lay(house: House, home_id: str = "larch", provider_id: str = "north", **fields: Any) -> None:
    """A home on the pager's desk, as its monitor would write it."""
    desk = dataclasses.asdict(on_desk(home_id=home_id, provider_id=provider_id, **fields))
    with writing(house.views) as connection:
        connection.execute(HOMES.insert().values(**desk, state=b"{}", changed=1))


def told(house: House, kind: str, detail: str, since: Instant, home_id: str | None = "larch") -> None:
    with writing(house.views) as connection:
        operations.raise_once(connection, kind, None, home_id, since, detail)


def test_operations_see_what_is_open_with_its_cause_and_remedy_and_what_is_over(
    house: House, admin: Issued
) -> None:
    told(house, "page_undelivered", "step 2: M1 could not be reached by any way", house.now - HOUR)
    told(house, "rota_gap", "rota manager: nobody from Sat 20:00", house.now - DAY, "birch")
    with writing(house.views) as connection:
        operations.resolve(connection, "rota_gap", None, "birch", house.now - MINUTE)
    shown = page(house, "/operations", admin)
    assert "1 to see to" in shown
    assert "step 2: M1 could not be reached by any way" in shown
    assert "Ring the home and the next step of its chain yourself" in shown
    assert shown.index("M1 could not be reached") < shown.index("rota manager: nobody from Sat 20:00")
    assert "Over 20:59 UTC, after 23 h 59 min" in shown


def test_calm_is_said_only_where_nothing_is_open(house: House, admin: Issued) -> None:
    assert "Nothing to see to." in page(house, "/operations", admin)
    told(house, "rota_gap", "rota manager: nobody from Sat 20:00", house.now)
    assert "Nothing to see to." not in page(house, "/operations", admin)


def entry_of(house: House) -> str:
    with house.views.connect() as connection:
        return operations.latest(connection)[0].id


def test_somebody_has_an_entry_by_the_pages_form_until_then_and_it_stays_open(
    house: House, admin: Issued
) -> None:
    told(house, "page_undelivered", "step 2: M1 could not be reached by any way", house.now - HOUR)
    path = f"/operations/{entry_of(house)}/acknowledge"
    assert path in page(house, "/operations", admin)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = house.client.post(path, b"action=I+ring++the+home&minutes=60", bearing(admin) | form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operations")
    with house.views.connect() as connection:
        assert "ring" not in str(operations.said(connection))  # it is sealed
    shown = page(house, "/operations", admin)
    assert "1 to see to" in shown
    assert "runs has it until 22:00 UTC: I ring the home" in shown


def test_by_the_api_it_is_half_an_hour_unless_said_and_never_beyond_two(house: House, admin: Issued) -> None:
    told(house, "rota_gap", "rota manager: nobody from Sat 20:00", house.now)
    path = f"/api/v1/operations/{entry_of(house)}/acknowledge"
    taken = house.client.request("POST", path, b'{"action": "I fill it"}', bearing(admin)).json()
    assert (taken["acknowledged_by"], taken["until"]) == ("runs", show_instant(house.now + 30 * MINUTE))
    (trouble,) = house.client.get("/api/v1/operations", headers=bearing(admin)).json()["troubles"]
    assert (trouble["acknowledged_by"], trouble["action"]) == ("runs", "I fill it")
    too_long = {"action": "I fill it", "until": show_instant(house.now + 2 * HOUR + 1)}
    refused = house.client.request("POST", path, orjson.dumps(too_long), bearing(admin))
    assert (refused.status_code, "PT2H from now at the most" in refused.text) == (422, True)


def test_what_is_over_is_answered_with_when_and_what_is_unknown_is_not_there(
    house: House, admin: Issued
) -> None:
    told(house, "rota_gap", "rota manager: nobody from Sat 20:00", house.now - DAY)
    path = f"/api/v1/operations/{entry_of(house)}/acknowledge"
    with writing(house.views) as connection:
        operations.resolve(connection, "rota_gap", None, "larch", house.now - MINUTE)
    answer = house.client.request("POST", path, b'{"action": "I fill it"}', bearing(admin)).json()
    assert (answer["resolved"], answer["until"]) == (show_instant(house.now - MINUTE), None)
    unknown = path.replace(entry_of(house), "nobodys")
    assert house.client.request("POST", unknown, b'{"action": "x"}', bearing(admin)).status_code == 404


def test_operations_are_no_page_for_anybody_else(house: House) -> None:
    answer = house.client.get("/operations", headers=bearing(house.system()))
    assert (answer.status_code, "not yours to see" in answer.text) == (403, True)


def test_a_manager_sees_who_is_on_call_now_and_next_the_chain_gaps_and_silences(house: House) -> None:
    now = house.now
    lay(
        house,
        on_duty=["W1"],
        rotas=rota(
            "manager",
            between("M1", now - HOUR, now + HOUR),
            between("M2", now + HOUR, now + DAY),
            by="entries",
        ),
        overrides=[override("manager", "M3", now + 2 * HOUR, now + 3 * HOUR)],
        silences=[
            {
                "silence_id": "S1",
                "covers": {"kinds": ["plan_missing"]},
                "from": show_instant(now - HOUR),
                "until": show_instant(now + HOUR),
                "reason": "a secret reason",
                "author": "M1",
            }
        ],
    )
    shown = page(house, "/on-call", house.system())
    assert "<strong>M1</strong> until 22:00, then M2 from 22:00" in shown
    assert "manager: M3 from 23:00 until 00:00" in shown
    assert "manager: nobody from 21:00 until" not in shown
    assert "manager: nobody from Sat 28 Mar, 21:00 until Fri 10 Apr, 22:00" in shown
    assert "<strong>W1, home:larch</strong>" in shown
    assert "No agreed plan" in shown
    assert "until 22:00 · set by M1" in shown
    assert "secret" not in shown


def test_a_home_without_a_last_resort_says_that_it_does_not_count_as_watched(house: House) -> None:
    lay(house, policy=policy(["on_duty"], last_resort=None))
    assert "does not count as watched" in page(house, "/on-call/larch", house.system())


def test_several_homes_are_a_list_and_each_has_a_page(house: House) -> None:
    lay(house)
    lay(house, "birch", policy=None)
    shown = page(house, "/on-call", house.system())
    assert [f'href="/on-call/{home}"' in shown for home in ("larch", "birch")] == [True, True]
    assert "No on-call policy is set" in page(house, "/on-call/birch", house.system())


def test_on_call_of_another_provider_and_to_a_commissioner_is_not_there(house: House) -> None:
    lay(house)
    for who in (house.system("south"), house.commissioner()):
        assert "larch" not in page(house, "/on-call", who)
        assert house.client.get("/on-call/larch", headers=bearing(who)).status_code == 404
