"""`apprise`: everything else, by the Apprise library: Slack, Teams, Telegram, Signal, Matrix and a hundred more.

Address: an Apprise URL. It holds whatever opens the service, so it is a secret as a whole.

What is checked of it: the service is one that goes out (nothing of this machine's own), its certificate is checked, it
follows no redirect; where the URL names a host, that this is no private one, when it is written and before each send.
**What is not**: Apprise connects by itself, so it may look the name up again and be told another address than the one
that was checked; and it does not say why it failed, so every failure may be tried again.

Apprise blocks, and its time limits count from byte to byte. So each send has a thread of its own, which nobody waits
for longer than `within`; while one is still held up, no further one to the same address begins.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from services.pager.channels.addresses import NOT_ALLOWED, NotAllowed, Resolver, Unresolved, wrong_host
from services.pager.channels.base import Address, Message, Outcome, Result
from services.pager.channels.sending import TOO_SLOW, later, never
from shared.instants import SECOND, Duration

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_HERE: Final = frozenset(
    {"syslog", "dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "file", "deltachat", "deltachats"}
)
"""What would act on this machine."""
_MAIL: Final = frozenset({"mailto", "mailtos"})
"""Encrypted by STARTTLS, whatever the URL says."""


class Apprise:
    """The channel. `private`: whether addresses of private networks are allowed."""

    name = "apprise"

    def __init__(self, resolver: Resolver, *, private: bool) -> None:
        self._resolver = resolver
        self._private = private
        self._held_up: set[str] = set()

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        if address.to in self._held_up:
            return later("the attempt before has not come back yet")
        try:
            async with asyncio.timeout(within / SECOND):
                service, wrong = await self._in_a_thread(address.to, lambda: self._looked_at(address.to))
                if service is None:
                    return never(f"the address {wrong}")
                for host in _hosts(service):
                    await self._resolver.addresses(host)
                taken = await self._in_a_thread(address.to, lambda: _notify(service, message))
        except TimeoutError:
            return TOO_SLOW
        except NotAllowed:
            return never(f"the address {NOT_ALLOWED}")
        except Unresolved:
            return later("the address's name cannot be looked up")
        except Exception as error:  # what it says may quote the address
            return later(f"it could not be sent ({type(error).__name__})")
        return Outcome(Result.SENT) if taken else later("Apprise could not deliver it")

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        if address.secret is not None:
            return "needs no secret beside it; leave it out"
        return self._looked_at(address.to)[1]

    def _looked_at(self, to: str) -> "tuple[NotifyBase | None, str | None]":
        """The service; or what is wrong."""
        service = _service(to)
        if service is None:
            return (
                None,
                "is none that Apprise knows; write it like slack://tokens (see Apprise's own documentation)",
            )
        wrong = self._wrong(service, to.partition(":")[0].lower())
        return (service, None) if wrong is None else (None, wrong)

    def _wrong(self, service: "NotifyBase", schema: str) -> str | None:
        if schema in _HERE:
            return "acts on this machine alone; write one of a service that reaches a person"
        if not service.verify_certificate:
            return "takes any certificate; leave out verify=no"
        if service.redirects:
            return "follows redirects; leave out redirect=yes"
        if self._private:
            return None
        if _hosts(service) and not service.secure and schema not in _MAIL:
            return f"is not encrypted; write {schema}s://"
        return next(
            (wrong for host in _hosts(service) if (wrong := wrong_host(host, private=False)) is not None),
            None,
        )

    async def _in_a_thread(self, to: str, work: Callable[[], Any]) -> Any:
        """Its result. Cancelled, it lets the thread go on by itself."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: Exception | None) -> None:
            self._held_up.discard(to)
            if done.done():
                return
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

        def run() -> None:
            result, failed = None, None
            try:
                result = work()
            except Exception as error:
                failed = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result, failed)

        self._held_up.add(to)
        threading.Thread(target=run, name="apprise", daemon=True).start()
        return await done


def _service(to: str) -> "NotifyBase | None":
    from apprise import Apprise as Library
    from apprise import AppriseAsset

    # What it logs would quote addresses.
    logging.getLogger("apprise").propagate = False
    asset = AppriseAsset(http_redirects=False, async_mode=False)
    service: NotifyBase | None = Library.instantiate(to, asset=asset)
    return service


def _hosts(service: "NotifyBase") -> list[str]:
    """What the URL itself names as hosts; none where the service has a fixed one."""
    templates: tuple[str, ...] = service.templates
    free = any("{host}" in each for each in templates)
    named = [service.host if free else None, getattr(service, "smtp_host", None)]
    return [host for host in dict.fromkeys(named) if host]


def _notify(service: "NotifyBase", message: Message) -> bool:
    from apprise import NotifyFormat, NotifyType

    kinds = {"open": NotifyType.FAILURE, "acknowledged": NotifyType.WARNING, "resolved": NotifyType.SUCCESS}
    link = "" if message.link is None else f"\n{message.link}"
    return bool(
        service.notify(
            body=f"{message.text}{link}",
            title=message.title,
            notify_type=kinds[message.status],
            body_format=NotifyFormat.TEXT,
        )
    )
