"""A night at a real `wakeful up`: a check is missed, somebody is paged and says "I have it" by the link, nobody is
paged until that runs out, and the check closes it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from shared.clock import now
from shared.instants import parse_instant, show_instant
from tests.integration.house.posting import CHILD, HOME, Acknowledged, check, one_child, put, said
from tests.integration.house.serving import PROVIDER, Up
from tests.integration.pager.receivers import Receiver
from tests.integration.pager.test_by_hand import reached, topic
from tests.unit.cli.story import wakeful
from tests.waiting import LONG_S, until

RULE = {"from": "00:00", "to": "00:00", "ceiling": "PT3S", "grace": "PT0.5S"}
POLICY = {
    "steps": [{"after": "PT0S", "who": ["S1"]}, {"after": "PT30M", "who": ["S2"]}],
    "repeat_last_every": "PT40M",
    "last_resort": "S2",
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def up(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Up]:
    up = Up(tmp_path, allow_private_receivers=1, tick_every=200)
    for name, value in {
        "DATA": str(up.data),
        "MASTER_KEY_FILE": str(tmp_path / "configuration" / "master.key"),
        "PORT": str(up.port),
        "ALLOW_PRIVATE_RECEIVERS": "true",
    }.items():
        monkeypatch.setenv(f"WAKEFUL_{name}", value)
    with up:
        for person in ("S1", "S2"):
            reached(person, receiver, "--provider", PROVIDER, "--right", "read", "--right", "respond")
        yield up


def told(receiver: Receiver, person: str) -> list[dict[str, Any]]:
    return [each.json for each in receiver.heard if topic(each) == person]


def alert(up: Up) -> dict[str, Any]:
    """The first missed check, with its life."""
    listed = up.client.get("/alerts", params={"kind": "check_missed"}).json()["alerts"]
    answer: dict[str, Any] = up.client.get(f"/alerts/{listed[-1]['alert_id']}").json()
    return answer


def missed(up: Up) -> Acknowledged:
    """A home with a policy, and a child whom nobody looks in on."""
    acknowledged = Acknowledged()
    one_child(up, acknowledged, RULE)
    put(up.client, acknowledged, "on-call", said("on_call.policy_set.v1", HOME, HOME, POLICY))
    return acknowledged


def responding(up: Up) -> httpx.Client:
    """The house's client, by a token that may answer too."""
    made = wakeful(
        "token", "make", "rota", "--provider", PROVIDER, "--right", "respond", "--right", "read", "--json"
    )
    up.client.headers["Authorization"] = f"Bearer {orjson.loads(made.stdout)['token']}"
    return up.client


def steps(up: Up) -> list[str]:
    return [step["step"] for step in alert(up)["life"] if step["step"] != "worsened"]


def test_a_missed_check_is_paged_answered_and_closed_by_the_check(up: Up, receiver: Receiver) -> None:
    acknowledged = missed(up)
    until(lambda: told(receiver, "S1"))
    (page, *_) = told(receiver, "S1")
    assert "heck" in page["title"]

    link = urlsplit(page["click"])
    shown = httpx.get(f"{up.url}{link.path}", trust_env=False, timeout=LONG_S)
    assert shown.status_code == 200
    assert alert(up)["state"] == "raised"  # opening the link changes nothing
    have = next(each["url"] for each in page["actions"] if each["label"].startswith("I have"))
    answered = httpx.post(f"{up.url}{urlsplit(have).path}", trust_env=False, timeout=LONG_S)
    assert answered.status_code == 200, answered.text
    until(lambda: alert(up)["state"] == "acknowledged")
    assert alert(up)["acknowledged"]["by"] == "S1"

    put(up.client, acknowledged, "checks", check(HOME, CHILD))
    until(lambda: alert(up)["state"] == "resolved")
    found = alert(up)
    assert found["resolved"]["how"] == "late"
    until(lambda: [each for each in alert(up)["pages"] if each["outcome"] == "sent"])
    story = wakeful("page", "story", found["alert_id"]).stdout
    assert re.search(r"sent\s+S1\s+ntfy", story)
    assert re.search(r"acknowledged\s+S1", story)
    assert told(receiver, "S2") == []  # the one who has it was left to it


def test_an_answer_that_runs_out_moves_the_chain_on_to_the_next_step(up: Up, receiver: Receiver) -> None:
    acknowledged = missed(up)
    until(lambda: told(receiver, "S1"))
    runs_out = now() + 4_000
    answer = {"by": "S1", "kind": "acknowledge", "action": "I go and look", "until": show_instant(runs_out)}
    data = {**answer, "alert_id": alert(up)["alert_id"], "via": "phone"}
    body = said("response.given.v1", HOME, data["alert_id"], data) | {"actor": "S1"}
    put(responding(up), acknowledged, "responses", body)
    until(lambda: told(receiver, "S2"))
    until(lambda: steps(up)[:3] == ["raised", "acknowledged", "reopened"])  # the feed may be a moment behind
    until(lambda: "S2" in [each["to"] for each in alert(up)["pages"] if each["outcome"] == "sent"])
    sent = next(each for each in alert(up)["pages"] if (each["to"], each["outcome"]) == ("S2", "sent"))
    assert parse_instant(sent["at"]) >= runs_out
