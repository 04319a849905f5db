"""Who is told that nobody watches, of what, and when again. Pure: time is an argument, and nothing is sent here.

A person is told once for a whole stretch, whatever it grows to by what does not concern him; again every
`AGAIN_AFTER` while it lasts; and once that somebody watches again. A stretch is over when somebody has been watching
for `STEADY`: a watch that comes and goes is one stretch, not a hundred messages.

What is not sent is tried again, with growing pauses, for as long as there is something to tell. Each try is decided
anew from what stands then, under the same key while it says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import orjson

from services.pager.channels.base import Address
from shared.instants import MINUTE, SECOND, Duration, Instant

AGAIN_AFTER: Final[Duration] = 30 * MINUTE
"""As long as operations' alerts stay quiet once somebody has them (DOMAIN.md §6)."""
STEADY: Final[Duration] = 30 * SECOND
FIRST_PAUSE: Final[Duration] = 2 * SECOND
LONGEST_PAUSE: Final[Duration] = MINUTE
_NAMESPACE: Final = UUID("0f0ad8a3-5c1e-5a53-9d0f-6b2f6f6f0b51")


class Concern(NamedTuple):
    """What a trouble is about."""

    service: str | None
    home_id: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that nobody watches."""

    service: str | None
    """Which service does not; None: none does, or nobody knows which."""
    home_id: str | None
    """None: no home is watched."""
    since: Instant
    """Up to when it was watched; 0: not since the start."""
    reason: str = field(compare=False)
    """Why, and what to do: for whoever runs the system."""

    @property
    def concern(self) -> Concern:
        """The same however often it comes."""
        return Concern(self.service, self.home_id)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who can be told, as he was known while all was well."""

    person_id: str
    ways: tuple[Address, ...] = field(repr=False)
    """Best first."""
    operations: bool
    """Whether he runs the system: he is told of everything."""
    homes: frozenset[str] = frozenset()
    """Whose own contact he is: he is told of what concerns them."""
    zone: str = "UTC"
    """In which times are told."""

    def hears(self, trouble: Trouble) -> bool:
        """Whether it concerns him."""
        if self.operations:
            return True
        return bool(self.homes) if trouble.home_id is None else trouble.home_id in self.homes


class Why(Enum):
    """Why a message goes now."""

    NEW = "new"
    """Something that he was not told of."""
    AGAIN = "again"
    """It lasts."""
    OVER = "over"
    """Somebody watches again."""


@dataclass(frozen=True, slots=True)
class Call:
    """One message to one person."""

    contact: Contact
    why: Why
    troubles: tuple[Trouble, ...]
    """Worst first. Of one that is over: what he had been told of."""
    number: int
    """The how manieth to him for this stretch, from 0."""

    @property
    def key(self) -> str:
        """The same whoever works it out, on every try."""
        said = [[each.service, each.home_id, each.since] for each in self.troubles]
        about = [self.contact.person_id, self.why.value, said, self.number]
        return str(uuid5(_NAMESPACE, orjson.dumps(about).decode()))

    @property
    def thread(self) -> str:
        """The same for all that he is told of a stretch."""
        first = min(each.since for each in self.troubles)
        return str(uuid5(_NAMESPACE, orjson.dumps([self.contact.person_id, first]).decode()))


@dataclass(slots=True)
class _Stands:
    trouble: Trouble
    well_from: Duration | None = None


class Standing:
    """What stands, told steadily: a trouble ends only when it has been gone for `STEADY`, and keeps the instant at
    which it began."""

    def __init__(self) -> None:
        self._stands: dict[tuple[str | None, str | None], _Stands] = {}

    def see(self, troubles: Iterable[Trouble], now: Duration) -> list[Trouble]:
        """`troubles`: as they are now. Gives what stands."""
        seen = {(each.service, each.home_id): each for each in troubles}
        for key, trouble in seen.items():
            self._stands.setdefault(key, _Stands(trouble)).well_from = None
        for key in self._stands.keys() - seen.keys():
            stands = self._stands[key]
            if stands.well_from is None:
                stands.well_from = now
            if now - stands.well_from >= STEADY:
                del self._stands[key]
        return [each.trouble for each in self._stands.values()]

    def begin_with(self, trouble: Trouble, well_from: Duration) -> None:
        """It stood when the process before us ended. `well_from`: before then nobody can know that it does not."""
        self._stands.setdefault((trouble.service, trouble.home_id), _Stands(trouble, well_from))


