"""`wakeful import` where the log is a broker's (ARCHITECTURE.md, "Moving in").

    1. The topics were made for it and hold nothing, and nothing was read into the database yet; else it is refused.
    2. The whole file is read into a log of its own, in a temporary folder (TMPDIR): validated, sealed, each id once, in
       order. A bad line ends it here, and nothing has reached the broker.
    3. What is in that log goes to the broker in its order, portion by portion, with the times that it has.
    4. Ticks say that all of it is there. `wakeful topics seal` refuses what has not come so far.

How records reach the topics is `shared.log.kafka.importing`'s.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Final

from wakeful.cli.errors import Failure
from wakeful.cli.moving.importing import Imported, into
from wakeful.cli.terminal import progress

if TYPE_CHECKING:
    from shared.log.importing import Past
    from shared.log.kafka.importing import Importer
    from wakeful.cli.apart import Apart

_PORTION: Final = 2_000


def run(here: "Apart", stream: IO[bytes], *, keep_going: bool) -> Imported:
    """Raises Failure, SettingsWrong, NotEmpty, BrokerWrong, Unavailable, TooOld, MasterKeyUnusable."""
    from shared.log.kafka.importing import Importer, refuse_unfit

    broker = here.broker
    refuse_unfit(broker)
    _refuse_read(here)
    with TemporaryDirectory(prefix="wakeful-import-") as folder:
        imported = into(Path(folder), here, stream, keep_going=keep_going, doing="reading")
        with (
            closing(Importer(broker)) as importer,
            progress("sending", imported.facts) as reached,
        ):
            _send(here, importer, _past(Path(folder)), reached)
    return imported


def _send(
    here: "Apart", importer: "Importer", portions: "Iterator[list[Past]]", reached: Callable[[int], None]
) -> None:
    from shared.log.base import Unavailable
    from shared.log.kafka.importing import anew

    sent = 0
    try:
        for portion in portions:
            importer.put(portion)
            sent += len(portion)
            reached(sent)
        importer.finish()
    except Unavailable as error:
        where = f"the import ended after {sent} facts and cannot be gone on with"
        raise Failure(f"{error}; {where}: {anew(here.broker)}") from error


def _past(folder: Path) -> "Iterator[list[Past]]":
    """What was read into the folder, in the order in which it is applied."""
    from shared.instants import NEVER
    from shared.log.base import Draft, Positions
    from shared.log.importing import Past
    from shared.log.sqlite import SqliteLog
    from shared.topics import ALL

    positions: Positions = {}
    with closing(SqliteLog(folder / "log.sqlite3", read_only=True)) as log:
        while True:
            records, positions = log.read(0, ALL, positions, NEVER, _PORTION)
            if not records:
                return
            yield [
                Past(each.appended_at, Draft(each.topic, each.home_id, each.id, each.contenthash, each.body))
                for each in records
            ]


def _refuse_read(here: "Apart") -> None:
    """Rows that were made of another log would stand for this one. Raises Failure."""
    from services.gate import INDEX
    from services.house.database import SHARED
    from services.monitors import SERVICES
    from shared.store import ledger

    with here.reading_views(INDEX) as views, views.connect() as connection:
        if not ledger.entries(connection):
            return
    schemas = ", ".join([SHARED, "gateway", *SERVICES])
    raise Failure(
        "the database (WAKEFUL_DATABASE_URL) holds read models of another log; they can be made again, so drop them "
        f"(psql -c 'DROP SCHEMA {schemas} CASCADE'; keys and people stay), run `wakeful migrate`, and import again"
    )
