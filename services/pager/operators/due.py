"""Of which of operations' entries one person is told now. Pure: time is an argument, and nothing is sent here.

    An entry is told once when it was opened; while it is open again every 30 min where a page reached nobody, and once
    a day where a rota has nobody. Nobody is told while somebody has it. What was told in one message is told to be
    over in one, once all of it is.

A hole in a rota lies days ahead, as a rule, and an alert that meets it goes on to the next step: it is told between
08:00 and 20:00 of the home, and only when it has stood for some minutes. Crying wolf is a fault.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID, uuid5

from services.pager.chain import gathering, hours
from services.pager.chain.gathering import Waiting, gather
from shared.events.canonical import canonical
from shared.instants import DAY, MINUTE, SECOND, Duration, Instant
from shared.store.operations import PAGE_UNDELIVERED, ROTA_GAP, Operation, Told

KINDS: Final = (PAGE_UNDELIVERED, ROTA_GAP)
"""What is told from here, the worst first."""
AGAIN_AFTER: Final[Mapping[str, Duration]] = {PAGE_UNDELIVERED: 30 * MINUTE, ROTA_GAP: DAY}
SETTLES: Final[Mapping[str, Duration]] = {PAGE_UNDELIVERED: 30 * SECOND, ROTA_GAP: 5 * MINUTE}
"""How long an entry has to stand before it is told. A chain that failed at one step moves on at once: what the next one
makes good is on the page, and wakes nobody. A home that is being set up is named bit by bit."""
_BY_DAY: Final = frozenset({ROTA_GAP})
_NAMESPACE: Final = UUID("b7a1a6f4-1d0e-5a58-8f7e-0f1f6d2a7c15")


@dataclass(frozen=True, slots=True)
class Entries:
    """What there is to tell of, and who knows of it."""

    open: Sequence[Operation] = ()
    over: Sequence[Operation] = ()
    """Of which somebody was told, and not that it is over."""
    told: Sequence[Told] = ()
    zones: Mapping[str, str] = field(default_factory=dict)
    """By home."""

    def known_to(self, person: str) -> dict[str, Told]:
        """What he was told, by entry."""
        return {each.entry_id: each for each in self.told if each.person_id == person}


@dataclass(frozen=True, slots=True)
class Call:
    """One message to one person."""

    person: str
    status: Literal["open", "resolved"]
    entries: tuple[Operation, ...]
    """Worst first."""
    thread: str
    """Of the first message that told of them; a new one for what is new."""
    key: str
    """The same whoever works it out, on every try."""

    def told(self, before: Mapping[str, Told], at: Instant) -> list[Told]:
        """What is written down once it is sent. `before`: what he had been told, by entry."""
        made = []
        for entry in self.entries:
            known = before.get(entry.id)
            thread = self.thread if known is None else known.thread
            if self.status == "open":
                made.append(Told(entry.id, self.person, thread, at))
            elif known is not None:
                made.append(Told(entry.id, self.person, thread, known.told, at))
        return made


def is_due(entry: Operation, told: Told | None, zone: str, now: Instant) -> bool:
    """Whether somebody who was told of an open entry (or not) is told of it now."""
    if entry.quiet(now):
        return False
    if entry.kind in _BY_DAY and hours.opens(zone, now) > now:
        return False
    if told is None:
        return now >= entry.since + SETTLES[entry.kind]
    return now >= max(told.told + AGAIN_AFTER[entry.kind], entry.until or 0)


def call(
    person: str, entries: Entries, gathered: gathering.Told, now: Instant, monotonic: Duration
) -> tuple[Call | None, gathering.Told]:
    """What goes to him now as one, and what is gathered after it: *one person, one message* (DOMAIN.md §6). `now`: the
    wall's."""
    his = entries.known_to(person)
    due = [each for each in entries.open if is_due(each, his.get(each.id), _zone(each, entries.zones), now)]
    going = gather(gathered, [Waiting(each.id, _rank(each), 0, monotonic) for each in due], monotonic)
    if going.keys:
        told = sorted((each for each in due if each.id in going.keys), key=_worst_first)
        return _open(person, told, his), going.told
    over = _over(entries, his)
    later = gather(gathered, [Waiting(each.id, 0, 0, monotonic) for each in over], monotonic)
    if later.keys:
        return _call(person, "resolved", over, his[over[0].id].thread, his), later.told
    return None, gathered


def _open(person: str, told: Sequence[Operation], his: Mapping[str, Told]) -> Call:
    new = [each.id for each in told if each.id not in his]
    return _call(person, "open", told, _thread(new) if new else his[told[0].id].thread, his)


def _over(entries: Entries, his: Mapping[str, Told]) -> list[Operation]:
    """What was told in one message, and is over, all of it."""
    stands = {his[each.id].thread for each in entries.open if each.id in his}
    over = [each for each in entries.over if each.id in his and his[each.id].thread not in stands]
    return sorted((e for e in over if his[e.id].thread == his[over[0].id].thread), key=_worst_first)


def _call(
    person: str,
    status: Literal["open", "resolved"],
    told: Iterable[Operation],
    thread: str,
    his: Mapping[str, Told],
) -> Call:
    entries = tuple(told)
    said = [[each.id, his[each.id].told if each.id in his else 0] for each in entries]
    return Call(
        person, status, entries, thread, str(uuid5(_NAMESPACE, canonical([person, status, said]).decode()))
    )


def _thread(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else str(uuid5(_NAMESPACE, canonical(sorted(ids)).decode()))


def _zone(entry: Operation, zones: Mapping[str, str]) -> str:
    return zones.get(entry.home_id or "") or "UTC"


def _rank(entry: Operation) -> int:
    return len(KINDS) - KINDS.index(entry.kind)


def _worst_first(entry: Operation) -> tuple[int, Instant, str]:
    return (-_rank(entry), entry.since, entry.id)
