"""How the feed looks and reads: on a phone and on a desk, by day and by night, without colour and without a mouse."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from shared import clock
from shared.instants import DAY, HOUR, MINUTE, SECOND
from tests.browser.conftest import Served, Visit

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [360, 1280])

CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest(".aloud, .skip")) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
    texts.push([text.slice(0, 40), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return texts;
}"""
"""The contrast of every visible text with the ground behind it."""


PLAN = ("day_checks", "night_cover.meaning", "role:escalation", "signed:placing_authority", "cover_offered")


def fill(served: Served) -> None:
    """Something of every severity, open and closed, taken, worsened, unwatched."""
    house = served.house
    house.worsen(house.missed("P-0001", "harbour-view"), 2)
    house.cover_gap("harbour-view")
    house.overrun("harbour-view", "P-0002")
    pattern = {
        "pattern": "burst",
        "entries": ["a", "b", "c"],
        "reason": "Three checks were entered within 6 s.",
    }
    house.raised("anomaly", "harbour-view", {"staff_id": "S7"}, pattern, 20 * MINUTE)
    lacks = {"plan_version": 3, "missing": [*PLAN, "ligature_plan.controls"]}
    house.raised("plan_incomplete", "harbour-view", {"placement_id": "P-0002"}, lacks, 3 * DAY)
    soon = {"what": "room_ligature_review", "date": "2026-12-06"}
    house.raised("review_due_soon", "harbour-view", {"room": "first-floor-front"}, soon, HOUR)
    house.close_alert(house.missed("P-0104", "orchard-lane"))
    house.asides["orchard-lane"] = clock.now() - 600 * SECOND


def settled(page: Page) -> Page:
    """Once nothing moves any more: a colour on its way is no colour."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    return page


@LOOKS
@WIDTHS
def test_every_text_stands_out_from_its_ground(served: Served, visit: Visit, width: int, scheme: str) -> None:
    fill(served)
    served.house.blind_since = clock.now() - 90 * SECOND
    page = settled(visit(width=width, scheme=scheme, provider_id="PR1"))
    texts = page.evaluate(CONTRAST)
    assert len(texts) > 30
    assert [(text, ratio) for text, ratio in texts if ratio < 4.5] == []


@LOOKS
def test_the_page_that_is_not_live_and_the_sign_in_page_can_be_read_too(
    served: Served, visit: Visit, scheme: str
) -> None:
    page = visit(width=360, scheme=scheme, provider_id="PR1")
    served.go_down()
    page.locator("#deaf").wait_for()
    assert [each for each in page.evaluate(CONTRAST) if each[1] < 4.5] == []
    served.come_back()
    page.context.clear_cookies()
    page.goto(f"{served.url}/sign-in")
    assert [each for each in page.evaluate(CONTRAST) if each[1] < 4.5] == []


@WIDTHS
def test_nothing_is_wider_than_the_screen(served: Served, visit: Visit, width: int) -> None:
    fill(served)
    served.house.home("a-home-with-a-very-long-identifier-that-nobody-would-choose-but-somebody-will", "PR1")
    page = visit(width=width, provider_id="PR1")
    page.locator("#quiet-homes summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@WIDTHS
def test_a_title_has_room_whether_or_not_a_number_runs_beside_it(
    served: Served, visit: Visit, width: int
) -> None:
    fill(served)
    page = visit(width=width, provider_id="PR1")
    shares = page.evaluate("""() => [...document.querySelectorAll(".card :is(h3, .points)")].map(
      (each) => each.getBoundingClientRect().width / each.closest(".card").getBoundingClientRect().width)""")
    assert len(shares) >= 12
    assert min(shares) > 0.6


def test_night_is_dark_and_day_is_light(visit: Visit) -> None:
    def brightness(scheme: str) -> float:
        page = visit(scheme=scheme, provider_id="PR1")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, colour[4:-1].split(", "))) / 3

    assert brightness("dark") < 40 < 200 < brightness("light")


def test_severity_is_told_by_more_than_colour(served: Served, visit: Visit) -> None:
    fill(served)
    page = visit(provider_id="PR1")
    told: dict[Any, tuple[Any, Any]] = {}
    for card in page.locator(".card").all():
        shape = card.locator(".severity svg > :first-child").get_attribute("d")
        told[card.get_attribute("data-severity")] = (card.locator(".severity span").inner_text(), shape)
    assert told.keys() == {"page", "notify", "info"}
    words, shapes = zip(*told.values(), strict=True)
    assert len(set(words)) == len(set(shapes)) == 3


def test_what_can_be_touched_is_large_enough_to_be_touched(served: Served, visit: Visit) -> None:
    fill(served)
    page = visit(width=360, provider_id="PR1")
    small = page.evaluate("""() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden])")]
      .filter((each) => each.checkVisibility() && !each.matches(".skip, .note a"))
      .map((each) => [each.textContent.trim(), each.getBoundingClientRect().height])
      .filter(([, height]) => height < 44)""")
    assert small == []


def test_the_page_reads_in_order_and_everything_has_a_name(served: Served, visit: Visit) -> None:
    fill(served)
    page = visit(provider_id="PR1")
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map((each) => Number(each.localName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    nameless = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), section, nav")].filter(
      (each) => !(each.textContent.trim() || each.labels?.length || each.ariaLabel)).map((each) => each.outerHTML)"""
    assert page.evaluate(nameless) == []
    named = "[...document.querySelectorAll('[aria-labelledby], [aria-describedby]')]"
    whole = (
        f"{named}.every((each) => document.getElementById(each.getAttribute('aria-labelledby') ?? 'main'))"
    )
    assert page.evaluate(whole) is True
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))


def test_the_keyboard_comes_first_to_what_skips_to_the_page(visit: Visit) -> None:
    page = visit(provider_id="PR1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_without_its_script_the_page_says_that_it_is_not_live(served: Served, visit: Visit) -> None:
    token = served.house.token(provider_id="PR1")
    browser = visit(provider_id="PR1").context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/sign-in")
    page.get_by_label("Your token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    assert page.locator("#deaf").is_visible()
    context.close()
