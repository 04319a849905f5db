"""All channels together, by name, as the settings have them."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from services.pager.channels.addresses import LookUp, Resolver, look_up
from services.pager.channels.alertmanager import Alertmanager
from services.pager.channels.apprise import Apprise
from services.pager.channels.base import Address, Channel
from services.pager.channels.email import Email
from services.pager.channels.gateways import Gateway
from services.pager.channels.ntfy import Ntfy
from services.pager.channels.pagerduty import Pagerduty
from services.pager.channels.sending import Sender
from services.pager.channels.webhook import Webhook
from shared import clock
from shared.instants import Instant
from shared.settings import Settings

_OPTIONS: Final[Mapping[str, frozenset[str]]] = {"pagerduty": frozenset({"webhook_secret"})}
"""Beside address and secret: what PagerDuty signs with when it calls back (`services.pager.answering.inbound`)."""


class Channels(Mapping[str, Channel]):
    """The channels. For one event loop; nothing is opened before something is sent."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], Instant] = clock.now,
        trusted: ssl.SSLContext | None = None,
        asks: LookUp = look_up,
    ) -> None:
        """`trusted`: whose certificates are taken (None: those that the machine takes); `asks`: who looks names up."""
        private = settings.allow_private_receivers
        resolver = Resolver(private=private, asks=asks)
        self._sender = sender = Sender(resolver, now, trusted)
        made: list[Channel] = [
            Alertmanager(sender, private=private),
            Apprise(resolver, private=private),
            Email(settings, trusted),
            Ntfy(sender, private=private),
            Pagerduty(sender, private=private),
            Gateway("sms", sender, settings.sms_url, settings.sms_secret),
            Gateway("voice", sender, settings.voice_url, settings.voice_secret),
            Webhook(sender, private=private),
        ]
        self._channels = {each.name: each for each in made}

    def __getitem__(self, name: str) -> Channel:
        return self._channels[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address of any channel, and what to do. Looks nothing up."""
        channel = self.get(address.channel)
        if channel is None:
            return f"is of no channel that there is; take one of {', '.join(self)}"
        strange = sorted(address.options.keys() - _OPTIONS.get(address.channel, frozenset()))
        if strange:
            return f"has an option that {address.channel} does not know ({strange[0]}); leave it out"
        return channel.wrong(address)

    async def close(self) -> None:
        """Let go of everything; nothing is sent any more."""
        await self._sender.close()


def make(settings: Settings) -> Channels:
    """The channels of this installation."""
    return Channels(settings)
