"""The on-call phone of the sample: it hears what is sent to the one on call, and shows it large, on this same machine.

It is a receiver like any other: a webhook that looks at the signature and answers. What it was sent is kept in memory
alone, the last of each thread in the place of those before, and is gone with the process. Only `up --sample` has it.
"""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Request, Response
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shared.instants import parse_instant
from shared.security.rights import Actor, Right
from shared.security.ways import Address
from shared.settings import Settings
from shared.web.access import open_to_all
from shared.web.pages import Pages
from shared.web.problems import unauthorised
from shared.web.session import csrf_of, page_needs
from shared.words import local_clock

TEMPLATES: Final = Path(__file__).parent / "templates"
PATH: Final = "/sample/phone"
KEPT: Final = 20
"""Messages that are shown."""
_ZONE: Final = "Europe/London"
_LOOK_AGAIN_S: Final = 2
_HEADERS: Final = {"refresh": str(_LOOK_AGAIN_S), "referrer-policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the phone shows it."""

    title: str
    text: str
    """Without its links: they are buttons here."""
    status: str
    purpose: str
    at: str
    link: str
    """Where it is answered, on this very machine; empty: nowhere."""
    actions: tuple[tuple[str, str], ...]
    """Labels, and where each posts."""


class OnCallPhone:
    """What was heard. For one event loop."""

    def __init__(self) -> None:
        self.secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
        self._heard: dict[str, Heard] = {}

    def way(self, url: str) -> Address:
        """How it is reached."""
        return Address("webhook", f"{url}{PATH}", self.secret)

    @property
    def heard(self) -> tuple[Heard, ...]:
        """The last messages, the latest first."""
        return tuple(reversed(self._heard.values()))

    def hear(self, body: bytes, headers: Mapping[str, str]) -> None:
        """A message came. Raises a 401 Problem where it is not signed with the phone's secret, or is an old one."""
        try:
            Webhook(self.secret).verify(body, dict(headers))
        except WebhookVerificationError as error:
            raise unauthorised("this is not signed as what the on-call phone is sent") from error
        data = orjson.loads(body)["data"]
        self._heard.pop(data["thread"], None)
        self._heard[data["thread"]] = _heard(data, orjson.loads(body)["timestamp"])
        while len(self._heard) > KEPT:
            del self._heard[next(iter(self._heard))]


def phone_routes(phone: OnCallPhone, pages: Pages) -> APIRouter:
    """The phone's address and its page. `pages` must know `TEMPLATES`."""
    router = APIRouter(include_in_schema=False)

    @router.post(
        PATH,
        status_code=204,
        dependencies=[open_to_all("the sample's phone looks at the signature of what it is sent")],
    )
    async def hear(request: Request) -> None:
        phone.hear(await request.body(), request.headers)

    @router.get(PATH)
    def show(request: Request, reader: Annotated[Actor, page_needs(pages, Right.READ)]) -> Response:
        page = pages.render("phone.html", heard=phone.heard, reader=reader.id, csrf=csrf_of(request))
        page.headers.update(_HEADERS)
        return page

    return router


def with_a_phone(settings: Settings) -> Settings:
    """The settings of a sample: its phone is on this machine, where messages must be let go to."""
    return settings.model_copy(update={"allow_private_receivers": True})


def _heard(data: Mapping[str, Any], at: str) -> Heard:
    instant = parse_instant(at)
    return Heard(
        title=str(data["title"]),
        text="\n".join(line for line in str(data["text"]).splitlines() if "://" not in line),
        status=str(data["status"]),
        purpose=str(data["purpose"]),
        at=local_clock(instant, _ZONE, instant),
        link=_path(data.get("link")),
        actions=tuple((str(each["label"]), _path(each["url"])) for each in data.get("actions", ())),
    )


def _path(url: str | None) -> str:
    """Where a link leads on this machine, by whichever of its names the reader came."""
    return "" if url is None else urlsplit(url).path
