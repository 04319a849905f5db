"""The receiver that the other tests stand on: it hears what was sent, and behaves as it is told."""

import asyncio

import httpx
import pytest

from tests.integration.pager.receivers import Behaviour, Receiver, drip, flood, hang, ok, reset, status
from tests.waiting import LONG_S


def test_a_receiver_records_what_came_and_answers_in_turn() -> None:
    with Receiver() as receiver, httpx.Client(timeout=LONG_S) as client:
        receiver.behave(status(500), status(429, retry_after="7"), ok())
        answers = [client.post(f"{receiver.url}/a?b=c", json={"n": n}) for n in range(4)]
        assert [each.status_code for each in answers] == [500, 429, 200, 200]
        assert answers[1].headers["retry-after"] == "7"
        heard = receiver.wait(4)
        assert [each.json for each in heard] == [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 3}]
        assert (heard[0].method, heard[0].path, heard[0].query) == ("POST", "/a", {"b": ["c"]})
        assert heard[0].headers["content-type"] == "application/json"


def test_one_path_may_behave_badly_alone() -> None:
    with Receiver() as receiver, httpx.Client(timeout=LONG_S) as client:
        receiver.behave(status(503), path="/bad")
        assert client.post(f"{receiver.url}/bad").status_code == 503
        assert client.post(f"{receiver.url}/good").status_code == 200
        assert len(receiver.wait(1, "/bad")) == 1


@pytest.mark.parametrize("behaviour", [hang(), drip()])
def test_no_answer_comes_from_one_that_hangs_or_drips(behaviour: Behaviour) -> None:
    async def answered(receiver: Receiver) -> bool:
        async with httpx.AsyncClient(timeout=LONG_S) as client:
            posting = asyncio.create_task(client.post(receiver.url))
            await asyncio.to_thread(receiver.wait, 1)
            done, _ = await asyncio.wait([posting], timeout=0.2)
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
        return bool(done)

    with Receiver() as receiver:
        receiver.behave(behaviour)
        assert not asyncio.run(answered(receiver))


def test_one_that_goes_gives_no_answer() -> None:
    with Receiver() as receiver, httpx.Client(timeout=LONG_S) as client:
        receiver.behave(reset())
        with pytest.raises(httpx.TransportError):
            client.post(receiver.url)
        receiver.wait(1)


def test_a_flood_ends_when_the_caller_goes() -> None:
    with Receiver() as receiver, httpx.Client(timeout=LONG_S) as client:
        receiver.behave(flood())
        with client.stream("GET", receiver.url) as answer:
            assert answer.status_code == 200


def test_a_receiver_that_was_down_is_up_again_at_the_same_address() -> None:
    with Receiver() as receiver, httpx.Client(timeout=LONG_S) as client:
        receiver.down()
        with pytest.raises(httpx.ConnectError):
            client.post(receiver.url)
        receiver.up()
        assert client.post(receiver.url).status_code == 200
        receiver.forget()
        assert receiver.heard == []
