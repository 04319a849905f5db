"""An alert's whole story: every send, failure, skip and answer, for those who may see them."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shared import clock
from shared.monitor import Effect
from tests.integration.alerts.house import House, id_of, serving
from tests.integration.alerts.paging import answers, paged
from tests.waiting import LONG_S


@pytest.fixture
def alert(built: House) -> Effect:
    """A missed check of a child of Kent; M1 could not take it, Kent's own desk was told too."""
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    missed = built.missed("P1", "H1")
    paged(built, missed, "sent", "W1", 0, channel="ntfy")
    paged(
        built, missed, "failed", "M1", 1, error="no answer within 10 s", retry_at="2026-03-02T02:20:02.000Z"
    )
    paged(built, missed, "sent", "M1", 1, attempt=2)
    answers(built, missed, "M1", "decline")
    paged(built, missed, "sent", "commissioner:kent", 1, channel="email")
    paged(built, missed, "undelivered", "M2", 2)
    paged(built, missed, "skipped", "M2", 2, why="acknowledged")
    return missed


@pytest.fixture
def url(built: House, alert: Effect) -> Iterator[str]:
    with serving(built.app(), built.notifier) as at:
        yield at


def get(built: House, url: str, path: str, **scope: Any) -> httpx.Response:
    return httpx.get(url + path, headers={"Authorization": f"Bearer {built.token(**scope)}"}, timeout=LONG_S)


def pages(built: House, url: str, alert: Effect, **scope: Any) -> list[dict[str, Any]]:
    body = get(built, url, f"/api/v1/alerts/{id_of(alert)}", **scope).json()
    return [{name: value for name, value in each.items() if name != "at"} for each in body["pages"]]


def test_the_provider_sees_every_send_failure_skip_and_answer_in_order(
    built: House, url: str, alert: Effect
) -> None:
    assert pages(built, url, alert, provider_id="PR1") == [
        {"step": 0, "to": "W1", "channel": "ntfy", "outcome": "sent", "attempt": 1},
        {
            "step": 1,
            "to": "M1",
            "channel": "sms",
            "outcome": "failed",
            "attempt": 1,
            "error": "no answer within 10 s",
            "retry_at": "2026-03-02T02:20:02.000Z",
        },
        {"step": 1, "to": "M1", "channel": "sms", "outcome": "sent", "attempt": 2},
        {"to": "M1", "channel": "page", "outcome": "declined"},
        {"step": 1, "to": "commissioner:kent", "channel": "email", "outcome": "sent", "attempt": 1},
        {"step": 2, "to": "M2", "outcome": "undelivered"},
        {"step": 2, "to": "M2", "channel": "sms", "outcome": "skipped", "attempt": 1, "why": "acknowledged"},
    ]


def test_a_commissioner_sees_what_went_to_them_and_nobody_elses_messages(
    built: House, url: str, alert: Effect
) -> None:
    assert [each["to"] for each in pages(built, url, alert, commissioner_id="kent")] == ["commissioner:kent"]
    page = get(built, url, f"/alerts/{id_of(alert)}", commissioner_id="kent").text
    assert "commissioner:kent told by email" in page
    assert not re.search(r"\bM1 (not|told|says)", page)


def test_the_page_tells_the_story_line_by_line(built: House, url: str, alert: Effect) -> None:
    page = get(built, url, f"/alerts/{id_of(alert)}", provider_id="PR1").text
    told = [
        "Raised",
        "Step 1: W1 told by ntfy",
        "Step 2: M1 not reached by sms: no answer within 10 s; again at",
    ]
    told += ["Step 2: M1 told by sms (try 2)", "M1 says: I can’t; the next step is told at once"]
    told += [
        "Step 3: nobody could be reached; the chain goes on at once",
        "M2 not told: somebody had it by then",
    ]
    places = [page.find(each) for each in told]
    assert -1 not in places
    assert places == sorted(places)


def test_tries_that_fail_alike_are_one_line_of_the_page_and_all_in_the_answer(
    built: House, url: str, alert: Effect
) -> None:
    for attempt in (1, 2, 3):
        paged(built, alert, "failed", "M3", 2, error="it hangs", attempt=attempt)
    page = get(built, url, f"/alerts/{id_of(alert)}", provider_id="PR1").text
    assert page.count("M3 not reached by sms: it hangs") == 1
    assert "it hangs; 3 tries, the last at" in page
    assert [each["to"] for each in pages(built, url, alert, provider_id="PR1")].count("M3") == 3


def test_an_alert_of_a_home_that_nobody_watches_says_so(built: House, url: str, alert: Effect) -> None:
    path = f"/alerts/{id_of(alert)}"
    assert "not watched since" not in get(built, url, path, provider_id="PR1").text
    built.asides["H1"] = clock.now()
    assert "This home is not watched since" in get(built, url, path, provider_id="PR1").text


@pytest.mark.parametrize("part", ["", "/feed-part"])
def test_nobody_elses_alert_has_a_page(built: House, url: str, alert: Effect, part: str) -> None:
    answer = get(built, url, f"/alerts/{id_of(alert)}{part}", commissioner_id="essex")
    assert (answer.status_code, "P1" in answer.text) == (404, False)


def test_a_concern_over_nights_comes_with_a_draft_that_lists_only_what_its_reader_may_see(
    built: House, url: str, alert: Effect
) -> None:
    built.child("P2", "essex", "H1")
    other = built.missed("P2", "H1")
    facts = {"nights": ["2026-03-02"], "alerts": [id_of(alert), id_of(other)]}
    concern = id_of(built.raised("pattern_concern", "H1", {}, facts, 0))
    page = get(built, url, f"/alerts/{concern}", commissioner_id="kent").text
    assert "DRAFT for a person to decide" in page
    assert f"(alert {id_of(alert)})" in page
    assert id_of(other) not in page
