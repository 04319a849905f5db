"""One try of one way, by whatever channel: what became of it, also where the channel keeps no word of its contract."""

import asyncio
from typing import Final

import structlog

from services.pager.channels.base import Address, Channel, Message, Outcome, Result
from shared.instants import SECOND, Duration

GRACE: Final[Duration] = 2 * SECOND
"""A channel that does not keep its time is cut off so much after it."""

_log = structlog.get_logger("channels")


async def tried(channel: Channel, message: Message, address: Address, within: Duration) -> Outcome:
    """Try it once. Never raises but where whoever tries is cancelled: no channel's fault may end what goes on."""
    try:
        async with asyncio.timeout((within + GRACE) / SECOND):
            return await channel.send(message, address, within)
    except TimeoutError:
        return Outcome(Result.LATER, "it took too long")
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return Outcome(Result.LATER, "the channel gave up")  # what it waited for was cancelled, not we
    except Exception as error:
        _log.exception("a channel has failed", channel=address.channel)
        return Outcome(Result.LATER, f"the channel failed: {type(error).__name__}")
