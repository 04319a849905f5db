"""A log known again: what tells the record at one position from any other log's, for whatever is derived from a log and
kept beside it.
"""

from hashlib import sha256

from shared.instants import NEVER
from shared.log.base import Log
from shared.topics import ALL


def mark(log: Log, partition: int, position: int) -> str:
    """Of the record at that position, of whatever topic; empty where there is none. Raises Unavailable."""
    found, _ = log.read(partition, ALL, dict.fromkeys(ALL, position - 1), NEVER, 1)
    marked = [f"{each.home_id} {each.id} {each.contenthash}" for each in found if each.position == position]
    return sha256("".join(marked).encode()).hexdigest() if marked else ""
