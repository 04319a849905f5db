"""What a reader may not see is left out of list, single alert, life, stream and page by one predicate."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.alerts.feed import Wanted
from services.alerts.page import feed_page
from shared import alerting, clock
from shared.instants import MINUTE, SECOND
from shared.monitor import Effect
from shared.security.rights import Actor, HomeRef, Right, Scope, visible
from tests.integration.alerts.house import House, id_of, serving
from tests.waiting import LONG_S

PROVIDERS = {"H1": "PR1", "H2": "PR1", "H3": "PR2"}
CHILDREN = {
    ("H1", "P1"): "kent",
    ("H1", "P2"): "essex",
    ("H2", "P3"): "kent",
    ("H3", "P4"): "surrey",
    ("H3", "P5"): "kent",
}
OWNER = st.sampled_from(
    [Scope(provider_id=each) for each in ("PR1", "PR2", "PR9")]
    + [Scope(commissioner_id=each) for each in ("kent", "essex", "surrey", "devon")]
    + [Scope(homes=frozenset({"H1"})), Scope(provider_id="PR1", homes=frozenset({"H2"})), Scope()]
    + [Scope(commissioner_id="kent", homes=frozenset({"H1"})), Scope(everywhere=True)]
)
RIGHTS = st.sampled_from(
    [frozenset({Right.READ}), frozenset({Right.READ, Right.MANAGE}), frozenset({Right.RECORD})]
)
ACTORS = st.builds(lambda scope, rights: Actor("person", "reader", rights, scope), OWNER, RIGHTS)


@pytest.fixture(scope="module")
def world(shared_house: House) -> tuple[House, dict[str, tuple[str, str | None]]]:
    """Three homes, five children, and (filled as the tests go) each alert's home and commissioner."""
    for home, provider in PROVIDERS.items():
        shared_house.home(home, provider)
    for (home, placement), commissioner in CHILDREN.items():
        shared_house.child(placement, commissioner, home)
    return shared_house, {}


def raised(house: House, about: tuple[str, str | None], number: int) -> Effect:
    home, placement = about
    if placement is None:
        at = clock.now() - number * SECOND
        alert = alerting.raised("cover", "cover_gap", home, {}, at, at, {"required": 1, "evidenced": 0})
        house.append(alert)
        return alert
    return house.missed(placement, home, clock.now() - 30 * MINUTE - number * SECOND)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    new=st.lists(st.sampled_from([*CHILDREN, ("H1", None), ("H2", None), ("H3", None)]), max_size=2),
    actor=ACTORS,
    close=st.booleans(),
)
def test_list_alert_stream_and_page_show_the_same(
    world: tuple[House, dict[str, tuple[str, str | None]]],
    new: list[tuple[str, str | None]],
    actor: Actor,
    close: bool,
) -> None:
    house, known = world
    for about in new:
        alert = raised(house, about, len(known))
        known[id_of(alert)] = (about[0], None if about[1] is None else CHILDREN[about[0], about[1]])
        if close:
            house.close_alert(alert)
    allowed = {alert_id for alert_id, whose in known.items() if may_see(actor, *whose)}

    assert {alert.alert_id for alert in house.feed.listing(actor, Wanted(), limit=10_000).alerts} == allowed
    assert {told.alert.alert_id for told in house.feed.steps(actor, 0, 10_000)[0]} == allowed
    assert {alert_id for alert_id in known if house.feed.alert(actor, alert_id) is not None} == allowed
    is_open = {alert.alert_id for alert in house.feed.listing(actor, Wanted(open=True), limit=10_000).alerts}
    lately = {alert.alert_id for alert in house.feed.closed(actor, None, 0, 10_000)}
    page = feed_page(house.feed, house.watch, actor, None, clock.now())
    assert page is not None
    assert {card.id for home in page.homes for card in home.cards} == is_open
    assert {card.id for card in page.closed} <= lately
    assert is_open | lately == allowed
    assert not is_open & lately


def may_see(actor: Actor, home: str, commissioner: str | None) -> bool:
    theirs = {of for (of, _), whose in CHILDREN.items() if whose == actor.scope.commissioner_id}
    return visible(actor, HomeRef(home, PROVIDERS[home]), commissioner, their_homes=theirs)


@pytest.fixture
def clients(built: House) -> Iterator[Callable[..., httpx.Client]]:
    """Clients of one server, each with its own token, in a home of two authorities' children."""
    built.home("H1", "PR1")
    for placement, commissioner in (("P1", "kent"), ("P2", "essex")):
        built.child(placement, commissioner, "H1")
    with serving(built.app(), built.notifier) as url, ExitStack() as stack:

        def client(**scope: Any) -> httpx.Client:
            headers = {"Authorization": f"Bearer {built.token(**scope)}"}
            return stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=LONG_S))

        yield client


def test_another_authoritys_child_is_left_out_among_the_members_of_a_home(
    built: House, clients: Callable[..., httpx.Client]
) -> None:
    kent, essex = (id_of(built.missed(placement, "H1")) for placement in ("P1", "P2"))
    at = clock.now()
    silent = alerting.raised("alerts", "home_silent", "H1", {}, at, at, {"members": [kent, essex]})
    built.append(silent)
    mine = clients(commissioner_id="kent").get(f"/api/v1/alerts/{id_of(silent)}").json()
    assert mine["facts"]["members"] == [kent]
    assert mine["life"][0]["facts"]["members"] == [kent]
    assert clients(provider_id="PR1").get(f"/api/v1/alerts/{id_of(silent)}").json()["facts"]["members"] == [
        kent,
        essex,
    ]


def test_the_page_shows_what_the_list_shows(built: House, clients: Callable[..., httpx.Client]) -> None:
    built.missed("P1", "H1")
    built.close_alert(built.missed("P2", "H1"))
    built.cover_gap("H1")
    for scope in ({"commissioner_id": "kent"}, {"commissioner_id": "essex"}, {"provider_id": "PR1"}):
        client = clients(**scope)
        listed = {alert["alert_id"] for alert in client.get("/api/v1/alerts").json()["alerts"]}
        page = client.get("/").text
        assert set(re.findall(r'data-alert="([^"]+)"', page)) == listed
        assert len(listed) == (3 if "provider_id" in scope else 2)


def test_a_home_or_an_alert_that_is_not_yours_is_answered_as_if_there_were_none(
    built: House, clients: Callable[..., httpx.Client]
) -> None:
    alert = built.missed("P1", "H1")
    stranger = clients(commissioner_id="devon")
    theirs, none = stranger.get(f"/api/v1/alerts/{id_of(alert)}"), stranger.get("/api/v1/alerts/no-such")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.json() == none.json()
    assert stranger.get("/homes/H1").status_code == stranger.get("/homes/H77").status_code == 404
    assert stranger.get("/homes/H1").text == stranger.get("/homes/H77").text
