"""Tells whoever runs the system of operations' entries, as long as the pager runs here (a `Teller`).

    1. Every two seconds: the entries that are open, or over and not told to be; who was told of which.
    2. Whom to tell now, of what, as one message (`due`).
    3. A task a person, by each way of reaching him in turn.
    4. Sent, it is written down, however long the database takes to come back; not sent, it is tried again after a pause
       that grows, decided anew from what stands then.

Over a broker the worker tells whose pager has the first home-partition, of all homes, so that one message gathers them.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from sqlalchemy import Connection, Engine, select

from services.pager.chain import gathering
from services.pager.channels.base import Address, Carriers, Message
from services.pager.channels.teller import REMEDY, SEND_WITHIN, Teller
from services.pager.operators.due import KINDS, Call, Entries, call
from services.pager.tables import HOMES
from services.pager.telling import OperationsAlert, Ways, compose_operations
from shared import clock
from shared.instants import MINUTE, SECOND, Duration, Instant
from shared.store import operations
from shared.store.engine import writing
from shared.store.operations import Operation
from shared.store.outage import is_outage, said

EVERY: Final[Duration] = 2 * SECOND
FIRST_PAUSE: Final[Duration] = 2 * SECOND
LONGEST_PAUSE: Final[Duration] = MINUTE
WRITE_AGAIN: Final[Duration] = SECOND


@dataclass(frozen=True)
class Parts:
    """What it stands on. Functions are called from its own threads."""

    views: Engine
    """The pager's, with what all services share."""
    mine: Callable[[], bool]
    """Whether this process tells."""
    people: Callable[[], Sequence[str]]
    """Whoever runs the system, and can be reached."""
    ways: Callable[[str], Sequence[Address]]
    """How a person is reached, best first."""
    carriers: Callable[[], Carriers]
    """Makes the channels, for a loop of their own."""
    link: str | None = None
    """The page of operations."""
    now: Callable[[], Instant] = clock.now
    monotonic: Callable[[], Duration] = clock.monotonic
    every: Duration = EVERY
    within: Duration = SEND_WITHIN
    first_pause: Duration = FIRST_PAUSE


@dataclass(slots=True)
class _Person:
    """What is known of one beside durable rows."""

    gathered: gathering.Told = field(default_factory=gathering.Told)
    failed: int = 0
    not_before: Duration = 0
    under_way: bool = False


class Operators(Teller):
    """The thread."""

    def __init__(self, parts: Parts) -> None:
        super().__init__("operators", parts.carriers, parts.every, parts.within)
        self._parts = parts
        self._people: dict[str, _Person] = {}
        self._away = False
        self._alone = False

    def failed(self, error: Exception | None) -> None:
        """See `Teller`. Said once, until it goes well again."""
        if error is not None and not self._away:
            if is_outage(error):
                self.log.warning("operations are not told", reason=said(error, str(self._parts.views.url)))
            else:
                self.log.error("operations are not told", exc_info=error)
        self._away = error is not None

    # -- 1, 2 ------------------------------------------------------------------------------------------------

    async def turn(self) -> None:
        """Steps 1 to 3."""
        if not self._parts.mine():
            return
        entries = await asyncio.to_thread(self._read)
        if not (entries.open or entries.over):
            self.forget_unsent()
            return
        people = await asyncio.to_thread(self._parts.people)
        self._ask_for_somebody(entries, people)
        now, monotonic = self._parts.now(), self._parts.monotonic()
        for person in people:
            known = self._people.setdefault(person, _Person())
            if known.under_way or monotonic < known.not_before:
                continue
            made, gathered = call(person, entries, known.gathered, now, monotonic)
            if made is not None:
                known.under_way = True
                self.begin(self._call(known, made, gathered, entries))

    def _read(self) -> Entries:
        with self._parts.views.connect() as connection:
            opened = operations.open_of(connection, KINDS)
            over = operations.over_untold(connection, KINDS)
            if not (opened or over):
                return Entries()
            told = operations.told_people(connection)
            zones = _zones(connection, {each.home_id for each in (*opened, *over) if each.home_id})
            return Entries(opened, over, told, zones)

    def _ask_for_somebody(self, entries: Entries, people: Sequence[str]) -> None:
        alone = bool(entries.open) and not people
        if alone and not self._alone:
            self.log.error("nobody can be told: no administrator can be reached", remedy=REMEDY)
        self._alone = alone

    # -- 3, 4 ------------------------------------------------------------------------------------------------

    async def _call(self, known: _Person, made: Call, gathered: gathering.Told, entries: Entries) -> None:
        sent = False
        try:
            sent = await self._send(made, entries.zones)
            if sent:
                known.gathered = gathered
                await self._write_down(made, entries)
        except Exception:
            self.log.exception("a person could not be told", person_id=made.person)
        finally:
            known.under_way = False
            pause = 0 if sent else min(self._parts.first_pause << min(known.failed, 16), LONGEST_PAUSE)
            known.failed = 0 if sent else known.failed + 1
            known.not_before = self._parts.monotonic() + pause

    async def _send(self, made: Call, zones: Mapping[str, str]) -> bool:
        parts, ways = self._parts, await asyncio.to_thread(self._parts.ways, made.person)
        sent = await self.told(
            made.person, made.key, ways, lambda: _message(made, zones, parts.now(), parts.link)
        )
        if sent:
            self.log.info("a person was told", person_id=made.person, entries=len(made.entries))
        return sent

    async def _write_down(self, made: Call, entries: Entries) -> None:
        told = made.told(entries.known_to(made.person), self._parts.now())

        def write() -> None:
            with writing(self._parts.views) as connection:
                operations.put_told(connection, told)
                for each in told:
                    if made.status == "open":
                        operations.mark_told(connection, each.entry_id, each.told)

        while True:
            try:
                return await asyncio.to_thread(write)
            except Exception as error:
                if not is_outage(error):
                    raise
                await asyncio.sleep(WRITE_AGAIN / SECOND)


def _message(made: Call, zones: Mapping[str, str], at: Instant, link: str | None) -> Message:
    alerts = [_alert(each) for each in made.entries]
    answering = partial(_page, link)
    message = compose_operations(alerts, zones, made.person, answering, at, made.key)
    return replace(message, thread=made.thread)


def _page(link: str | None, _ids: Sequence[str]) -> Ways:
    return Ways(link)


def _alert(entry: Operation) -> OperationsAlert:
    facts = {"detail": entry.detail} | ({} if entry.service is None else {"service": entry.service})
    return OperationsAlert(entry.id, entry.kind, entry.home_id, entry.since, facts, entry.resolved)


def _zones(connection: Connection, home_ids: set[str]) -> dict[str, str]:
    query = select(HOMES.c.home_id, HOMES.c.zone).where(HOMES.c.home_id.in_(sorted(home_ids)))
    return {row.home_id: row.zone for row in connection.execute(query)}
