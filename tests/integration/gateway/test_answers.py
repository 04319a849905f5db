"""Answers to alerts at the door (DOMAIN.md §6): what is taken, what is refused, what whoever answers is told."""

import uuid
from dataclasses import fields
from typing import Any

import pytest

from services.gateway.answering.answers import Answers, Given, Result
from services.pager.desk import DeskAlert
from services.pager.tables import ALERTS as DESK
from shared.events.canonical import canonical
from shared.events.decode import fact_of_event
from shared.events.sealing import unseal
from shared.instants import MINUTE, show_instant
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from shared.topics import RESPONSES
from tests.integration.gateway.alerts import has_it, over, shown
from tests.integration.gateway.house import House


def answer(house: House, kind: str = "acknowledge", minutes: int = 10, **data: Any) -> dict[str, Any]:
    """What the manager answers to the alert A1."""
    said = {"alert_id": "A1", "by": "manager", "kind": kind, "via": "app"}
    if kind == "acknowledge":
        said |= {"action": "I go there.", "until": show_instant(house.now + minutes * MINUTE)}
    said |= data
    return house.of_system({"type": "response.given.v1", "subject": said["alert_id"], "data": said})


def wrong(house: House, body: dict[str, Any], by: Issued) -> tuple[int, str, str]:
    """Status, slug and field."""
    got = house.put("responses", body, by)
    return got.status_code, got.json()["type"].removeprefix("urn:wakeful:"), got.json()["errors"][0]["field"]


def answers_of(house: House) -> list[dict[str, Any]]:
    return [event for event in house.events() if event["type"] == "response.given.v1"]


def test_an_acknowledgement_is_taken_and_one_beyond_the_limit_is_not(house: House) -> None:
    system = house.settle()
    shown(house, "A1")
    assert house.put("responses", answer(house, minutes=30), system).status_code == 202
    assert wrong(house, answer(house, minutes=31), system) == (422, "acknowledged-too-long", "data.until")
    assert wrong(house, answer(house, minutes=0), system) == (422, "until-past", "data.until")
    assert wrong(house, answer(house, action=" "), system) == (422, "no-action", "data.action")
    assert len(answers_of(house)) == 1


def test_a_decision_on_a_kind_that_facts_close_says_which_fact_would(house: House) -> None:
    system = house.settle()
    shown(house, "A1")
    got = house.put("responses", answer(house, "decide", reason="Seen on camera."), system)
    assert (got.status_code, got.json()["errors"][0]["field"]) == (422, "data.kind")
    assert "check.recorded" in got.json()["errors"][0]["remedy"]
    shown(house, "A1", kind="anomaly", severity="notify")
    assert wrong(house, answer(house, "decide"), system) == (422, "no-reason", "data.reason")
    assert house.put("responses", answer(house, "decide", reason="A drill."), system).status_code == 202


def test_an_alert_that_nobody_knows_of_in_that_home_is_not_answered(house: House) -> None:
    system = house.settle()
    shown(house, "A1", "birch")
    assert wrong(house, answer(house), system) == (422, "unknown-alert", "data.alert_id")


def test_whoever_was_paged_can_answer_though_the_feed_does_not_know_of_it_yet(house: House) -> None:
    system = house.settle()
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(DeskAlert))
    row |= {"alert_id": "A1", "home_id": "larch", "kind": "check_missed", "severity": "page", "about": {}}
    row |= {"since": house.now, "raised_at": house.now, "facts": {}, "level": 1, "state": "raised"}
    row |= {"running": 0, "declined": 0, "declined_by": [], "reached": -1, "changed": 1, "placement_id": "P1"}
    with house.views.begin() as connection:
        connection.execute(DESK.insert(), row)
    assert house.put("responses", answer(house), system).status_code == 202
    assert wrong(house, answer(house, minutes=31), system)[1] == "acknowledged-too-long"
    (event,) = answers_of(house)
    house.keys.destroy("larch", "P1")
    assert unseal(event, house.keys)["data"]["action"] == event["data"]["action"]


def test_an_answer_to_an_alert_that_is_over_says_how_it_was_resolved_and_is_kept(house: House) -> None:
    system = house.settle()
    over(house, "A1", "late")
    id_ = str(uuid.uuid4())
    body = answer(house, minutes=999)  # whatever it says: it changes nothing
    for _ in range(2):
        got = house.put("responses", body, system, id_=id_)
        assert got.status_code == 200
        assert got.json()["resolved"] == {"at": show_instant(house.now), "how": "late"}
    assert len(answers_of(house)) == 1


def test_both_who_answer_see_who_else_has_it(house: House) -> None:
    system = house.settle()
    house.person("ann")
    shown(house, "A1")
    first = house.put("responses", answer(house), system)
    assert "acknowledged" not in first.json()
    theirs = {**answer(house, by="ann"), "actor": "ann"}
    second = house.put("responses", theirs, system)  # before the read model knows of the first
    assert second.status_code == 202
    until = show_instant(house.now + 10 * MINUTE)
    assert second.json()["acknowledged"] == {"by": "manager", "until": until}
    has_it(house, "A1", "ann", minutes=7)
    third = house.put("responses", answer(house, "decline"), system).json()
    assert third["acknowledged"] == {"by": "ann", "until": show_instant(house.now + 7 * MINUTE)}


