"""The page of the feed in a real browser: it lives by itself, and never looks calm when it is deaf."""

import pytest
from playwright.sync_api import Browser, expect

from shared import clock, words
from shared.alerting import Resolution
from shared.instants import DAY, HOUR, MINUTE, SECOND
from tests.browser.conftest import Served, Visit
from tests.integration.alerts.house import id_of

pytestmark = pytest.mark.browser


def test_an_alert_appears_by_itself_and_is_said_aloud(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    expect(page.locator("#calm")).to_contain_text("Nothing is open")
    page.evaluate("window.neverReloaded = true")
    alert = served.house.missed("P-0001", "harbour-view")
    card = page.locator(f"#alert-{id_of(alert)}")
    expect(card).to_contain_text("Check missed · P-0001")
    expect(card).to_contain_text("without a check")
    expect(page.locator("#alarm")).to_contain_text("Check missed, P-0001")
    expect(page.locator("#calm")).to_have_count(0)
    expect(page).to_have_title("(1) Feed · Wakeful")
    assert page.evaluate("window.neverReloaded") is True


def test_what_is_no_page_is_said_politely(served: Served, visit: Visit) -> None:
    page = visit(provider_id="PR1")
    served.house.overrun("harbour-view", "P-0001")
    expect(page.locator("#news")).to_contain_text("Act soon")
    assert page.locator("#alarm").inner_text() == ""


def test_it_worsens_and_closes_by_itself(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    alert = served.house.missed("P-0001", "harbour-view")
    served.house.worsen(alert, 2)
    card = page.locator(f"#alert-{id_of(alert)}")
    expect(card).to_contain_text("Level 2")
    served.house.close_alert(alert, Resolution.UNREPORTED)
    expect(card).to_have_count(0)
    closed = page.locator(f"#closed-{id_of(alert)}")
    expect(closed).to_contain_text("the check had been done in time; its record arrived late")
    expect(page.locator("#calm")).to_be_visible()
    expect(page.locator("#news")).to_contain_text("Closed")


def test_another_authoritys_alert_never_appears(served: Served, visit: Visit) -> None:
    kent, essex = visit(commissioner_id="kent"), visit(commissioner_id="essex")
    theirs = served.house.missed("P-0002", "harbour-view")
    mine = served.house.missed(
        "P-0001", "harbour-view"
    )  # behind it in the stream: what comes has passed what does not
    expect(kent.locator(f"#alert-{id_of(mine)}")).to_be_visible()
    expect(essex.locator(f"#alert-{id_of(theirs)}")).to_be_visible()
    for page, other in ((kent, "P-0002"), (essex, "P-0001")):
        assert other not in page.content()


def test_a_home_has_a_page_of_its_own(served: Served, visit: Visit) -> None:
    elsewhere = served.house.missed("P-0104", "orchard-lane")
    page = visit(path="/homes/harbour-view", commissioner_id="kent")
    here = served.house.missed("P-0001", "harbour-view")
    expect(page.locator(f"#alert-{id_of(here)}")).to_be_visible()
    expect(page.locator(f"#alert-{id_of(elsewhere)}")).to_have_count(0)
    page.get_by_role("link", name="Feed", exact=True).click()
    expect(page.locator(f"#alert-{id_of(elsewhere)}")).to_be_visible()


def test_a_page_that_cannot_hear_says_since_when_and_resumes_without_a_gap(
    served: Served, visit: Visit
) -> None:
    page = visit(commissioner_id="kent")
    before = served.house.missed("P-0001", "harbour-view", clock.now() - HOUR)
    expect(page.locator(f"#alert-{id_of(before)}")).to_be_visible()
    expect(page.locator("#deaf")).to_be_hidden()
    served.go_down()
    expect(page.locator("#deaf")).to_be_visible()
    expect(page.locator("#deaf")).to_contain_text("This page is not live. It shows how things stood at")
    expect(page).to_have_title("Not live · (1) Feed · Wakeful")
    served.house.close_alert(before)
    meanwhile = served.house.missed("P-0104", "orchard-lane")
    served.come_back()
    expect(page.locator(f"#alert-{id_of(meanwhile)}")).to_be_visible()
    expect(page.locator(f"#closed-{id_of(before)}")).to_be_visible()
    expect(page.locator("#deaf")).to_be_hidden()
    expect(page).to_have_title("(1) Feed · Wakeful")


def test_a_server_that_says_nothing_is_noticed_though_the_connection_stands(
    served: Served, visit: Visit
) -> None:
    page = visit(commissioner_id="kent")
    served.house.hush()
    expect(page.locator("#deaf")).to_be_visible()
    expect(page.locator(".when-live")).to_be_hidden()
    served.house.speak()
    expect(page.locator("#deaf")).to_be_hidden()


def test_a_page_whose_script_never_ran_does_not_look_live(visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    page.route("**/static/*.js*", lambda route: route.abort())
    page.reload()
    expect(page.locator("#deaf")).to_be_visible()


def test_blindness_is_told_as_soon_as_it_is_so_and_is_taken_back(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    served.house.blind_since = clock.now() - 61 * SECOND
    expect(page.locator("#blind")).to_be_visible()
    expect(page.locator("#blind")).to_contain_text("Not watched since")
    expect(page.locator("#alarm")).to_contain_text("Not watched since")
    expect(page.locator("#feed")).to_have_attribute("data-blind", "yes")
    served.house.blind_since = None
    expect(page.locator("#blind")).to_be_hidden()


def test_what_a_reader_has_opened_and_where_the_focus_is_outlive_a_change(
    served: Served, visit: Visit
) -> None:
    page = visit(provider_id="PR1")
    served.house.missed("P-0001", "harbour-view")
    expect(page.locator(".card")).to_have_count(1)
    page.locator("#quiet-homes summary").click()
    link = page.get_by_role("link", name="Home harbour-view")
    link.focus()
    served.house.missed("P-0002", "harbour-view")
    expect(page.locator(".card")).to_have_count(2)
    expect(link).to_be_focused()
    expect(page.locator("#quiet-homes")).to_have_attribute("open", "")


def test_the_number_runs_by_itself(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    served.house.missed("P-0001", "harbour-view", clock.now() - 55 * SECOND)
    expect(page.locator(".elapsed__n")).to_have_text("1 min")


def test_how_long_is_said_alike_by_page_and_server(visit: Visit) -> None:
    lengths = [
        *range(-1, 130 * SECOND, 7 * SECOND - 1),
        *range(HOUR - 2, 60 * HOUR, 17 * MINUTE + 13),
        9 * DAY,
    ]
    said = visit(commissioner_id="kent").evaluate(
        "async (lengths) => { const times = await import('/static/times.js'); return lengths.map(times.length); }",
        lengths,
    )
    assert said == [words.length(each) for each in lengths]


def test_a_reader_whose_token_has_ended_is_asked_to_sign_in(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    served.house.end_tokens()
    page.wait_for_url(f"{served.url}/sign-in")
    expect(page.get_by_label("Your token")).to_be_visible()


def test_a_token_in_a_link_leaves_the_address_bar(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    page.go_back()
    assert "#" not in page.url


def test_signing_out_ends_the_page(served: Served, visit: Visit) -> None:
    page = visit(commissioner_id="kent")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{served.url}/sign-in")
    page.goto(served.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_token_is_answered_in_words(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{served.url}/sign-in")
    page.get_by_label("Your token").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("does not open the feed")
    page.close()
