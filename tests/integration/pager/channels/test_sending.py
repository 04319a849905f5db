"""Whatever goes by HTTP: what becomes of an attempt, by what the receiver does."""

import asyncio
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.pager.channels.all import Channels
from services.pager.channels.base import Address, Outcome, Result
from shared.instants import SECOND, parse_instant
from tests.integration.pager.certificates import Authority
from tests.integration.pager.channels.carried import HERE, MESSAGE, SECRET, Names, carry
from tests.integration.pager.receivers import (
    Behaviour,
    Receiver,
    drip,
    flood,
    hang,
    ok,
    redirect,
    reset,
    status,
)

SHORT = SECOND // 5


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def to(url: str) -> Address:
    return Address("webhook", url, SECRET)


def one(address: Address, **how: object) -> Outcome:
    (outcome,) = carry(address, **how)  # type: ignore[arg-type]
    return outcome


@pytest.mark.parametrize("code", [200, 202, 204])
def test_what_the_receiver_takes_is_sent(receiver: Receiver, code: int) -> None:
    receiver.behave(status(code))
    assert one(to(receiver.url)) == Outcome(Result.SENT)


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(receiver: Receiver, code: int) -> None:
    receiver.behave(status(code))
    assert one(to(receiver.url)) == Outcome(Result.LATER, f"status {code}")


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 422])
def test_what_the_receiver_refuses_is_never_tried_again(receiver: Receiver, code: int) -> None:
    receiver.behave(status(code, retry_after="1"))
    assert one(to(receiver.url)) == Outcome(Result.NEVER, f"status {code}")


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("7", 7 * SECOND),
        ("Sat, 28 Mar 2026 02:48:30 GMT", 90 * SECOND),
        ("Sat, 28 Mar 2026 02:40:00 GMT", 0),
        ("soon", None),
        ("-3", None),
    ],
)
def test_a_pause_that_the_receiver_asks_for_is_heard(
    receiver: Receiver, asked: str, pause: int | None
) -> None:
    receiver.behave(status(429, retry_after=asked))
    now = parse_instant("2026-03-28T02:47:00.000Z")
    assert one(to(receiver.url), now=lambda: now).retry_after == pause


@pytest.mark.parametrize("behaviour", [hang(), drip()])
def test_who_hangs_or_drips_is_waited_for_no_longer_than_said(
    receiver: Receiver, behaviour: Behaviour
) -> None:
    receiver.behave(behaviour)
    for within in (SHORT, *(SECOND * longer for longer in (1, 5, 25, 125))):
        outcome = one(to(receiver.url), within=within)
        if receiver.heard:  # else the machine was too busy to send it
            break
    assert outcome == Outcome(Result.LATER, "no answer in time")


def test_an_answer_without_an_end_is_not_read(receiver: Receiver) -> None:
    receiver.behave(flood())
    assert one(to(receiver.url)).result is Result.SENT


def test_who_goes_without_an_answer_is_asked_again(receiver: Receiver) -> None:
    receiver.behave(reset())
    outcome = one(to(receiver.url))
    assert outcome.result is Result.LATER
    assert "broke off" in (outcome.error or "")


def test_who_is_down_is_asked_again(receiver: Receiver) -> None:
    receiver.down()
    assert one(to(receiver.url)) == Outcome(Result.LATER, "no connection")
    receiver.up()
    assert one(to(receiver.url)).result is Result.SENT


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with Receiver() as inside:
        receiver.behave(redirect(f"{inside.url}/metadata"))
        outcome = one(to(receiver.url))
        assert outcome.result is Result.NEVER
        assert inside.heard == []
    assert inside.url not in (outcome.error or "")


