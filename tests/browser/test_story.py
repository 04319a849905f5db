"""The page of one alert: it tells the story as it goes on, and can be read on a phone at night."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served, Visit
from tests.browser.test_looks import CONTRAST, LOOKS, settled
from tests.integration.alerts.house import id_of
from tests.integration.alerts.paging import answers, paged

pytestmark = pytest.mark.browser


def test_what_is_told_while_somebody_looks_comes_by_itself(served: Served, visit: Visit) -> None:
    alert = served.house.missed("P-0001", "harbour-view")
    page = visit(provider_id="PR1")
    page.get_by_role("link", name="Check missed").click()
    expect(page.locator(".story[data-live=yes]")).to_be_visible()
    expect(page.get_by_text("Step 1: S1 told by sms")).to_have_count(0)
    paged(served.house, alert, "sent", "S1", 0)
    expect(page.get_by_text("Step 1: S1 told by sms")).to_be_visible()


@LOOKS
def test_the_story_can_be_read_on_a_phone_by_day_and_by_night(
    served: Served, visit: Visit, scheme: str
) -> None:
    alert = served.house.missed("P-0001", "harbour-view")
    paged(served.house, alert, "failed", "S1", 0, error="no answer within 10 s")
    paged(served.house, alert, "undelivered", "S1", 0)
    answers(served.house, alert, "S2", "decline")
    served.house.worsen(alert, 2)
    page = settled(visit(f"/alerts/{id_of(alert)}", width=360, scheme=scheme, provider_id="PR1"))
    assert [each for each in page.evaluate(CONTRAST) if each[1] < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
