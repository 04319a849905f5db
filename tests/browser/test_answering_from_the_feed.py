"""Answering from the feed with a thumb: the form opens on the card, survives what happens meanwhile, can be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.alerts.feed import Feed
from services.gateway.answering import routes as answer_pages
from services.gateway.answering.answers import Answers
from services.gateway.answering.standing import Standing, Standings
from services.gateway.door import Door
from services.gateway.starting import caught_up
from shared import clock
from shared.instants import MINUTE
from shared.security.keys import KeyRing
from shared.security.rights import Right
from shared.web.pages import Pages
from tests.browser.conftest import Served, Visit
from tests.browser.test_looks import CONTRAST, LOOKS, WIDTHS, settled
from tests.integration.alerts.house import id_of

pytestmark = pytest.mark.browser

RESPONDS = frozenset({Right.READ, Right.RESPOND})


def standing_of(feed: Feed) -> Standings:
    """How an alert stands, by the feed alone: nobody is paged here."""

    def standing(alert_id: str) -> Standing | None:
        row = feed.row(alert_id)
        if row is None:
            return None
        about = (row.home_id, row.kind, row.placement_id, row.since, row.changed_at)
        return Standing(row.alert_id, *about, zone=row.zone)

    return standing


@pytest.fixture
def door(served: Served, tmp_path: Path) -> Iterator[Served]:
    """The house with a door behind its pages."""
    house = served.house

    keys = KeyRing(tmp_path / "keys.sqlite3", b"k" * 32)
    people = house.access.people
    fold, _ = caught_up(house.log, None)
    known = standing_of(house.feed)
    way_in = Door(house.log, keys, people, fold, house.feed.shows, known)
    served.app.state.answers = Answers(way_in, people, known, clock.now)
    served.app.include_router(answer_pages.answer_routes(Pages([answer_pages.TEMPLATES])))
    yield served
    keys.close()


def opened(door: Served, visit: Visit, width: int = 360, scheme: str = "light") -> Page:
    """The feed of somebody who may answer, with the form of an anomaly and of a missed check open."""
    facts = {"pattern": "burst", "entries": ["a"], "reason": "Three checks were entered within 6 s."}
    door.house.raised("anomaly", "harbour-view", {"staff_id": "S7"}, facts, 20 * MINUTE)
    alert = door.house.missed("P-0001", "harbour-view")
    page = visit(width=width, scheme=scheme, provider_id="PR1", rights=RESPONDS)
    for form in page.locator(".reply__open").all():
        form.click()
    page.locator(f"#reply-{id_of(alert)} [name=other]").wait_for()
    return page


def test_one_thumb_takes_an_alert(door: Served, visit: Visit) -> None:
    page = opened(door, visit)
    page.get_by_role("radio", name="I am sending somebody").check()
    page.get_by_role("radio", name="20 min").first.check()
    page.get_by_role("button", name="I have it").first.click()
    expect(page.get_by_role("heading")).to_contain_text("You have it until")
    assert [each for each in page.evaluate(CONTRAST) if each[1] < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Back to the feed").click()
    expect(page.locator("#feed")).to_be_visible()


def test_what_somebody_writes_stays_while_the_feed_goes_on(door: Served, visit: Visit) -> None:
    page = opened(door, visit)
    words = page.locator("[name=other]").first
    words.fill("I am calling the night manager")
    other = door.house.missed("P-0002", "harbour-view")
    expect(page.locator(f"#alert-{id_of(other)}")).to_be_visible()
    expect(words).to_have_value("I am calling the night manager")
    expect(words).to_be_visible()
    expect(words).to_be_focused()


@LOOKS
@WIDTHS
def test_the_form_can_be_read_and_touched_by_day_and_by_night(
    door: Served, visit: Visit, width: int, scheme: str
) -> None:
    page = settled(opened(door, visit, width, scheme))
    assert [each for each in page.evaluate(CONTRAST) if each[1] < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate("""() => [...document.querySelectorAll(".reply :is(button, summary, .chip, [type=text])")]
      .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
      .map((each) => each.outerHTML)""")
    assert small == []