def test_a_receiver_that_hangs_holds_no_other_up(receiver: Receiver) -> None:
    receiver.behave(hang(), path="/hangs")

    async def both() -> tuple[int, Outcome]:
        channels = Channels(HERE)
        send = channels["webhook"].send
        hanging = [
            asyncio.create_task(send(MESSAGE, to(f"{receiver.url}/hangs"), 60 * SECOND)) for _ in range(150)
        ]
        await asyncio.to_thread(receiver.wait, 150, "/hangs")
        quick = await send(MESSAGE, to(f"{receiver.url}/well"), 60 * SECOND)
        still = sum(not task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        await channels.close()
        return still, quick

    assert asyncio.run(both()) == (150, Outcome(Result.SENT))


# --- Whose certificate ------------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_a_certificate_is_that_of_the_name_though_the_number_is_connected_to(authority: Authority) -> None:
    names = Names(receiver_example=["127.0.0.1"])
    with Receiver(authority.serving("receiver.example")) as receiver:
        address = to(f"https://receiver.example:{receiver.port}/page?token=sample")
        assert one(address, trusted=authority.trusting, asks=names).result is Result.SENT
        (heard,) = receiver.wait(1)
    assert heard.headers["host"] == f"receiver.example:{receiver.port}"
    assert heard.target == "/page?token=sample"
    assert names.asked == 1


@pytest.mark.parametrize("fault", ["another's name", "run out", "nobody's authority"])
def test_a_bad_certificate_is_not_talked_to(authority: Authority, tmp_path: Path, fault: str) -> None:
    serving = authority.serving(
        "other.example" if fault == "another's name" else "receiver.example", stale=fault == "run out"
    )
    (other := tmp_path / "other").mkdir()
    trusting = Authority(other).trusting if fault == "nobody's authority" else authority.trusting
    outcome = over_tls(serving, trusting)
    assert outcome == Outcome(Result.LATER, "TLS: its certificate is not to be trusted")


def over_tls(serving: ssl.SSLContext, trusting: ssl.SSLContext) -> Outcome:
    with Receiver(serving) as receiver:
        address = to(f"https://receiver.example:{receiver.port}")
        outcome = one(address, trusted=trusting, asks=Names(receiver_example=["127.0.0.1"]))
        assert receiver.heard == []
    return outcome


def test_who_speaks_no_tls_is_asked_again(receiver: Receiver) -> None:
    outcome = one(to(f"https://127.0.0.1:{receiver.port}"), within=SHORT)
    assert outcome == Outcome(Result.LATER, "no connection in time")


# --- Where to ---------------------------------------------------------------------------------------------

OUTSIDE = HERE.model_copy(update={"allow_private_receivers": False})


def test_a_name_that_leads_inside_is_not_connected_to(receiver: Receiver) -> None:
    names = Names(receiver_example=["127.0.0.1"])
    outcome = one(to(f"https://receiver.example:{receiver.port}"), settings=OUTSIDE, asks=names)
    assert outcome.result is Result.NEVER
    assert "WAKEFUL_ALLOW_PRIVATE_RECEIVERS" in (outcome.error or "")
    assert receiver.heard == []


def test_of_a_name_with_several_addresses_each_is_tried(receiver: Receiver) -> None:
    names = Names(receiver_example=["127.0.0.2", "127.0.0.1"])
    assert one(to(f"http://receiver.example:{receiver.port}"), asks=names).result is Result.SENT


def test_a_name_that_cannot_be_looked_up_is_asked_again() -> None:
    outcome = one(to("https://receiver.example"), asks=Names())
    assert outcome == Outcome(Result.LATER, "the address's name cannot be looked up")


def test_an_error_never_quotes_the_address_or_the_secret(receiver: Receiver) -> None:
    receiver.down()
    for behaviour in (
        None,
        hang(),
        reset(),
        status(500),
        status(404),
        redirect("https://other.example/secret"),
    ):
        if behaviour is not None:
            receiver.up()
            receiver.behave(behaviour)
        error = one(to(f"{receiver.url}/secret-path"), within=SHORT).error or ""
        assert "secret-path" not in error
        assert "127.0.0.1" not in error
        assert "other" not in error
        assert len(error.splitlines()) == 1


def test_a_receivers_cookies_are_forgotten(receiver: Receiver) -> None:
    receiver.behave(status(200, set_cookie="sample=1"), ok())
    carry(to(receiver.url), MESSAGE, MESSAGE)
    assert "cookie" not in receiver.wait(2)[1].headers


def test_the_environments_proxies_are_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HTTP_PROXY", "http://127.0.0.1:9")
    assert one(to(receiver.url)).result is Result.SENT
