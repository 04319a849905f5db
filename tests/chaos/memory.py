"""What a service remembers, against a monitor that reads each fact once, in order, and is never disturbed.

Where a turn ended is left out: no two readers end their turns alike.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

import orjson
from sqlalchemy import Connection

from services.checks import saved as checks
from services.integrity import saved as integrity
from services.integrity.model import IntegrityMonitor
from shared.course import Course, MemorySeen
from shared.facts import Fact
from shared.instants import Instant
from shared.monitor import Monitor, Row
from shared.runner.service import Service
from shared.store import rows
from shared.topics import INPUTS

ITEMS_UPTO: Final = 10
"""Where in a placement's memory it stands up to when it was last asked what is due at fixed times."""
STATE: Final = "state"


def differing(
    connection: Connection,
    service: Service,
    make: Callable[[], Monitor],
    partition: int,
    facts: Sequence[Fact],
    clock: Instant,
) -> list[str]:
    """The rows of a home-partition that are not as they have to be with the clock there, and in what."""
    fresh = make()
    seen = MemorySeen()
    course = Course(fresh, seen, seen.named)
    course.take([fact for fact in facts if fact.topic in fresh.topics])
    course.reach(clock)
    due = _shaped(make, fresh.changed(), clock)
    found = _shaped(make, rows.load(connection, service.tables, fresh.tables, partition=partition), clock)
    return [
        f"{key} differs in {_names(found.get(key, {}), due.get(key, {}))}"
        for key in sorted(due.keys() | found.keys())
        if due.get(key) != found.get(key)
    ]


def _shaped(
    make: Callable[[], Monitor], known: Iterable[Row], clock: Instant
) -> dict[tuple[str, ...], dict[str, Any]]:
    """Rows by table and key, in a shape in which two readers' are alike."""
    whole = list(known)
    if make is IntegrityMonitor:
        whole = _written_whole(whole, clock)
    last = {_key(row): row for row in whole}
    return {key: _values(row) for key, row in last.items() if row.values is not None}


def _written_whole(known: list[Row], clock: Instant) -> list[Row]:
    """A home's own row is written now and then, and what was recorded since beside it: all of it as if written now."""
    monitor = IntegrityMonitor()
    monitor.restore([row for row in known if row.table in integrity.MEMORY], clock)
    for home in cast("Iterable[Any]", monitor.homes.homes.values()):
        home.stale = True
        for child in home.children:
            child.changed = True
        monitor._note(home)
    return [*monitor.changed(), *(row for row in known if row.table not in integrity.MEMORY)]


def _key(row: Row) -> tuple[str, ...]:
    return (row.table, *map(str, row.key.values()))


def _values(row: Row) -> dict[str, Any]:
    values = dict(row.values or {})
    state = orjson.loads(values.pop(STATE)) if STATE in values else []
    if row.table == checks.PLACEMENTS:
        del state[ITEMS_UPTO]
    named = state if isinstance(state, dict) else dict(enumerate(state))
    return {**values, **{f"{STATE}[{name}]": _unnumbered(each) for name, each in named.items()}}


def _unnumbered(value: Any) -> Any:
    """Without the numbers of promises, [instant, number, fact]: whoever comes back begins to count anew. Their order
    stays."""
    if isinstance(value, dict):
        return {name: _unnumbered(each) for name, each in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) == 3 and isinstance(value[2], list) and value[2][:1] and value[2][0] in INPUTS:
        return [value[0], value[2]]
    return [_unnumbered(each) for each in value]


def _names(found: dict[str, Any], due: dict[str, Any]) -> str:
    names = [name for name in {**found, **due} if found.get(name) != due.get(name)]
    return ", ".join(f"{name}: {found.get(name)} for {due.get(name)}" for name in names)
