"""How one person is reached: his ways, best first, and one try of one of them.

A way that refused a message is not tried with it again for a while; whatever else is to be told is tried by it at once,
for it may have been that message, and whoever runs the receiver may have mended it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from services.pager.channels.base import Address, Channel, Message, Outcome, Result
from services.pager.channels.trying import tried
from services.pager.engine.ports import Ports
from services.pager.engine.rows import Sending
from shared.instants import MINUTE, Duration
from shared.store.outage import is_outage

REFUSED_FOR: Final[Duration] = 5 * MINUTE
"""How long a way is left out with a message that it refused."""

_log = structlog.get_logger("pager")

_Way = tuple[str, str, str | None, tuple[tuple[str, str], ...]]


class Reaching:
    """One person's ways. `free`: attempts of the whole process that may be under way."""

    def __init__(self, ports: Ports, person: str, free: asyncio.Semaphore) -> None:
        self._ports, self._person, self._free = ports, person, free
        self._refused: dict[tuple[str, _Way], Duration] = {}
        """By message and way: until when it is not tried again, by the monotonic clock."""

    def ways(self, key: str, going: Sequence[Sending]) -> list[Address] | Outcome:
        """His ways, the best first: those that the step allows, where he has any of them. Where there is none to try
        now, why. Raises what may pass: an outage of the database."""
        try:
            known = list(self._ports.reach(self._person))
        except Exception as error:
            if is_outage(error):
                raise
            _log.exception("how somebody is reached cannot be read", person_id=self._person)
            return Outcome(Result.LATER, "how this person is reached cannot be read; write it anew")
        ways = [way for way in known if way.channel in self._ports.channels]
        allowed = {each for message in going for each in (message.channels or ())}
        if allowed and all(message.channels for message in going):
            ways = [way for way in ways if way.channel in allowed] or ways
        if not ways:
            return Outcome(Result.LATER, "there is no way to reach this person; add one")
        now = self._ports.monotonic()
        left = [way for way in ways if self._refused.get((key, _way(way)), now) <= now]
        return left or Outcome(Result.LATER, "every way to this person has refused it; look at them")

    async def attempt(self, message: Message, address: Address) -> Outcome:
        """One try. Never raises but where the lane itself is cancelled."""
        outcome = await self._attempt(message, address)
        if outcome.result is Result.NEVER:
            now = self._ports.monotonic()
            self._refused = {each: until for each, until in self._refused.items() if until > now}
            self._refused[message.key, _way(address)] = now + REFUSED_FOR
        return outcome

    async def _attempt(self, message: Message, address: Address) -> Outcome:
        channels: Mapping[str, Channel] = self._ports.channels
        async with self._free:
            return await tried(channels[address.channel], message, address, self._ports.send_within)


def _way(address: Address) -> _Way:
    return address.channel, address.to, address.secret, tuple(sorted(address.options.items()))