def test_the_same_again_is_the_same_though_its_time_is_over_by_then(house: House) -> None:
    system = house.settle()
    shown(house, "A1")
    body, id_ = answer(house), str(uuid.uuid4())
    assert house.put("responses", body, system, id_=id_).status_code == 202
    house.later(20 * 60)
    assert house.put("responses", body, system, id_=id_).status_code == 200


def test_a_batch_answers_as_one_by_one(house: House) -> None:
    system = house.settle()
    shown(house, "A1")
    over(house, "A2", "restored")
    facts = [
        answer(house),
        answer(house, minutes=99),
        answer(house, alert_id="A2"),
        answer(house, alert_id="A9"),
    ]
    batch = [{**each, "id": str(uuid.uuid4())} for each in facts]
    results = house.batch(batch, system).json()["results"]
    assert [each["status"] for each in results] == [202, 422, 200, 422]
    assert results[2]["resolved"]["how"] == "restored"


def test_what_somebody_says_about_a_child_goes_with_the_childs_key(house: House) -> None:
    """In the copy that the alert's own life keeps, too."""
    system = house.settle()
    shown(house, "A1", placement_id="P1")
    shown(house, "A2", kind="cover_gap")
    assert house.put("responses", answer(house), system).status_code == 202
    assert house.put("responses", answer(house, alert_id="A2"), system).status_code == 202
    of_child, of_home = answers_of(house)
    copies = [copied(event) for event in (of_child, of_home)]
    for event in (of_child, of_home, *copies):
        assert unseal(event, house.keys)["data"]["action"] == "I go there."
    house.keys.destroy("larch", "P1")
    for event in (of_child, copies[0]):
        assert unseal(event, house.keys)["data"]["action"] == event["data"]["action"]
    for event in (of_home, copies[1]):
        assert unseal(event, house.keys)["data"]["action"] == "I go there."


def copied(event: dict[str, Any]) -> dict[str, Any]:
    """As `alert.acknowledged` takes it over."""
    data = {name: event["data"][name] for name in ("alert_id", "by", "action", "until")}
    return {**event, "type": "alert.acknowledged.v1", "data": data}


# -- from pages and links


def give(house: House, by: str = "manager", kind: Any = "acknowledge", **more: Any) -> Given:
    answers: Answers = house.app.state.answers
    said = {"action": "I go there."} if kind == "acknowledge" else {}
    return house.client.run(
        answers.give("A1", by, kind, **{"via": "page", "id": str(uuid.uuid4()), **said, **more})
    )


def test_whoever_was_paged_may_answer_by_the_link_that_was_made_for_them(house: House) -> None:
    house.settle()
    house.access.put_person(Person("gp", "Sample Gp", Scope(), frozenset()), house.now)
    shown(house, "A1")
    given = give(house, "gp")
    assert (given.result, given.until) == (Result.TAKEN, house.now + 10 * MINUTE)
    (event,) = answers_of(house)
    assert (event["actor"], event["source"], event["data"]["via"]) == ("gp", "person/gp", "page")
    fact = fact_of_event(RESPONSES, 0, event)
    assert canonical(event)
    assert fact.home_id == "larch"


def test_a_second_tap_on_the_same_form_is_the_first_one_again(house: House) -> None:
    house.settle()
    shown(house, "A1")
    id_ = str(uuid.uuid4())
    assert give(house, id=id_).result is Result.TAKEN
    house.later(1)
    again = give(house, id=id_)
    assert again.result is Result.BEFORE
    assert again.standing is not None
    assert again.standing.by == "manager"
    assert len(answers_of(house)) == 1


def test_two_who_tap_at_once_both_see_who_has_it(house: House) -> None:
    house.settle()
    house.person("ann")
    shown(house, "A1")
    first, second = give(house), give(house, "ann")
    assert first.standing is not None
    assert second.standing is not None
    assert (first.standing.by, second.standing.by) == (None, "manager")
    assert second.standing.until == house.now + 10 * MINUTE


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"until_minutes": 31}, 422),
        ({"kind": "decide", "reason": "x"}, 422),
        ({"by": "nobody"}, 403),
        ({"by": "left"}, 403),
    ],
)
def test_what_may_not_stand_says_so(house: House, more: dict[str, Any], status: int) -> None:
    house.settle()
    left = Person("left", "Sample Left", Scope(provider_id="north"), frozenset(Right), active=False)
    house.access.put_person(left, house.now)
    shown(house, "A1")
    minutes = more.pop("until_minutes", None)
    until = None if minutes is None else house.now + minutes * MINUTE
    given = give(house, **more, until=until)
    assert given.result is Result.REFUSED
    assert given.problem is not None
    assert given.problem.status_code == status


def test_a_link_to_an_alert_that_is_over_or_gone_says_so(house: House) -> None:
    house.settle()
    unknown = give(house)
    assert unknown.problem is not None
    assert (unknown.result, unknown.problem.status_code) == (Result.REFUSED, 404)
    over(house, "A1", "unreported")
    given = give(house)
    assert given.standing is not None
    assert (given.result, given.standing.how) == (Result.RESOLVED, "unreported")
