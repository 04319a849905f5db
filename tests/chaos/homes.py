"""The homes of a chaotic night: what they are called, who lives there, how they are checked, and by whom."""

from collections.abc import Sequence
from random import Random
from typing import Any, Final

from shared.instants import Instant
from shared.log.kafka.partition import partition_of
from tests.integration.house.posting import CHILDREN, check

RULE: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT2S", "grace": "PT0.5S"}
FORGOTTEN_FOR: Final = 5_000
"""Each child is looked in on for twice as long, and then forgotten for so long, for ever."""
STAFF: Final = tuple(f"sample-worker-{number}" for number in range(60))
"""The door knows them. So many that each of them goes from child to child no faster than people do."""


def children_of(home: str) -> list[str]:
    """Who lives there from the start."""
    return [f"{home}-{number}" for number in range(CHILDREN)]


def looked_in_on(at: Instant, children: Sequence[str]) -> list[str]:
    """The children who are not being forgotten now."""
    return [each for number, each in enumerate(children) if (at // FORGOTTEN_FOR + number) % 3]


def checked(home: str, child: str, random: Random) -> dict[str, Any]:
    """A child seen just now, by somebody."""
    return {**check(home, child), "actor": random.choice(STAFF)}


def homes_outside(partition: int, partitions: int, kind: str, count: int) -> list[str]:
    """So many homes' ids of which none lies in that home-partition."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        home = f"sample-{kind}-{number}"
        if partitions == 1 or partition_of(home, partitions) != partition:
            found.append(home)
        number += 1
    return found