@dataclass(slots=True)
class _Told:
    """What one person has been told."""

    of: frozenset[Trouble] = frozenset()
    at: Duration = 0
    number: int = 0
    failed: int = 0
    not_before: Duration = 0
    under_way: bool = False


class Telling:
    """Whom to tell, now. `calls` gives messages to send; each is under way until `done` says what became of it."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self._contacts: dict[str, Contact] = {}

    def calls(
        self,
        troubles: Iterable[Trouble],
        contacts: Mapping[str, Contact],
        now: Duration,
        quiet: AbstractSet[Concern] = frozenset(),
    ) -> list[Call]:
        """What is to be sent now. `now`: monotonic, in milliseconds; `quiet`: what somebody who runs the system has,
        so that the others who do are not told of it again. Homes' own contacts are."""
        standing = sorted(set(troubles), key=_worst_first)
        if not standing and not self._told:
            return []
        owed = {person: self._contacts[person] for person, told in self._told.items() if told.of}
        self._contacts = {**owed, **contacts}  # whoever was told that it is dark is told of the light
        found = (self._call(contact, standing, now, quiet) for contact in self._contacts.values())
        return [call for call in found if call is not None]

    def done(self, call: Call, *, sent: bool, now: Duration) -> None:
        """What became of a call."""
        told = self._told[call.contact.person_id]
        told.under_way = False
        if not sent:
            pause = min(FIRST_PAUSE << min(told.failed, 16), LONGEST_PAUSE)
            told.failed, told.not_before = told.failed + 1, now + pause
        elif call.why is Why.OVER:
            del self._told[call.contact.person_id]
        else:
            told.of, told.at, told.number = told.of | set(call.troubles), now, told.number + 1
            told.failed, told.not_before = 0, now

    def remember(self, troubles: Iterable[Trouble], contacts: Iterable[Contact], at: Duration) -> None:
        """Somebody before us told these people of these troubles, last at `at`."""
        said = frozenset(troubles)
        for contact in contacts:
            of = frozenset(each for each in said if contact.hears(each))
            if of:
                self._told[contact.person_id] = _Told(of, at, 1)
                self._contacts[contact.person_id] = contact

    def _call(
        self, contact: Contact, standing: Sequence[Trouble], now: Duration, quiet: AbstractSet[Concern]
    ) -> Call | None:
        told = self._told.get(contact.person_id) or _Told()
        if told.under_way:
            return None
        his = tuple(each for each in standing if contact.hears(each))
        why = _why(his, told, now)
        if why is None:
            if not told.of:
                self._told.pop(contact.person_id, None)  # it passed before he could be reached
            return None
        has = contact.operations and all(each.concern in quiet for each in his)
        if now < told.not_before or (why is Why.AGAIN and has):
            return None
        told.under_way = True
        self._told[contact.person_id] = told
        said = his or tuple(sorted(told.of, key=_worst_first))
        return Call(contact, why, said, told.number)


def _why(his: Sequence[Trouble], told: _Told, now: Duration) -> Why | None:
    """One message for a whole blind stretch, again while it lasts, and when it is over."""
    if not his:
        return Why.OVER if told.of else None
    if not told.of.issuperset(his):
        return Why.NEW
    return Why.AGAIN if now - told.at >= AGAIN_AFTER else None


def _worst_first(trouble: Trouble) -> tuple[bool, Instant, str, str]:
    return (trouble.home_id is not None, trouble.since, trouble.service or "", trouble.home_id or "")
