"""The dead man's ping: it is heard outside while somebody watches, and stops when nobody does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from shared.watchdog import Watchdog, begin
from tests.integration.house.outside import SECRET, Outside, listening

SOON = 20
"""Milliseconds between two pings."""


@pytest.fixture
def outside() -> Iterator[Outside]:
    with listening() as service:
        yield service


class Somebody:
    """Who watches, or does not; lets a test wait until that was asked."""

    def __init__(self) -> None:
        self.watching = True
        self.asked = threading.Semaphore(0)

    def __call__(self) -> bool:
        self.asked.release()
        return self.watching

    def wait_for(self, times: int) -> None:
        for _ in range(times):
            assert self.asked.acquire(timeout=30)


@contextmanager
def pinging(url: str, somebody: Somebody) -> Iterator[None]:
    watchdog = Watchdog(url, somebody, every=SOON)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()
        watchdog.join(30)
        assert not watchdog.is_alive()


def test_while_somebody_watches_the_ping_is_heard_again_and_again(outside: Outside) -> None:
    with pinging(outside.url, Somebody()):
        assert [outside.heard.get(timeout=30) for _ in range(3)] == [(SECRET, 200)] * 3


def test_where_nobody_watches_nothing_is_heard_until_somebody_does(outside: Outside) -> None:
    somebody = Somebody()
    somebody.watching = False
    with pinging(outside.url, somebody):
        somebody.wait_for(5)
        assert outside.heard.empty()
        somebody.watching = True
        assert outside.heard.get(timeout=30) == (SECRET, 200)


@pytest.mark.parametrize(("status", "why"), [(500, "status 500"), (301, "status 301")])
def test_a_ping_that_is_not_taken_is_told_once_and_tried_again(
    outside: Outside, status: int, why: str
) -> None:
    outside.status = status
    with capture_logs() as told, pinging(outside.url, Somebody()):
        outside.wait_for(status, 3)
        outside.status = 200
        outside.wait_for(200, 2)  # when the second comes, the answer to the first has been looked at
    assert [each.get("wrong") for each in told] == [why, None]
    assert "again" in told[-1]["event"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/4f1c-secret", "http://[4f1c-secret", "nothing-4f1c"])
def test_an_address_that_leads_nowhere_ends_nothing_and_is_never_repeated(url: str) -> None:
    somebody = Somebody()
    with capture_logs() as told, pinging(url, somebody):
        somebody.wait_for(3)
    assert [each["log_level"] for each in told] == ["error"]
    assert "4f1c" not in str(told)


def test_where_there_is_no_address_it_is_asked_for() -> None:
    with capture_logs() as told:
        assert begin(None, Somebody()) is None
    assert "WAKEFUL_WATCHDOG_URL" in told[0]["remedy"]
