"""Which home-partition a home lies in: Java's murmur2 of its id, as every Kafka client does it by default, so that
whatever another tool writes under the same key lies where we look for it.

The same for every topic. How many partitions there are is a setting, fixed once topics are made.
"""

from functools import lru_cache
from typing import Final

from kafka.partitioner.default import murmur2

_POSITIVE: Final = 0x7FFFFFFF


@lru_cache(maxsize=1 << 16)
def partition_of(home_id: str, partitions: int) -> int:
    """The home-partition of a home, of so many."""
    hashed: int = murmur2(home_id.encode())
    return (hashed & _POSITIVE) % partitions
