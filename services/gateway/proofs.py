"""When each worker of a home was last known to be awake (DOMAIN.md §4, *Proof of wake*), of the homes in which prompts
are asked for.

1. The first time that it is asked for, what the log holds of the last hours is read: a door that has just begun asks
   nobody twice.
2. From then on what comes in is noted, once it is durable: a plain entry, so that a check costs the door next to
   nothing.

Whether cover is evidenced is the cover service's; a door that knows too little asks somebody too early.
"""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from shared.facts import Fact
from shared.home.valid import is_retrospective
from shared.instants import HOUR, Duration, Instant
from shared.log.base import DoorLog, Record, fact_of
from shared.topics import CHECK_INS, NIGHT_COVER

READ_BACK: Final[Duration] = 12 * HOUR
"""A worker of whom nothing was heard for so long is asked at once."""

_OWN: Final = frozenset({"cover.started.v1", "cover.proved.v1", "cover.break_ended.v1"})


class LastProofs:
    """The last proof of each worker, by home. Safe for use from several threads."""

    def __init__(self, log: DoorLog) -> None:
        self._log = log
        self._of: dict[str, dict[str, Instant]] = {}
        self._reading = threading.Lock()

    def of(self, home_id: str) -> Mapping[str, Instant]:
        """By worker. Raises Unavailable."""
        with self._reading:
            known = self._of.get(home_id)
            return self._read_back(home_id) if known is None else dict(known)

    def note(self, fact: Fact) -> None:
        """A fact is durable."""
        last = self._of.get(fact.home_id)
        if last is not None and proves(fact):
            _later(last, fact)

    def heard(self, record: Record) -> None:
        """Another door has let something in. Never raises: it may be newer than what can be read here."""
        if record.home_id in self._of:
            with suppress(Exception):
                self.note(fact_of(record))

    def _read_back(self, home_id: str) -> Mapping[str, Instant]:
        last = self._of[home_id] = {}  # before the log is read: what comes meanwhile is not missed
        try:
            since = self._log.now() - READ_BACK
            for record in self._log.home(home_id, (NIGHT_COVER, CHECK_INS), since=since):
                if proves(fact := fact_of(record)):
                    _later(last, fact)
        except BaseException:
            del self._of[home_id]
            raise
        return dict(last)


def proves(fact: Fact) -> bool:
    """*A session start, a break's end, an answered prompt or round, any check (an attempt too) or an accepted handover,
    that he records himself; never a retrospective one.*"""
    if is_retrospective(fact):
        return False
    if fact.type in _OWN:
        return bool(fact.data["staff_id"] == fact.actor)
    if fact.type == "cover.handed_over.v1":
        return bool(fact.data["accepted"] and fact.data["to_staff_id"] == fact.actor)
    return fact.type == "check.recorded.v1"


def _later(last: dict[str, Instant], fact: Fact) -> None:
    """*At the moment he did it (`observed_at`, not after `appended_at`).*"""
    at = min(fact.observed_at, fact.appended_at)
    if at > last.get(fact.actor, -1):
        last[fact.actor] = at
