"""The sample's on-call phone hears what is signed for it, and shows the latest of each thread, the latest first."""

from typing import Any

import orjson
import pytest

from services.sample.receiver import KEPT, OnCallPhone
from shared import clock
from shared.instants import HOUR, show_instant
from shared.security.signing import signed
from shared.web.problems import Problem


def told(thread: str, **data: Any) -> bytes:
    usual: dict[str, Any] = {
        "thread": thread,
        "title": f"Check missed: {thread}",
        "text": "Not seen\nI have it: http://x/a/b",
        "status": "open",
    }
    usual |= {"purpose": "page", "link": f"http://127.0.0.1:8000/a/{thread}"}
    usual["actions"] = [{"label": "I have it", "url": f"http://127.0.0.1:8000/a/have-{thread}"}]
    body = {"type": "wakeful.page", "timestamp": show_instant(clock.now()), "data": usual | data}
    return orjson.dumps(body)


def hear(phone: OnCallPhone, body: bytes, secret: str | None = None, ago: int = 0) -> None:
    phone.hear(body, signed(secret or phone.secret, "key", clock.now() - ago, body))


def test_a_message_is_shown_with_the_way_to_answer_it_on_this_machine() -> None:
    phone = OnCallPhone()
    hear(phone, told("one"))
    (heard,) = phone.heard
    assert (heard.title, heard.text, heard.link) == ("Check missed: one", "Not seen", "/a/one")
    assert heard.actions == (("I have it", "/a/have-one"),)


def test_what_is_told_later_of_the_same_takes_its_place_and_comes_first() -> None:
    phone = OnCallPhone()
    hear(phone, told("one"))
    hear(phone, told("two"))
    hear(phone, told("one", status="resolved", link=None, actions=[]))
    assert [(heard.title, heard.status) for heard in phone.heard] == [
        ("Check missed: one", "resolved"),
        ("Check missed: two", "open"),
    ]


def test_only_the_last_few_are_kept() -> None:
    phone = OnCallPhone()
    for number in range(KEPT + 3):
        hear(phone, told(str(number)))
    assert len(phone.heard) == KEPT
    assert phone.heard[0].title == f"Check missed: {KEPT + 2}"


def test_what_is_not_signed_for_it_or_is_old_is_not_heard() -> None:
    phone, other = OnCallPhone(), OnCallPhone()
    for secret, ago in ((other.secret, 0), (phone.secret, HOUR)):
        with pytest.raises(Problem) as refused:
            hear(phone, told("one"), secret, ago)
        assert refused.value.status_code == 401
    with pytest.raises(Problem):
        phone.hear(told("one"), {})
    assert phone.heard == ()
