"""A real `wakeful up`: its homes' on-call is tried from the command line, and people are told when nobody watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from tests.integration.house.posting import HOME, Acknowledged, home_registered, put, said
from tests.integration.house.serving import PROVIDER, Up, set_clock
from tests.integration.pager.receivers import Heard, Receiver
from tests.unit.cli.story import wakeful
from tests.waiting import LONG_S, until

POLICY = {
    "steps": [{"after": "PT0S", "who": ["home_phone"]}, {"after": "PT3M", "who": ["S1"]}],
    "repeat_last_every": "PT10M",
    "last_resort": "S9",
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def up(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Up]:
    """One home with a policy; everybody in it but S9 has a phone."""
    with _lived(tmp_path, receiver, monkeypatch, blind_after=1_500) as up:
        yield up


@pytest.fixture
def steady(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Up]:
    """The same, in which nobody is called blind, however busy the machine."""
    with _lived(tmp_path, receiver, monkeypatch, blind_after=3_600_000) as up:
        yield up


@contextmanager
def _lived(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, **settings: int
) -> Iterator[Up]:
    up = Up(tmp_path, allow_private_receivers=1, tick_every=200, **settings)
    for name, value in {
        "DATA": str(up.data),
        "MASTER_KEY_FILE": str(tmp_path / "configuration" / "master.key"),
        "PORT": str(up.port),
        "ALLOW_PRIVATE_RECEIVERS": "true",
    }.items():
        monkeypatch.setenv(f"WAKEFUL_{name}", value)
    with up:
        put(up.client, Acknowledged(), "homes", home_registered(HOME))
        for person in (f"home:{HOME}", "S1"):
            reached(person, receiver, "--provider", PROVIDER, "--right", "read")
        reached("OP", receiver, "--everywhere", "--right", "admin")
        put(up.client, Acknowledged(), "on-call", said("on_call.policy_set.v1", HOME, HOME, POLICY))
        yield up


def reached(person: str, receiver: Receiver, *more: str) -> None:
    topic = person.replace(":", "-")
    way = f"ntfy:{receiver.url}/{topic}"
    assert wakeful("people", "add", person, "--name", "Nobody Real", "--reach", way, *more).exit_code == 0


def topic(heard: Heard) -> str:
    return str(heard.json["topic"])


def test_the_whole_policy_is_tried_from_the_command_line_and_answered_by_the_link(
    up: Up, receiver: Receiver
) -> None:
    until(
        lambda: wakeful("page", "test", HOME, "--yes", "--step", "2").exit_code == 0
    )  # the pager knows of the policy
    tried = wakeful("page", "test", HOME, "--yes", "--json")
    assert tried.exit_code == 1  # S9 has no phone
    told = [orjson.loads(line) for line in tried.stdout.splitlines()]
    assert [each["to"] for each in told if each["what"] == "sent"] == [f"home:{HOME}", "S1"]
    assert [each["to"] for each in told if each["what"] == "failed"] == ["S9"]
    heard = [each for each in receiver.heard if topic(each) == "S1"][-1]
    assert heard.json["title"].startswith("TEST, no alert")
    link = urlsplit(heard.json["click"])
    answered = httpx.post(f"{up.url}{link.path}", trust_env=False, timeout=LONG_S)
    assert "Thank you" in answered.text
    listed = wakeful("page", "tests", HOME, "--json")
    assert orjson.loads(listed.stdout)[0]["answers"][0]["by"] == "S1"
    assert "S1 (PT" in wakeful("page", "tests", HOME).stdout


def test_what_calls_people_is_asked_twice_and_a_house_that_is_down_says_so(up: Up) -> None:
    unsure = wakeful("page", "test", HOME)
    assert (unsure.exit_code, "--yes" in unsure.stderr) == (2, True)
    up.stop()
    down = wakeful("page", "list", "--open")
    assert (down.exit_code, "does not answer" in down.stderr) == (1, True)
    up.start()


def test_when_nobody_watches_whoever_runs_the_system_and_the_homes_phone_are_told(
    up: Up, receiver: Receiver
) -> None:
    until(lambda: up.client.get(f"/on-call/{HOME}/tests").status_code == 200)
    up.stop()
    up.start()  # contacts are read again
    until(lambda: httpx.get(f"{up.url}/readyz", trust_env=False, timeout=LONG_S).status_code == 200)
    set_clock(up.folder, -3_600_000)

    def heard(who: str, begins: str) -> bool:
        """Among whatever else: a house that is slow to begin, on a busy machine, is told of as well."""
        titles = [each.json["title"] for each in receiver.heard if topic(each) == who]
        return any(title.startswith(begins) for title in titles)

    until(lambda: heard("OP", "Wakeful: no home is watched since"))
    until(lambda: heard(f"home-{HOME}", "Wakeful: your home is not watched since"))
    until(lambda: told_of(up))


def test_a_home_that_is_set_aside_is_told_to_its_own_and_to_whoever_runs_the_system(
    steady: Up, receiver: Receiver
) -> None:
    until(lambda: steady.client.get(f"/on-call/{HOME}/tests").status_code == 200)
    steady.stop()
    steady.start()  # contacts are read again
    until(lambda: httpx.get(f"{steady.url}/readyz", trust_env=False, timeout=LONG_S).status_code == 200)
    set_aside(steady)
    aside = f"home {HOME} is not watched"
    until(
        lambda: (
            {topic(each) for each in receiver.heard if aside in each.json["title"]} == {"OP", f"home-{HOME}"}
        )
    )
    until(lambda: told_of(steady))


def set_aside(up: Up) -> None:
    """As a runner does with a home of which it could not take a fact."""
    from shared.course import Aside
    from shared.runner import setaside
    from shared.store import ledger
    from shared.store.engine import make_engine, writing

    views = make_engine(up.data / "views.sqlite3")
    try:
        with writing(views) as connection:
            entry = ledger.find(connection, "checks", 0)
            assert entry is not None
            setaside.set_aside(connection, entry, [Aside(HOME, "KeyError", None)])
    finally:
        views.dispose()


def told_of(up: Up) -> bool:
    """Operations' entry says that somebody was told."""
    from sqlalchemy import text

    from shared.store.engine import make_engine

    views = make_engine(up.data / "views.sqlite3", read_only=True)
    try:
        with views.connect() as connection:
            query = "SELECT count(*) FROM operations WHERE kind = 'monitor_blind' AND told IS NOT NULL"
            return bool(connection.execute(text(query)).scalar())
    finally:
        views.dispose()
