"""Somebody is woken, opens the link and answers with one tap: at 360 pixels, by day and night, without any script."""

import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.house.answered import answer_links
from services.pager.answering.links import Purpose
from shared.instants import MINUTE
from shared.topics import RESPONSES
from shared.web.live import Notifier
from tests.integration.alerts.house import serving
from tests.integration.gateway.alerts import over, shown
from tests.integration.gateway.house import House

ALERT, OTHER, THIRD = (str(uuid.UUID(int=number, version=5)) for number in (1, 2, 3))
pytestmark = pytest.mark.browser

CHILD = {"placement_id": "P1", "commissioner_id": "county"}

Opened = Callable[..., Page]
"""Open somebody's link; keywords `who`, `alerts`, `width`, `scheme`, `purpose`."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path).__enter__()
    house.settle()
    house.person("ann")
    house.person("ben")
    missed = house.now - 22 * MINUTE
    shown(house, ALERT, **CHILD, since=missed, deadline=missed + 15 * MINUTE, level=2)
    yield house
    closing = threading.Thread(target=house.__exit__)  # the browser's own loop runs in this one
    closing.start()
    closing.join()


@pytest.fixture
def opened(browser: Browser, house: House) -> Iterator[Opened]:
    contexts: list[BrowserContext] = []

    def open_link(
        who: str = "ann",
        alerts: tuple[str, ...] = (ALERT,),
        width: int = 360,
        scheme: Any = "light",
        purpose: Purpose = Purpose.SHOW,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, color_scheme=scheme, java_script_enabled=False
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(links.url(who, alerts, purpose, house.now))
        return page

    with serving(house.app, Notifier()) as url:
        links = answer_links(url, house.keys)
        yield open_link
        for context in contexts:
            context.close()


def answers(house: House) -> int:
    return sum(record.topic == RESPONSES for record in house.records())


def test_one_tap_answers_and_says_until_when(opened: Opened, house: House) -> None:
    page = opened()
    expect(page.get_by_text("Nobody has it yet.")).to_be_visible()
    page.get_by_role("button", name="I have it").click()
    expect(page.locator("#note")).to_contain_text("You have it until 21:10")
    expect(page.locator(f"#hand-{ALERT}")).to_contain_text("You have it until 21:10")
    assert answers(house) == 1


def test_the_answer_is_under_the_thumb_before_anything_is_scrolled(opened: Opened) -> None:
    page = opened()
    box = page.locator("#have").bounding_box()
    assert box is not None
    assert box["height"] >= 56
    assert box["y"] + box["height"] <= 740
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_chosen_is_what_is_said(opened: Opened, house: House) -> None:
    page = opened()
    page.get_by_label("I am calling the home").check()
    page.get_by_label("20 min").check()
    page.get_by_role("button", name="I have it").click()
    expect(page.locator("#note")).to_contain_text("You have it until 21:20")
    expect(page.locator("#longer")).not_to_have_attribute("open", "")


def test_i_cannot_says_that_the_next_person_is_asked(opened: Opened, house: House) -> None:
    page = opened()
    page.locator("#cannot").click()
    expect(page.locator("#note")).to_contain_text("The next person is asked now")
    assert answers(house) == 1


def test_two_people_see_who_has_it_and_the_second_may_take_it_over(opened: Opened, house: House) -> None:
    ann, ben = opened("ann"), opened("ben")
    ann.locator("#have").click()
    ben.locator("#have").click()
    expect(ben.locator("#note")).to_contain_text("ann was first")
    house.now += 1_000
    ben.get_by_role("button", name="Take it over from ann").click()
    expect(ben.locator(f"#hand-{ALERT}")).to_contain_text("You have it until")
    ann.get_by_role("link", name="Look again").click()
    expect(ann.locator(f"#hand-{ALERT}")).to_contain_text("ben has it until")


def test_the_wrong_link_leads_to_signing_in(opened: Opened) -> None:
    page = opened()
    page.goto(page.url[:-3] + "AAA")
    expect(page.get_by_role("heading", name="This link opens nothing")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits(opened: Opened, house: House, tmp_path: Path, width: int, scheme: str) -> None:
    shown(house, OTHER, kind="cover_gap", facts={"required": 2, "evidenced": 1, "on_break": ["worker-3"]})
    over(house, THIRD, **CHILD, kind="concern_raised", facts={"from": "family"})
    several = opened(alerts=(ALERT, OTHER, THIRD), width=width, scheme=scheme)
    expect(several.locator(".card")).to_have_count(3)
    assert several.evaluate("document.documentElement.scrollWidth") <= width
    taken = opened(width=width, scheme=scheme)
    taken.locator("#have").click()
    expect(taken.locator("#note")).to_be_visible()
    seen = opened("ben", width=width, scheme=scheme)
    for name, page in (("several", several), ("taken", taken), ("others", seen)):
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
