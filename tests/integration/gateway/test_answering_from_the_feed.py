"""Answering from the feed's page, by the forms that stand in it, as a browser without a script sends them."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import Response

from shared.instants import DAY, MINUTE, show_instant
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from tests.integration.gateway.alerts import has_it, over, shown
from tests.integration.gateway.house import House

RESPONDS = frozenset({Right.READ, Right.RESPOND})


def signed_in(house: House, id_: str = "ann", rights: frozenset[Right] = RESPONDS) -> dict[str, str]:
    """A person's page."""
    scope = Scope(provider_id="north")
    issued: Issued = house.access.tokens.issue_person(id_, rights, scope, house.now)
    return {"Cookie": f"wakeful={issued.secret}"}


def field(html: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return unescape(found[1])


def page(house: House, by: dict[str, str], path: str = "/") -> str:
    got = house.client.get(path, by)
    assert got.status_code == 200
    return got.text


def send(house: House, by: dict[str, str], html: str, say: str = "acknowledge", **filled: Any) -> Response:
    """The form of A1 as it stands in that page."""
    form = {"csrf": field(html, "csrf"), "form": field(html, "form"), "say": say, **filled}
    headers = {**by, "Content-Type": "application/x-www-form-urlencoded"}
    return house.client.post("/alerts/A1/answer", urlencode(form).encode(), headers)


def answers_of(house: House) -> list[dict[str, Any]]:
    return [event["data"] for event in house.events() if event["type"] == "response.given.v1"]


def test_an_alert_is_taken_by_the_form_on_its_card(house: House) -> None:
    house.settle()
    shown(house, "A1", placement_id="P1")
    ann = signed_in(house)
    for path in ("/", "/homes/larch", "/alerts/A1"):
        html = page(house, ann, path)
        assert 'action="/alerts/A1/answer"' in html
    got = send(house, ann, html, do="I am going to the child", minutes="20")
    assert (got.status_code, "You have it until 21:20" in got.text) == (200, True)
    (data,) = answers_of(house)
    assert (data["by"], data["via"], data["kind"]) == ("ann", "app", "acknowledge")
    assert data["until"] == show_instant(house.now + 20 * MINUTE)


def test_a_form_that_is_sent_twice_is_one_answer(house: House) -> None:
    house.settle()
    shown(house, "A1")
    ann = signed_in(house)
    html = page(house, ann)
    for _ in range(2):
        assert send(house, ann, html, do="I am going there", minutes="10").status_code == 200
        house.later(1)
    assert "You have said so already" in send(house, ann, html, do="I am going there", minutes="10").text
    assert len(answers_of(house)) == 1
    send(house, ann, html, other="Now I send somebody", minutes="10")
    assert len(answers_of(house)) == 2


def test_who_has_it_is_shown_and_somebody_else_takes_it_over(house: House) -> None:
    house.settle()
    has_it(house, "A1", "ben", 10)
    ann, ben = signed_in(house), signed_in(house, "ben")
    html = page(house, ann)
    assert "ben has it until" in html
    assert "Take it over" in html
    assert "You have it until" in page(house, ben)
    got = send(house, ann, html, do="I am going there", minutes="30")
    assert "You have it until 21:30" in got.text
    assert "ben had it before" in got.text


def test_whoever_cannot_says_so_and_the_next_is_asked(house: House) -> None:
    house.settle()
    shown(house, "A1")
    ann = signed_in(house)
    got = send(house, ann, page(house, ann), "decline")
    assert "The next person is asked now" in got.text
    (data,) = answers_of(house)
    assert data == {"alert_id": "A1", "by": "ann", "kind": "decline", "via": "app"}


def test_an_anomaly_is_closed_by_a_decision_with_a_reason_and_nothing_else_is(house: House) -> None:
    house.settle()
    shown(
        house,
        "A1",
        kind="anomaly",
        severity="notify",
        facts={"pattern": "burst", "entries": [], "reason": "x"},
    )
    ann = signed_in(house)
    html = page(house, ann)
    assert "Close it with this reason" in html
    refused = send(house, ann, html, "decide")
    assert (refused.status_code, "with a reason" in refused.text) == (422, True)
    assert "Your decision is recorded" in send(house, ann, html, "decide", reason="A drill.").text
    shown(house, "A1")
    html = page(house, ann)
    assert "Close it with this reason" not in html
    refused = send(house, ann, html, "decide", reason="It is fine.")
    assert (refused.status_code, "check.recorded" in refused.text) == (422, True)


def test_nobody_has_it_for_longer_than_its_kind_allows(house: House) -> None:
    house.settle()
    shown(house, "A1", kind="plan_missing", severity="notify")
    ann = signed_in(house)
    got = send(house, ann, page(house, ann), do="I see to it", minutes="99999")
    assert got.status_code == 200
    (data,) = answers_of(house)
    assert data["until"] == show_instant(house.now + 7 * DAY)


def test_an_alert_that_closed_meanwhile_says_so(house: House) -> None:
    house.settle()
    shown(house, "A1")
    ann = signed_in(house)
    html = page(house, ann)
    over(house, "A1", "late")
    got = send(house, ann, html, do="I am going there")
    assert (got.status_code, "It is closed already" in got.text) == (200, True)
    later = page(house, ann, "/alerts/A1")
    assert "seen, but late" in later
    assert 'action="/alerts/A1/answer"' not in later


@pytest.mark.parametrize("kind", ["child_away", "review_due_soon"])
def test_what_nobody_is_asked_about_has_no_form(house: House, kind: str) -> None:
    house.settle()
    facts = {"reason": "school", "expected_end": show_instant(house.now), "what": "suitability_review"}
    facts["date"] = "2026-04-01"
    shown(house, "A1", kind=kind, severity="info", facts=facts)
    assert "/answer" not in page(house, signed_in(house))


def test_whoever_may_only_read_is_shown_no_form_and_can_send_none(house: House) -> None:
    house.settle()
    shown(house, "A1")
    ann, reader = signed_in(house), signed_in(house, "reader", frozenset({Right.READ}))
    assert "/answer" not in page(house, reader)
    form = page(house, ann)
    form = form.replace(field(form, "csrf"), field(page(house, reader), "csrf"))
    assert send(house, reader, form, do="I am going there").status_code == 403
    assert answers_of(house) == []


def test_a_form_from_elsewhere_changes_nothing(house: House) -> None:
    house.settle()
    shown(house, "A1")
    ann, ben = signed_in(house), signed_in(house, "ben")
    theirs = page(house, ben)
    got = send(house, ann, theirs, do="I am going there")  # a page of another session
    assert (got.status_code, "too old" in got.text) == (403, True)
    assert send(house, {}, theirs, do="I am going there").status_code == 401
    assert answers_of(house) == []


def test_an_alert_of_another_provider_is_not_answered(house: House) -> None:
    house.settle()
    house.settle("cedar", "south", None)
    shown(house, "A1")
    ann = signed_in(house)
    html = page(house, ann)
    shown(house, "A1", "cedar", provider_id="south")
    assert send(house, ann, html, do="I am going there").status_code == 403
    assert answers_of(house) == []
