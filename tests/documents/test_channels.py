"""What `docs/channels.md` shows is what is sent, and its way of verifying a signature verifies it."""

import json
import re
from pathlib import Path
from typing import Any

import orjson

from services.pager.channels import alertmanager, gateways, ntfy, pagerduty, webhook
from services.pager.channels.all import make
from shared.instants import SECOND
from shared.security.signing import signed
from shared.settings import Settings
from tests.integration.pager.channels.carried import MESSAGE, OTHER_SECRET, SECRET

DOCUMENT = (Path(__file__).parents[2] / "docs" / "channels.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


def test_every_body_that_is_shown_is_the_one_that_is_sent() -> None:
    assert [json.loads(each) for each in blocks("json")] == [
        webhook.body(MESSAGE),
        alertmanager.body(MESSAGE),
        pagerduty.body(MESSAGE, "0123456789abcdef0123456789abcdef"),
        ntfy.body(MESSAGE, "sample-topic"),
        gateways.body(MESSAGE, "sms", "+447700900123"),
    ]


def test_the_way_of_verifying_a_signature_verifies_it() -> None:
    (code,) = blocks("python")
    room: dict[str, Any] = {}
    exec(code, room)
    is_from_wakeful = room["is_from_wakeful"]
    body = orjson.dumps(webhook.body(MESSAGE))
    now = MESSAGE.at // SECOND
    headers = signed(f"{OTHER_SECRET} {SECRET}", MESSAGE.key, MESSAGE.at, body)
    assert is_from_wakeful(SECRET, headers, body, now)
    assert is_from_wakeful(OTHER_SECRET, headers, body, now + 299)
    assert not is_from_wakeful(SECRET, headers, body + b" ", now)
    assert not is_from_wakeful(SECRET, headers, body, now + 301)
    assert not is_from_wakeful(SECRET, {**headers, "webhook-id": "another"}, body, now)


def test_every_channel_is_told_of() -> None:
    assert all(f"`{name}`" in DOCUMENT for name in make(Settings()))
