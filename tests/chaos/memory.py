"""What the checks service remembers, against a monitor that reads each fact once, in order, and is never disturbed."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from services.checks import saved
from services.checks.model import ChecksMonitor
from services.checks.tables import METADATA
from shared.course import Course, MemorySeen
from shared.facts import Fact
from shared.instants import Instant
from shared.monitor import Monitor, Row
from shared.store import rows

ITEMS_UPTO: Final = 10
"""Where in a placement's memory it stands up to when it was last asked what is due at fixed times: that is where a turn
ended, and no two readers end their turns alike."""


def differing(
    connection: Connection, make: type[ChecksMonitor], partition: int, facts: Sequence[Fact], clock: Instant
) -> list[str]:
    """The rows of a home-partition that are not as they have to be with the clock there, and in what."""
    fresh: Monitor = make()
    seen = MemorySeen()
    course = Course(fresh, seen, seen.named)
    course.take([fact for fact in facts if fact.topic in fresh.topics])
    course.reach(clock)
    due = {_key(row): _values(row) for row in fresh.changed()}
    known = rows.load(connection, METADATA, fresh.tables, partition=partition)
    found = {_key(row): _values(row) for row in known}
    return [
        f"{key} differs in {_names(found.get(key, {}), due.get(key, {}))}"
        for key in sorted(due.keys() | found.keys())
        if due.get(key) != found.get(key)
    ]


def _key(row: Row) -> tuple[str, ...]:
    return (row.table, *map(str, row.key.values()))


def _values(row: Row) -> dict[str, Any]:
    values = dict(row.values or {})
    state = orjson.loads(values.pop("state"))
    if row.table == saved.PLACEMENTS:
        del state[ITEMS_UPTO]
    return {**values, **{f"state[{number}]": each for number, each in enumerate(state)}}


def _names(found: dict[str, Any], due: dict[str, Any]) -> str:
    names = [name for name in {**found, **due} if found.get(name) != due.get(name)]
    return ", ".join(f"{name}: {found.get(name)} for {due.get(name)}" for name in names)
