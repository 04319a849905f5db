"""A link opened and tapped: it shows what its person may see now, GET changes nothing, and a tap is one fact."""

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from httpx import Response

from services.house.answered import answer_links
from services.pager.answering.desk import ANSWERING
from services.pager.answering.links import LIFE, Purpose
from shared.instants import HOUR, MINUTE, show_instant
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.topics import RESPONSES
from tests.integration.gateway.alerts import has_it, on_the_desk, over, shown
from tests.integration.gateway.house import House

ALERT, OTHER, THIRD = (str(uuid.UUID(int=number, version=5)) for number in (1, 2, 3))
PAGE = {"Accept": "text/html,*/*;q=0.8", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as house:
        house.settle()
        house.person("ann")
        house.person("ben")
        shown(house, ALERT, placement_id="P1", commissioner_id="county")
        yield house


def link(
    house: House, who: str = "ann", purpose: Purpose = Purpose.SHOW, alerts: tuple[str, ...] = (ALERT,)
) -> str:
    url = answer_links("http://door.test", house.keys).url(who, alerts, purpose, house.now)
    return url.removeprefix("http://door.test")


def tap(house: House, path: str, **form: str) -> Response:
    return house.client.post(path, urlencode(form).encode(), PAGE)


def have(house: House, path: str, **form: str) -> Response:
    return tap(house, path, **{"say": "have", "form": "1", "do": "I am calling the home", **form})


def answers(house: House) -> list[dict[str, object]]:
    return [json.loads(record.body)["data"] for record in house.records() if record.topic == RESPONSES]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("purpose", ANSWERING)
def test_opening_a_link_changes_nothing(house: House, method: str, purpose: Purpose) -> None:
    for headers in ({}, PAGE, {"Sec-Purpose": "prefetch;prerender"}, {"User-Agent": "mail scanner"}):
        assert house.client.request(method, link(house, purpose=purpose), None, headers).status_code == 200
    assert answers(house) == []


def test_the_page_says_what_where_since_when_how_bad_what_next_and_who_has_it(house: House) -> None:
    shown(house, ALERT, placement_id="P1", commissioner_id="county", level=2)
    page = house.client.get(link(house), PAGE).text
    for words in ("Check missed", "P1</span> · room ", "larch", "not seen since", "5 min", "without a check"):
        assert words.lower() in page.lower(), words
    for words in ("Act now", "Level 2", "Do now", "Nobody has it yet", "I have it", "I can’t"):
        assert words in page, words


def test_what_a_link_shows_is_kept_nowhere_and_leads_nowhere(house: House) -> None:
    for answer in (house.client.get(link(house), PAGE), house.client.get("/a/nothing", PAGE)):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert "<script" not in answer.text


def test_a_tap_is_a_fact_in_the_name_of_the_one_it_was_sent_to(house: House) -> None:
    page = have(house, link(house), minutes="20")
    assert page.status_code == 200
    assert "You have it until 21:20. Until then nobody is paged about it again." in page.text
    (data,) = answers(house)
    assert (data["by"], data["kind"], data["via"], data["alert_id"]) == ("ann", "acknowledge", "page", ALERT)
    assert data["until"] == show_instant(house.now + 20 * MINUTE)
    assert isinstance(data["action"], dict), "what people write is sealed"
    assert "I am calling the home" not in str(house.records())


def test_a_double_tap_is_one_answer(house: House) -> None:
    path = link(house)
    first = have(house, path)
    house.now += 700
    again = have(house, path)
    assert (first.status_code, again.status_code) == (200, 200)
    assert "You have it until 21:10" in again.text
    assert len(answers(house)) == 1


def test_words_of_ones_own_go_before_the_ready_made(house: House) -> None:
    have(house, link(house), other="  I am   two streets away ", do="I am calling the home")
    has_it(house, ALERT, "ann", placement_id="P1", commissioner_id="county", action="I am two streets away")
    assert "I am two streets away" in house.client.get(link(house, "ben"), PAGE).text
    assert len(answers(house)) == 1


def test_longer_than_the_rules_allow_is_as_long_as_they_allow(house: House) -> None:
    have(house, link(house), minutes="9999")
    assert answers(house)[0]["until"] == show_instant(house.now + 30 * MINUTE)


def test_one_tap_without_a_page_says_i_have_it_once_however_often_it_is_sent(house: House) -> None:
    path = link(house, purpose=Purpose.HAVE)
    first = house.client.post(path, b"")
    house.now += 1_000
    second = house.client.post(path, b"")
    assert first.json()["said"].startswith("You have it until 21:10.")
    assert first.json()["alerts"] == [
        {"alert_id": ALERT, "answer": "gives", "by": "ann", "until": "2026-03-27T21:10:00.000Z"}
    ]
    assert second.json()["alerts"][0]["answer"] == "has_already"
    assert len(answers(house)) == 1


def test_a_link_of_one_purpose_says_nothing_else_whatever_is_filled_in(house: House) -> None:
    tap(house, link(house, purpose=Purpose.CANNOT), say="have", take=ALERT, only=ALERT)
    assert [data["kind"] for data in answers(house)] == ["decline"]
    tap(house, link(house, "ben", Purpose.HAVE), say="cannot")
    assert [data["kind"] for data in answers(house)] == ["decline", "acknowledge"]
    assert [data["by"] for data in answers(house)] == ["ann", "ben"]


def test_i_cannot_asks_the_next_person(house: House) -> None:
    page = tap(house, link(house), say="cannot", form="1")
    assert "The next person is asked now." in page.text
    (data,) = answers(house)
    assert (data["kind"], "until" in data, "action" in data) == ("decline", False, False)


def test_whoever_comes_second_sees_who_was_first_and_may_take_it_over(house: House) -> None:
    have(house, link(house, "ann"))
    second = have(house, link(house, "ben"))
    assert "ann was first, and has it until 21:10" in second.text
    assert "Take it over from ann" in second.text
    assert [data["by"] for data in answers(house)] == ["ann"]
    house.now += 1_000
    third = tap(house, link(house, "ben"), take=ALERT, form="2", do="I am going there")
    assert "ann had it before" in third.text
    assert [data["by"] for data in answers(house)] == ["ann", "ben"]
    assert "ben has it until 21:10" in house.client.get(link(house, "ann"), PAGE).text


def test_two_people_answer_at_once_and_both_learn_who_has_it(house: House) -> None:
    together = threading.Barrier(2)
    pages: dict[str, str] = {}

    def answer(who: str) -> None:
        path = link(house, who)
        together.wait()
        pages[who] = have(house, path).text

    threads = [threading.Thread(target=answer, args=(who,)) for who in ("ann", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    has = {who: house.client.get(link(house, who), PAGE).text for who in pages}
    (holder,) = [who for who in has if "You have it until 21:10" in has[who]]
    (other,) = has.keys() - {holder}
    assert f"{holder} has it until 21:10" in has[other]
    assert "Take it over" in has[other]
    assert {data["by"] for data in answers(house)} <= {"ann", "ben"}


def test_what_was_resolved_meanwhile_says_how_and_asks_nothing(house: House) -> None:
    over(house, ALERT, placement_id="P1", commissioner_id="county")
    page = have(house, link(house))
    assert "Closed 21:00: seen, but late" in page.text
    assert 'name="say"' not in page.text
    assert answers(house) == []


def test_several_alerts_are_shown_worst_first_and_answered_by_one_tap(house: House) -> None:
    shown(house, OTHER, kind="cover_gap", facts={"required": 2, "evidenced": 1}, level=3)
    shown(house, THIRD, kind="plan_missing", severity="notify", placement_id="P1", commissioner_id="county")
    path = link(house, alerts=(ALERT, OTHER, THIRD))
    page = house.client.get(path, PAGE).text
    places = [page.index(words) for words in ("Not enough waking cover", "Check missed", "No agreed plan")]
    assert places == sorted(places)
    assert "I have these 3" in page
    assert "You have these 3 until 21:10" in have(house, path).text
    assert {data["alert_id"] for data in answers(house)} == {ALERT, OTHER, THIRD}


def test_one_of_several_can_be_answered_alone(house: House) -> None:
    shown(house, OTHER, kind="cover_gap")
    page = tap(house, link(house, alerts=(ALERT, OTHER)), only=OTHER, form="1", do="I am calling the home")
    assert [data["alert_id"] for data in answers(house)] == [OTHER]
    assert "Nobody has it yet." in page.text


def test_a_link_that_is_over_or_forged_says_what_to_do(house: House) -> None:
    path = link(house)
    house.now += LIFE
    old = house.client.get(path, PAGE)
    assert (old.status_code, "Sign in" in old.text) == (410, True)
    forged = house.client.get(path[:-1] + ("A" if path[-1] != "A" else "B"), PAGE)
    assert (forged.status_code, "Sign in" in forged.text) == (404, True)
    assert {tap(house, path, say="have").status_code, house.client.post(path, b"").status_code} == {410}
    assert answers(house) == []


@pytest.mark.parametrize(
    "now",
    [
        Person("ann", "Sample Ann", Scope(provider_id="south"), frozenset(Right)),
        Person("ann", "Sample Ann", Scope(commissioner_id="shire"), frozenset(Right)),
        Person("ann", "Sample Ann", Scope(provider_id="north"), frozenset(Right), active=False),
    ],
)
def test_whoever_is_somebody_elses_by_now_or_has_left_sees_nothing(house: House, now: Person) -> None:
    path = link(house)
    house.access.put_person(now, house.now)
    shut = house.client.get(path, PAGE)
    assert shut.status_code == 404
    assert all(words not in shut.text for words in ("P1", "larch", "Check missed"))
    assert have(house, path).status_code == 404
    assert answers(house) == []


def test_whoever_was_paged_may_see_what_for_and_answer_whatever_other_rights_they_have(house: House) -> None:
    """A worker on duty records checks, and is told first: the link must open for them too."""
    records = Person("ann", "Sample Ann", Scope(provider_id="north"), frozenset({Right.RECORD}))
    house.access.put_person(records, house.now)
    assert "P1" in house.client.get(link(house), PAGE).text
    assert have(house, link(house)).status_code == 200
    assert len(answers(house)) == 1


def test_of_several_alerts_a_commissioner_sees_their_own_childrens(house: House) -> None:
    officer = Person("officer", "Sample Officer", Scope(commissioner_id="county"), frozenset(Right))
    house.access.put_person(officer, house.now)
    shown(house, OTHER, placement_id="P2", commissioner_id="shire")
    page = house.client.get(link(house, "officer", alerts=(ALERT, OTHER)), PAGE).text
    assert "P1" in page
    assert "P2" not in page
    have(house, link(house, "officer", alerts=(ALERT, OTHER)))
    assert [data["alert_id"] for data in answers(house)] == [ALERT]


def test_a_person_whose_time_has_run_out_no_longer_has_it(house: House) -> None:
    have(house, link(house), minutes="10")
    house.now += HOUR
    assert "Nobody has it yet." in house.client.get(link(house), PAGE).text


def test_a_link_that_was_made_for_a_test_of_the_on_call_answers_no_alert(house: House) -> None:
    path = link(house, purpose=Purpose.TEST)
    assert {house.client.get(path, PAGE).status_code, house.client.post(path, b"").status_code} == {404}
    assert answers(house) == []


def test_whoever_is_paged_before_the_feed_knows_of_it_sees_it_and_answers(house: House) -> None:
    on_the_desk(house, OTHER, kind="child_not_found")
    on_the_desk(house, THIRD, kind="cover_gap", placement_id=None, commissioner_id=None)
    path = link(house, alerts=(OTHER, THIRD))
    page = house.client.get(path, PAGE).text
    assert "Child not found" in page
    assert "Not enough waking cover" in page
    assert "You have these 2 until 21:10" in have(house, path).text
    assert {data["alert_id"] for data in answers(house)} == {OTHER, THIRD}


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        (Scope(commissioner_id="county"), (True, True)),
        (Scope(commissioner_id="shire"), (False, False)),
        (Scope(provider_id="south"), (False, False)),
        (Scope(provider_id="north", homes=frozenset({"birch"})), (False, False)),
    ],
)
def test_what_the_feed_does_not_know_yet_is_shown_to_nobody_who_would_not_see_it_there(
    house: House, scope: Scope, sees: tuple[bool, bool]
) -> None:
    house.access.put_person(Person("ann", "Sample Ann", scope, frozenset(Right)), house.now)
    on_the_desk(house, OTHER)
    on_the_desk(house, THIRD, placement_id=None, commissioner_id=None, kind="cover_gap")
    for alert_id, shows in zip((OTHER, THIRD), sees, strict=True):
        status = house.client.get(link(house, alerts=(alert_id,)), PAGE).status_code
        assert status == (200 if shows else 404)
