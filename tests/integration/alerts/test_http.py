"""The feed over HTTP: the list and its cursor, the stream's door, signing in and out."""

from collections.abc import Iterator

import httpx
import pytest

from shared import clock, words
from shared.instants import HOUR, SECOND, show_instant
from shared.security.rights import Right
from shared.web.pages import CSP
from tests.integration.alerts.house import House, id_of, serving
from tests.waiting import LONG_S


@pytest.fixture
def url(built: House) -> Iterator[str]:
    """A home with a child in it, served."""
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    with serving(built.app(), built.notifier) as at:
        yield at


@pytest.fixture
def client(built: House, url: str) -> Iterator[httpx.Client]:
    """The provider's."""
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {built.token(provider_id='PR1')}"}, timeout=LONG_S
    ) as each:
        yield each


def nth(built: House, hour: int) -> str:
    alert = built.missed("P1", "H1", clock.now() - hour * HOUR)
    built.close_alert(alert)
    return id_of(alert)


def test_an_alert_is_answered_with_what_it_is_how_it_closed_and_its_life(
    built: House, client: httpx.Client
) -> None:
    since = clock.now() - HOUR
    alert = built.missed("P1", "H1", since)
    built.worsen(alert, 2)
    built.close_alert(alert)
    body = client.get(f"/api/v1/alerts/{id_of(alert)}").json()
    assert (body["kind"], body["placement_id"], body["level"]) == ("check_missed", "P1", 2)
    assert (body["state"], body["open"], body["since"]) == ("resolved", False, show_instant(since))
    assert (body["resolved"]["how"], body["resolved"]["fact_id"]) == ("late", "the-check")
    assert [step["step"] for step in body["life"]] == ["raised", "worsened", "resolved"]
    assert None not in body.values()


def test_the_list_is_paged_by_a_cursor_that_new_alerts_do_not_shift(
    built: House, client: httpx.Client
) -> None:
    old = [nth(built, hour) for hour in range(1, 8)]  # the last raised first
    first = client.get("/api/v1/alerts", params={"limit": 3}).json()
    newer = id_of(built.missed("P1", "H1"))
    second = client.get("/api/v1/alerts", params={"limit": 3, "cursor": first["next"]}).json()
    third = client.get("/api/v1/alerts", params={"limit": 3, "cursor": second["next"]}).json()
    pages = [[alert["alert_id"] for alert in page["alerts"]] for page in (first, second, third)]
    assert pages == [old[0:3], old[3:6], old[6:7]]
    assert "next" not in third
    assert client.get("/api/v1/alerts").json()["alerts"][0]["alert_id"] == newer


def test_the_list_answers_what_was_asked(built: House, client: httpx.Client) -> None:
    closed, missed, gap = nth(built, 5), id_of(built.missed("P1", "H1")), id_of(built.cover_gap("H1"))

    def asked(**params: str) -> set[str]:
        return {alert["alert_id"] for alert in client.get("/api/v1/alerts", params=params).json()["alerts"]}

    assert asked(open="true") == {missed, gap}
    assert asked(open="false") == {closed}
    assert asked(kind="cover_gap") == {gap}
    assert asked(placement="P1") == {closed, missed}
    assert asked(home="H9") == set()
    assert asked(since=show_instant(clock.now() - HOUR)) == {missed, gap}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/alerts?since=yesterday", "since"),
        ("/api/v1/alerts?cursor=nonsense", "cursor"),
        ("/api/v1/alerts?cursor=WzFd", "cursor"),
        ("/api/v1/alerts?limit=0", "limit"),
        ("/api/v1/alerts/stream?after=-1", "after"),
    ],
)
def test_what_cannot_be_read_names_the_field_and_the_remedy(
    client: httpx.Client, path: str, field: str
) -> None:
    answer = client.get(path)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert error["remedy"]


