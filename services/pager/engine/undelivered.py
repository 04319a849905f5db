"""Homes where an alert has reached nobody: operations' entry of it (`page_undelivered`), and when that is over.

It is over when no open alert of the home waits for somebody any more: each was told to somebody after its last
failure, or is resolved, or somebody has it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from services.pager.chain.parts import Chain, Decision, Reason
from services.pager.desk import DeskAlert
from services.pager.engine import keys, rows
from services.pager.engine.standing import unreached
from services.pager.engine.store import SERVICE
from services.pager.engine.tables import CHAINS, MESSAGES
from services.pager.tables import HOMES
from shared.instants import Instant
from shared.monitor import Effect
from shared.store import operations
from shared.store.operations import PAGE_UNDELIVERED
from shared.store.tables import OPERATIONS

_WAKING: Final = ("page", "notify")


@dataclass(frozen=True, slots=True)
class Raised:
    """An entry to be opened."""

    home_id: str
    since: Instant
    detail: str


def reached_nobody(
    alert: DeskAlert,
    before: Chain,
    chain: Chain,
    made: Decision,
    messages: Sequence[rows.Sending],
    at: Instant,
) -> Iterator[Raised | Effect]:
    """A step that nobody was reached by is told to whoever runs the system, and in the log."""
    if chain.failed and not before.failed and made.reason is not Reason.RESOLVED:
        for message in unreached(chain, messages):
            data = {"alert_id": alert.alert_id, "step": chain.step, "to": message.person}
            yield keys.told(keys.UNDELIVERED, message.key, alert.home_id, at, data)
        since = min((message.queued_at for message in unreached(chain, messages)), default=at)
        step = f"step {chain.step} of {alert.kind} {alert.alert_id}"
        detail = f"nobody could be reached by {step}; look at their addresses"
        yield Raised(alert.home_id, since, detail)
    elif made.reason is Reason.NOBODY:
        detail = f"there is nobody to tell of {alert.kind} {alert.alert_id}; name people in the home's policy"
        yield Raised(alert.home_id, alert.raised_at, detail)


def write(connection: Connection, raised: Iterable[Raised], resolved: Iterable[str], at: Instant) -> None:
    """Open and close entries."""
    for home_id in resolved:
        operations.resolve(connection, PAGE_UNDELIVERED, SERVICE, home_id, at)
    for each in raised:
        operations.raise_once(connection, PAGE_UNDELIVERED, SERVICE, each.home_id, each.since, each.detail)


def opened(connection: Connection, partition: int) -> set[str]:
    """Homes of a home-partition with an open entry."""
    entries = select(OPERATIONS.c.home_id).where(
        OPERATIONS.c.kind == PAGE_UNDELIVERED, OPERATIONS.c.resolved.is_(None)
    )
    mine = select(HOMES.c.home_id).where(HOMES.c.partition == partition, HOMES.c.home_id.in_(entries))
    return set(connection.scalars(mine))


def waiting(connection: Connection, home_ids: Collection[str], done: Collection[str]) -> set[str]:
    """Of these homes, those where an open alert (not one of `done`) has reached nobody since it failed last."""
    columns = (MESSAGES.c.alert_id, MESSAGES.c.home_id, func.max(MESSAGES.c.queued_at).label("since"))
    failed = (
        select(*columns)
        .join(CHAINS, CHAINS.c.alert_id == MESSAGES.c.alert_id)
        .where(
            CHAINS.c.done.is_(False),
            MESSAGES.c.home_id.in_(sorted(home_ids)),
            MESSAGES.c.state == "queued",
            MESSAGES.c.failed.is_(True),
            MESSAGES.c.purpose.in_(_WAKING),
        )
        .group_by(MESSAGES.c.alert_id, MESSAGES.c.home_id)
    )
    found = [row for row in connection.execute(failed) if row.alert_id not in done]
    reached: dict[str, Instant] = {}
    for some in rows.portions(row.alert_id for row in found):
        sent = (
            select(MESSAGES.c.alert_id, func.max(MESSAGES.c.ended_at).label("at"))
            .where(MESSAGES.c.alert_id.in_(some), MESSAGES.c.state == "sent", MESSAGES.c.purpose.in_(_WAKING))
            .group_by(MESSAGES.c.alert_id)
        )
        reached |= {row.alert_id: row.at for row in connection.execute(sent)}
    return {row.home_id for row in found if reached.get(row.alert_id, -1) < row.since}
