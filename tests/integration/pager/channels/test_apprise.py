"""Everything else, by Apprise: here its own JSON over HTTP, to a receiver on this machine."""

import asyncio
from collections.abc import Iterator

import pytest

from services.pager.channels.all import Channels
from services.pager.channels.base import Address, Outcome, Result
from shared.instants import SECOND
from shared.settings import Settings
from tests.integration.pager.channels.carried import HERE, MESSAGE, Names, carry
from tests.integration.pager.receivers import Receiver, hang, status


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def to(receiver: Receiver) -> Address:
    return Address("apprise", f"json://127.0.0.1:{receiver.port}/sample-token")


def test_apprise_carries_the_title_the_text_and_the_link(receiver: Receiver) -> None:
    assert carry(to(receiver)) == [Outcome(Result.SENT)]
    (came,) = receiver.wait(1)
    assert came.path == "/sample-token"
    assert came.json["title"] == MESSAGE.title
    assert MESSAGE.text in came.json["message"]
    assert MESSAGE.link is not None
    assert came.json["message"].endswith(MESSAGE.link)


def test_what_apprise_cannot_deliver_is_tried_again(receiver: Receiver) -> None:
    receiver.behave(status(500))
    assert carry(to(receiver)) == [Outcome(Result.LATER, "Apprise could not deliver it")]


def test_who_hangs_is_not_waited_for_and_not_asked_a_second_time_meanwhile(receiver: Receiver) -> None:
    receiver.behave(hang())

    async def twice() -> tuple[Outcome, Outcome]:
        channels = Channels(HERE)
        send = channels["apprise"].send
        waiting = asyncio.create_task(send(MESSAGE, to(receiver), 60 * SECOND))
        await asyncio.to_thread(receiver.wait, 1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        meanwhile = await send(MESSAGE, to(receiver), 60 * SECOND)
        other = Address("apprise", f"json://127.0.0.1:{receiver.port}/other")
        receiver.behave(status(200), path="/other")
        beside = await send(MESSAGE, other, 60 * SECOND)
        await channels.close()
        return meanwhile, beside

    meanwhile, beside = asyncio.run(twice())
    assert meanwhile == Outcome(Result.LATER, "the attempt before has not come back yet")
    assert beside == Outcome(Result.SENT)


def test_a_name_that_leads_inside_is_not_handed_to_apprise(receiver: Receiver) -> None:
    address = Address("apprise", f"jsons://receiver.example:{receiver.port}/")
    (outcome,) = carry(address, settings=Settings(), asks=Names(receiver_example=["127.0.0.1"]))
    assert outcome.result is Result.NEVER
    assert receiver.heard == []
