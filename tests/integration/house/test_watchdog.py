"""The dead man's ping: it is heard outside while somebody watches, and stops when nobody does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.monitors import SERVICES
from services.up import House
from shared.settings import Settings
from shared.store import asides
from shared.store.engine import writing
from shared.watchdog import Reminder, Watchdog, begin
from tests.integration.house.outside import SECRET, Outside, listening
from tests.waiting import LONG_S, until

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
            assert self.asked.acquire(timeout=LONG_S)


@contextmanager
def pinging(url: str, somebody: Somebody, fail_url: str | None = None) -> Iterator[None]:
    watchdog = Watchdog(url, somebody, fail_url, every=SOON)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()
        watchdog.join(LONG_S)
        assert not watchdog.is_alive()


def test_while_somebody_watches_the_ping_is_heard_again_and_again(outside: Outside) -> None:
    with pinging(outside.url, Somebody()):
        assert [outside.heard.get(timeout=LONG_S) for _ in range(3)] == [(SECRET, 200)] * 3


def test_where_nobody_watches_nothing_is_heard_until_somebody_does(outside: Outside) -> None:
    somebody = Somebody()
    somebody.watching = False
    with pinging(outside.url, somebody):
        somebody.wait_for(5)
        assert outside.heard.empty()
        somebody.watching = True
        assert outside.heard.get(timeout=LONG_S) == (SECRET, 200)


def test_where_the_outside_takes_word_of_a_failure_it_hears_of_it_at_once_and_once(outside: Outside) -> None:
    somebody = Somebody()
    with pinging(outside.url, somebody, outside.fail_url):
        for _ in range(2):
            somebody.watching = True
            heard_at(outside, SECRET)
            somebody.watching = False
            heard_at(outside, f"{SECRET}/fail")
            somebody.wait_for(3)
            assert outside.heard.empty()


def test_a_failure_that_is_not_taken_is_told_again(outside: Outside) -> None:
    somebody = Somebody()
    with pinging(outside.url, somebody, outside.fail_url):
        heard_at(outside, SECRET)
        outside.status = 500
        somebody.watching = False
        assert [heard_at(outside, f"{SECRET}/fail") for _ in range(2)] == [500, 500]


def test_a_process_that_does_not_watch_yet_tells_of_no_failure(outside: Outside) -> None:
    somebody = Somebody()
    somebody.watching = False
    with pinging(outside.url, somebody, outside.fail_url):
        somebody.wait_for(5)
        assert outside.heard.empty()


def heard_at(outside: Outside, path: str) -> int:
    """Wait until something is heard there; how it was answered."""
    while True:
        found, status = outside.heard.get(timeout=LONG_S)
        if found == path:
            return status


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


def test_an_answer_that_drips_for_ever_holds_up_no_ping() -> None:
    with dripping() as (url, came), capture_logs() as told:
        watchdog = Watchdog(url, Somebody(), every=SOON, within=200)
        watchdog.start()
        for _ in range(3):
            assert came.acquire(timeout=LONG_S)
        watchdog.stop()
        watchdog.join(LONG_S)
    assert not watchdog.is_alive()
    assert [each["wrong"] for each in told] == ["TimeoutError"]


@contextmanager
def dripping() -> Iterator[tuple[str, threading.Semaphore]]:
    """A server that sends its headers letter by letter, and never comes to their end."""
    came, over = threading.Semaphore(0), threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            came.release()
            while not over.wait(0.02):
                connection.sendall(b".")

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", came
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


def test_where_there_is_no_address_it_is_asked_for() -> None:
    with capture_logs() as told:
        asked = begin(None, Somebody())
        until(lambda: bool(told))
        asked.stop()
        asked.join(LONG_S)
    assert "WAKEFUL_WATCHDOG_URL" in told[0]["remedy"]


def test_an_address_is_asked_for_again_and_again_until_there_is_one() -> None:
    with capture_logs() as told:
        asked = Reminder(every=SOON)
        asked.start()
        until(lambda: len(told) >= 3)
        asked.stop()
        asked.join(LONG_S)
    assert {each["log_level"] for each in told} == {"warning"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(
        data=tmp_path / "data", master_key_file=tmp_path / "master.key", blind_after=2_000, tick_every=100
    )
    house = House(settings)
    house.log.door_open(3_600_000)
    for runner in house.runners.values():
        runner.start()
    pager = threading.Thread(target=house.pager.run)
    pager.start()
    yield house
    house.pager.stop()
    pager.join()
    house.close()


def test_a_pager_whose_loop_does_not_turn_stops_the_ping(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", master_key_file=tmp_path / "key", blind_after=2_000)
    stuck = House(settings)
    try:
        assert stuck.pages()
        until(lambda: not stuck.pages())
        assert not stuck.watching()
    finally:
        stuck.close()


def turn(house: House, *services: str) -> None:
    for name in services:
        house.runners[name].turn()


def test_one_service_that_stands_still_stops_the_ping_and_its_next_turn_begins_it_again(house: House) -> None:
    def still_watching(*turning: str) -> bool:
        turn(house, *turning)
        return house.watching()

    until(lambda: still_watching(*SERVICES))
    until(lambda: not still_watching("checks"))
    until(lambda: still_watching(*SERVICES))


def test_a_home_that_is_set_aside_does_not_stop_the_ping(house: House) -> None:
    with writing(house.views) as connection:
        asides.put(connection, asides.Aside("checks", 0, "H1", 1, "KeyError: x", None))

    def watching() -> bool:
        turn(house, *SERVICES)
        return house.watching()

    until(watching)
