"""How often somebody may be wrong about a PIN: pauses that grow, kept in a table so that a restart forgives
nothing.

Three counters: the worker on that device, the device (somebody trying one PIN on everybody), the worker
(somebody trying from several devices). An attempt is counted *before* the PIN is compared, and taken back if
it was right, so that a hundred at once are a hundred. Who it is about is an id, never a name.
"""

from sqlalchemy import Connection, Engine, select, update

from shared.instants import HOUR, MINUTE, SECOND, Duration, Instant
from shared.security.tables import ATTEMPTS
from shared.store.engine import writing
from shared.store.upserts import insert_into

FREE_PAIR = 3
"""Wrong attempts of one worker on one device that cost nothing."""
FREE_WIDE = 10
"""Likewise of a device with any worker, and of a worker on any device."""
FIRST_PAUSE: Duration = 30 * SECOND
LONGEST_PAUSE: Duration = 15 * MINUTE
"""No longer: at night the one who is locked out is the one who should be watching."""
FORGOTTEN_AFTER: Duration = 12 * HOUR


def pause(failures: int, free: int) -> Duration:
    """How long nobody is let in after so many failures: nothing, then 30 s, doubling up to 15 min."""
    over = failures - free
    return 0 if over <= 0 else min(FIRST_PAUSE << min(over - 1, 16), LONGEST_PAUSE)


class Attempts:
    """The `attempts` table. Safe for use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, device_id: str, staff_id: str, at: Instant) -> Duration:
        """Count an attempt. How long to wait until one is allowed: 0 means go on and compare the PIN."""
        with writing(self._engine) as connection:
            closed = max(_closed_until(connection, who) for who, _ in _counters(device_id, staff_id))
            if closed > at:
                return closed - at
            for who, free in _counters(device_id, staff_id):
                _count(connection, who, free, at)
        return 0

    def succeeded(self, device_id: str, staff_id: str) -> None:
        """The PIN was right: the worker's counter on this device starts again; of the wider ones only this
        attempt is taken back (one who knows his own PIN could else clear the way for guessing another's)."""
        (pair, _), *wide = _counters(device_id, staff_id)
        with writing(self._engine) as connection:
            _set(connection, pair, ATTEMPTS.c.failures * 0)
            for who, _ in wide:
                _set(connection, who, ATTEMPTS.c.failures - 1)


def _counters(device_id: str, staff_id: str) -> list[tuple[str, int]]:
    return [
        (f"pair:{device_id}:{staff_id}", FREE_PAIR),
        (f"device:{device_id}", FREE_WIDE),
        (f"worker:{staff_id}", FREE_WIDE),
    ]


def _closed_until(connection: Connection, who: str) -> Instant:
    return connection.scalar(select(ATTEMPTS.c.closed_until).where(ATTEMPTS.c.who == who)) or 0


def _count(connection: Connection, who: str, free: int, at: Instant) -> None:
    row = connection.execute(
        select(ATTEMPTS.c.failures, ATTEMPTS.c.last_at).where(ATTEMPTS.c.who == who)
    ).first()
    failures = 1 if row is None or at - row.last_at > FORGOTTEN_AFTER else row.failures + 1
    values = {"failures": failures, "last_at": at, "closed_until": at + pause(failures, free)}
    statement = insert_into(connection, ATTEMPTS).values(who=who, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["who"], set_=values))


def _set(connection: Connection, who: str, failures: object) -> None:
    connection.execute(
        update(ATTEMPTS).where(ATTEMPTS.c.who == who).values(failures=failures, closed_until=0)
    )
