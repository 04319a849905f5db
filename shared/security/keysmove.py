"""Keys out of a ring, and into one. A key that either side has destroyed is destroyed: a tombstone wins, always.

How they lie in a file is `shared.security.keysfile`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from shared.instants import Instant
from shared.security.keys import KeyRing
from shared.security.keysfile import Contents, Key, installation_of
from shared.security.keystables import DATA_KEYS, at, overwrite
from shared.store.engine import writing


class OtherInstallation(Exception):  # noqa: N818 - reads as what it says
    """The keys are not of this installation. Nothing was changed."""


@dataclass(slots=True)
class Taken:
    """What came of taking keys in."""

    new: int = 0
    known: int = 0
    stay_destroyed: int = 0
    """The file had the key, this ring its tombstone."""
    destroyed: list[tuple[str, str | None]] = field(default_factory=list)
    """Homes and placements whose key was here, and is destroyed now: the file had the tombstone."""


def contents(ring: KeyRing, now: Instant) -> Contents:
    """All that the ring holds, in plain; destroyed keys as tombstones."""
    with ring.engine.connect() as connection:
        rows = connection.execute(
            sa.select(DATA_KEYS).order_by(DATA_KEYS.c.home_id, DATA_KEYS.c.placement_id)
        ).all()
    return Contents(now, ring.contenthash_key, tuple(_plain(ring, rows)))


def take_in(ring: KeyRing, given: Contents) -> Taken:
    """Take keys in, in one step; beside a running `wakeful up` too. What is there already stays.

    Raises OtherInstallation; NotScrubbed (then all is taken in: do it again).
    """
    if given.contenthash_key != ring.contenthash_key:
        raise OtherInstallation(
            f"the keys are of installation {given.installation}, this folder is "
            f"{installation_of(ring.contenthash_key)}; "
            "take them into a folder that was never started, or name the right one with --data"
        )
    taken = Taken()
    with writing(ring.engine) as connection:
        ring.still_opens(connection)
        overwrite(connection)
        mine = {(row.home_id, row.placement_id): row for row in connection.execute(sa.select(DATA_KEYS))}
        for key in given.keys:
            _take(ring, connection, mine.get((key.home_id, key.placement_id)), key, taken)
    if taken.destroyed:
        ring.scrub()
    return taken


def _take(
    ring: KeyRing, connection: sa.Connection, mine: "sa.Row[tuple[str, ...]] | None", key: Key, taken: Taken
) -> None:
    """What becomes of one key, by what is known of its home and placement here."""
    if mine is None:
        of = (key.id, key.home_id, key.placement_id)
        wrapped = None if key.key is None else ring.wrapping.wrap(key.key, *of)
        row = dict(zip(("id", "home_id", "placement_id", "wrapped"), (*of, wrapped), strict=True))
        connection.execute(sa.insert(DATA_KEYS).values(row))
        taken.new += 1
    elif mine.wrapped is None:
        taken.stay_destroyed += key.key is not None
        taken.known += key.key is None
    elif key.key is None:
        gone = sa.update(DATA_KEYS).where(at(key.home_id, key.placement_id))
        connection.execute(gone.values(wrapped=None, rewrapped=None))
        taken.destroyed.append((key.home_id, key.placement_id or None))
    elif mine.id != key.id:
        whose = (
            f"placement {key.placement_id} of home {key.home_id}"
            if key.placement_id
            else f"home {key.home_id}"
        )
        raise OtherInstallation(
            f"{whose} has key {mine.id} here and {key.id} in the file: texts were sealed here before the keys came; "
            "restore the backup into an empty folder, with this file"
        )
    else:
        taken.known += 1


def _plain(ring: KeyRing, rows: "Iterable[sa.Row[tuple[str, ...]]]") -> Iterable[Key]:
    for row in rows:
        of = (row.id, row.home_id, row.placement_id)
        yield Key(*of, None if row.wrapped is None else ring.wrapping.unwrap(row.wrapped, *of))
