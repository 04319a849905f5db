"""A real browser at a real house: Chromium from WAKEFUL_TEST_BROWSER, or the first one found on this machine.

Without one these tests are skipped, by name and aloud; WAKEFUL_REQUIRE_BROWSER=1 turns the skip into a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from shared.instants import SECOND
from tests.integration.alerts.house import House, serving
from tests.servers.ports import free_port
from tests.waiting import LONG_S

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

_LONG_MS = LONG_S * SECOND
expect.set_options(timeout=_LONG_MS)

Visit = Callable[..., Page]
"""Open the feed, signed in, with the scope given (`commissioner_id=…`); keyword `path`, `width`, `scheme`."""


def found() -> str | None:
    """The browser's executable."""
    named = os.environ.get("WAKEFUL_TEST_BROWSER")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this session."""
    executable = found()
    if executable is None:
        why = "no Chromium found: install one, or name it in WAKEFUL_TEST_BROWSER"
        if os.environ.get("WAKEFUL_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    # as root, and in most containers, Chromium cannot make a sandbox; it only ever visits this machine
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"], timeout=_LONG_MS
        )
        yield chromium
        chromium.close()


class Served:
    """A house whose server can be taken away and put back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder, present_every=SECOND // 2)
        self._stack = ExitStack()
        self.app = self.house.app()
        self.url = self._stack.enter_context(serving(self.app, self.house.notifier, free_port()))

    def go_down(self) -> None:
        """The server stops; what is open is cut."""
        self.house.speak()
        self._stack.close()

    def come_back(self) -> None:
        """The server is there again, at the same address."""
        self.house.revive()
        port = int(self.url.rsplit(":", 1)[1])
        self._stack.enter_context(serving(self.house.app(), self.house.notifier, port))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A house of two authorities' children, served."""
    served = Served(tmp_path)
    house = served.house
    house.home("harbour-view", "PR1")
    house.home("orchard-lane", "PR1")
    for placement, commissioner, home in (
        ("P-0001", "kent", "harbour-view"),
        ("P-0002", "essex", "harbour-view"),
        ("P-0104", "kent", "orchard-lane"),
    ):
        house.child(placement, commissioner, home)
    yield served
    served.go_down()
    house.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """Pages of readers who are signed in and see a living page. An error in a page's script fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(path: str = "/", width: int = 1280, scheme: Any = "light", **scope: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        context.set_default_timeout(_LONG_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{served.url}/sign-in#{served.house.token(**scope)}")
        page.wait_for_url(f"{served.url}/")
        if path != "/":
            page.goto(served.url + path)
        page.wait_for_selector('#feed[data-live="yes"]')
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
