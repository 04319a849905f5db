"""Which sieve a log needs: by what it promises of itself, and by whether it is read for the first time.

The broker's is loaded where it is needed: the embedded form has nothing of what it stands on.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine

from shared.log.base import Log
from shared.runner.sieve import OpenSieve, Sieve
from shared.store.outbox import Owner


def sieve_for(log: Log, engine: Engine, owner: Owner) -> Sieve:
    """The sieve of a runner over this log."""
    if log.once:
        return OpenSieve(log)
    from shared.runner.seensieve import SeenSieve

    return SeenSieve(engine, owner, log.partitions)


def sieve_again(log: Log, connection: Connection, owner: Owner, read_before: Iterable[str]) -> Sieve:
    """The sieve of a second reading of this log, by what was passed over the first time. `read_before`: the topics that
    the service has read already."""
    if log.once:
        return OpenSieve(log)
    from shared.runner.seensieve import RepeatsSieve
    from shared.store import seen

    repeats = seen.load_repeats(connection, *owner)
    return RepeatsSieve(connection.engine, owner, log.partitions, repeats, read_before)