def test_the_last_event_id_wins_over_where_the_address_says_to_begin(
    built: House, client: httpx.Client
) -> None:
    for hour in range(1, 4):
        built.missed("P1", "H1", clock.now() - hour * HOUR)
    with client.stream("GET", "/api/v1/alerts/stream?after=0", headers={"Last-Event-ID": "2"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = iter(answer.iter_lines())
        ids: list[str] = []
        while len(ids) < 2:
            if (line := next(lines)).startswith("id: "):
                ids.append(line)
    assert ids == ["id: 2", "id: 3"]  # what the watch has come to, then the one step behind it


def test_a_list_and_the_stream_from_its_position_leave_nothing_between_them(
    built: House, client: httpx.Client
) -> None:
    built.missed("P1", "H1", clock.now() - HOUR)
    position = client.get("/api/v1/alerts").json()["position"]
    between = built.cover_gap("H1")
    with client.stream("GET", f"/api/v1/alerts/stream?after={position}") as answer:
        said = next(line for line in answer.iter_lines() if line.startswith("data: ") and "alert_id" in line)
    assert id_of(between) in said


@pytest.mark.parametrize("path", ["/", "/feed-part", "/homes/H1", "/homes/H1/feed-part"])
def test_a_page_asks_who_is_there_and_answers_with_the_way_to_sign_in(url: str, path: str) -> None:
    answer = httpx.get(url + path, timeout=LONG_S)
    assert answer.status_code == 401
    assert 'action="/session"' in answer.text
    assert "Check missed" not in answer.text


def test_a_token_without_the_right_to_read_sees_a_page_that_says_so(built: House, url: str) -> None:
    token = built.token(rights=frozenset({Right.RECORD}), provider_id="PR1")
    answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=LONG_S)
    assert answer.status_code == 403
    assert "not yours to see" in answer.text


def test_a_token_is_traded_for_a_strict_cookie_and_signing_out_ends_it(built: House, url: str) -> None:
    with httpx.Client(base_url=url, timeout=LONG_S) as browser:
        answer = browser.post("/session", data={"token": built.token(provider_id="PR1")})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        flags = answer.headers["set-cookie"].lower()
        assert "httponly" in flags
        assert "samesite=strict" in flags
        page = browser.get("/")
        assert page.status_code == 200
        assert browser.get("/session").status_code == 204
        assert browser.post("/session/end", data={"csrf": "guessed"}).status_code == 403
        csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        assert browser.post("/session/end", data={"csrf": csrf}).headers["location"] == "/sign-in"
        assert browser.get("/").status_code == browser.get("/session").status_code == 401


def test_a_wrong_token_or_a_form_from_another_site_does_not_sign_in(built: House, url: str) -> None:
    wrong = httpx.post(f"{url}/session", data={"token": "wakeful_person_nonsense"}, timeout=LONG_S)
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    token = built.token(provider_id="PR1")
    elsewhere = httpx.post(
        f"{url}/session", data={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=LONG_S
    )
    assert (elsewhere.status_code, "set-cookie" in elsewhere.headers) == (403, False)


def test_every_answer_keeps_a_browser_strict_and_no_page_is_cached(client: httpx.Client) -> None:
    for path in ("/", "/sign-in", "/api/v1/alerts", "/static/feed.js"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == CSP
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/").headers["cache-control"] == "no-store"
    assert "unsafe" not in CSP


def test_a_page_is_deaf_until_its_script_has_heard(client: httpx.Client) -> None:
    page = client.get("/").text
    assert 'data-live="no"' in page
    assert "This page is not live" in page


def test_a_blind_watch_and_a_home_set_aside_are_said_on_the_page(built: House, client: httpx.Client) -> None:
    assert 'id="blind" hidden' in client.get("/").text
    built.blind_since = clock.now() - 90 * SECOND
    built.asides["H1"] = clock.now() - HOUR
    page = client.get("/").text
    assert 'id="blind" hidden' not in page
    assert f"Not watched since {words.local_clock(built.asides['H1'], 'Europe/London', clock.now())}." in page
    assert "Nothing is open" not in page
