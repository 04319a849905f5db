"""`python -m tests.servers.keeper KIND FOLDER`: keep one server for a run's users, and end it when none is left.

1. Start the server. It dies with this process, however that dies.
2. Tell its address, or why there is none.
3. Wait for the users' lock, alone: it is given when the last user has ended, however it ended.
4. Take the address back while nobody can come in between, then end the server and remove what it had.
"""

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.process import ServerFailed, Unavailable, locked
from tests.servers.shared import Place

_LONGEST_RUN: Final = 24 * 3600.0


@contextmanager
def _kafka(place: Place) -> Iterator[str]:
    from tests.servers.brokers import start_broker

    with tempfile.TemporaryDirectory(prefix="wakeful-kafka-", ignore_cleanup_errors=True) as data:
        server = start_broker(Path(data), log=place.folder / "kafka.log")
        try:
            yield server.bootstrap
        finally:
            server.remove()


@contextmanager
def _postgres(place: Place) -> Iterator[str]:
    from tests.servers.postgres import PostgresServer

    server = PostgresServer(place.folder)
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


_KINDS: Final = {"kafka": _kafka, "postgres": _postgres}


def keep(place: Place) -> None:
    """Keep the server of this place until it has no users."""
    try:
        with _KINDS[place.kind](place) as address:
            place.tell(address=address)
            with locked(place.users, _LONGEST_RUN):
                place.told.unlink()
    except Unavailable as why:
        place.tell(unavailable=str(why))
    except ServerFailed as why:
        place.tell(failed=str(why))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    keep(Place(Path(sys.argv[2]), sys.argv[1]))
