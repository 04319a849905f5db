"""What must be true of what people were told, however often the process was killed. Pure.

lost       an alert of which somebody who had to hear it has heard nothing, with nobody killed any more; and somebody
           who was told of an alert and never that it is over
after      told as open although its end was known: it was on the pager's desk, durably, before the look began that
           decided on this request; or its end was in the log before the life began that sent it (whoever starts
           reads to the end first). Every request has a look of its own
strange    told under a key that no durable row has for that person and alert, or one key for two different things
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from shared.instants import Instant
from tests.integration.house.kill import witness
from tests.integration.pager.receivers import Heard


@dataclass
class Pages:
    """What came of it."""

    lost: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    told: int = 0
    """Requests."""
    again: int = 0
    """Of those, ones under a key that the same address had heard before."""
    alerts: set[str] = field(default_factory=set)
    """That somebody was told of as open."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.after or self.strange)


class Told(NamedTuple):
    """One request."""

    person: str
    address: str
    """One person may have several."""
    key: str
    purpose: str
    status: str
    alerts: tuple[str, ...]
    at: float


class Row(NamedTuple):
    """Of `pager_messages`."""

    person: str
    alert_id: str
    bundle: str | None


class _Look(NamedTuple):
    number: int
    at: float
    life: Instant
    """When the life began, by the wall clock."""


def told(heard: Iterable[Heard]) -> list[Told]:
    """What a receiver heard: an address of a person is `/PERSON` or `/PERSON/…`."""
    return [_told(each) for each in heard]


def _told(heard: Heard) -> Told:
    data = heard.json["data"]
    assert heard.headers["webhook-id"] == data["key"]
    person = heard.path.split("/")[1]
    about = (data["key"], data["purpose"], data["status"], tuple(data["alert_ids"]))
    return Told(person, heard.path, *about, heard.precise)


def judged(
    requests: Sequence[Told],
    testimony: Iterable[str],
    resolved: Mapping[str, Instant],
    rows: Iterable[Row],
) -> Pages:
    """`resolved`: by alert, the `appended_at` of its end in the log. `lost` is for others to say."""
    requests = sorted(requests, key=lambda each: each.at)
    looks, durable = _read(testimony)
    found = Pages(told=len(requests))
    used: set[int] = set()
    for each in requests:
        look = max((look for look in looks.get(each.key, ()) if look.at < each.at), default=None)
        if look is None or look.number in used:
            found.after.append(f"{each.key} to {each.address}: nobody had looked before it went")
            continue
        used.add(look.number)
        if each.status != "open":
            continue
        found.alerts.update(each.alerts)
        for alert_id in each.alerts:
            if durable.get(alert_id, each.at) < look.at:
                found.after.append(f"{alert_id} to {each.address}: its end was on the desk")
            elif resolved.get(alert_id, look.life) < look.life:
                found.after.append(f"{alert_id} to {each.address}: its end was in the log before this life")
    _keys(requests, rows, found)
    return found


def _read(testimony: Iterable[str]) -> tuple[dict[str, list[_Look]], dict[str, float]]:
    looks: dict[str, list[_Look]] = {}
    durable: dict[str, float] = {}
    life: Instant = 0
    for number, line in enumerate(testimony):
        what, at, *words = line.rstrip("\n").split("\t")
        if what == witness.BEGINS:
            life = int(at)
        elif what == witness.LOOK:
            looks.setdefault(words[0], []).append(_Look(number, float(at), life))
        else:
            durable.setdefault(words[0], float(at))
    return looks, durable


_SAME: Final = ("person", "purpose")


def _keys(requests: Sequence[Told], rows: Iterable[Row], found: Pages) -> None:
    """A telling is a row, and a row has one key for ever: whoever was told of an alert was told under a key of a row of
    theirs about it. Under one key the same is said, of no more alerts than the first time."""
    known = {(row.person, row.alert_id, row.bundle) for row in rows}
    first: dict[tuple[str, str], Told] = {}
    for each in requests:
        before = first.setdefault((each.address, each.key), each)
        if before is not each:
            found.again += 1
            same = all(getattr(each, name) == getattr(before, name) for name in _SAME)
            if not same or not set(each.alerts) <= set(before.alerts):
                found.strange.append(f"{each.key} to {each.address} says something else the second time")
        for alert_id in each.alerts:
            let_go = (each.person, alert_id, None)  # skipped between two ways: the others go on without it
            if (each.person, alert_id, each.key) not in known and let_go not in known:
                found.strange.append(f"{each.key} to {each.address} about {alert_id}: of no row")
