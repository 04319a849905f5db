"""Services that trail behind what the log holds: an audit compares nothing of what they have still to tell, so that it
must not sound as if all were well.

A service may be a moment behind, and the one that decides waits for the others for as long as `blind_after`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared.blind import BLIND_AFTER
from shared.instants import NEVER, Instant, show_instant

if TYPE_CHECKING:
    from shared.log.base import Log
    from shared.store.ledger import Entry

MAY_TRAIL: Final = 2 * BLIND_AFTER
_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Trailing:
    """One of them, in a home-partition: it has told of what was before `published`, and the log goes on to `end`."""

    service: str
    partition: int
    published: Instant
    end: Instant

    def __str__(self) -> str:
        return (
            f"the {self.service} service has told nothing of what was after {show_instant(self.published)} in "
            f"home-partition {self.partition}, and the log goes on to {show_instant(self.end)}"
        )

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "service": self.service,
            "partition": self.partition,
            "published": show_instant(self.published),
            "end": show_instant(self.end),
        }


def trailing(log: "Log", entries: "Iterable[Entry]", inputs: Mapping[str, Sequence[str]]) -> list[Trailing]:
    """Those of these that trail. Of each, what it has not read yet is read. `inputs`: the topics of each service."""
    found = []
    for entry in entries:
        end = max(entry.clock, _end(log, entry, inputs[entry.service]))
        if end - entry.published > MAY_TRAIL:
            found.append(Trailing(entry.service, entry.partition, entry.published, end))
    return found


def _end(log: "Log", entry: "Entry", topics: Sequence[str]) -> Instant:
    """When the last of what it has not read was appended; 0 where it has read all."""
    end = 0
    records, positions = log.read(entry.partition, topics, entry.positions, NEVER, _LIMIT)
    while records:
        end = records[-1].appended_at
        records, positions = log.read(entry.partition, topics, positions, NEVER, _LIMIT)
    return end
