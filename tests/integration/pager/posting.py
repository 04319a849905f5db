"""The plainest channel there can be: it posts a message's key, title, link and status, as JSON."""

import httpx

from services.pager.channels.base import Address, Message, Outcome, Result
from shared.instants import SECOND, Duration


class Posts:
    """A channel of tests: real requests, to addresses on this machine."""

    name = "post"

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        told = {"key": message.key, "title": message.title, "status": message.status, "link": message.link}
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=within / SECOND) as client:
                answer = await client.post(address.to, json=told)
        except httpx.HTTPError as error:
            return Outcome(Result.LATER, type(error).__name__)
        taken = answer.status_code == 200
        return Outcome(Result.SENT) if taken else Outcome(Result.LATER, f"status {answer.status_code}")

    def wrong(self, address: Address) -> str | None:
        return None


class Carriers(dict[str, Posts]):
    """It alone, as all channels are held."""

    def __init__(self) -> None:
        super().__init__({Posts.name: Posts()})

    async def close(self) -> None:
        """There is nothing to let go of."""


class Broken(Posts):
    """A channel that does not keep its word."""

    name = "broken"

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        raise RuntimeError("it should not")


class WithOneBroken(Carriers):
    """It, and one that is broken."""

    def __init__(self) -> None:
        super().__init__()
        self[Broken.name] = Broken()
