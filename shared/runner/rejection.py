"""How a record that may not stand is told in `wakeful.rejected`: nothing is dropped, and no content is
repeated.

The id is UUIDv5(topic, event id, reason) and the bytes name no service, so that services that see the same
one say it once. Why a fact is refused is `shared.acceptance`'s to say.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from shared.acceptance import Refusal
from shared.course import Refused
from shared.facts import Fact
from shared.log.base import Record
from shared.monitor import Effect
from shared.rejected import TYPE, told

Read: TypeAlias = tuple[Record, Fact]
"""A record, and the fact that it holds."""
__all__ = ["TYPE", "decoded", "refused", "turned_away"]

UNREADABLE: Final = "unreadable"
_UPGRADE: Final = "install the version of Wakeful that wrote it, then rebuild"


def decoded(
    partition: int, records: Sequence[Record], decode: Callable[[Record], Fact]
) -> tuple[list[Read], list[Effect]]:
    """The facts of `records`, and what is told of those that are none (an unknown type or version, or no
    event)."""
    read: list[Read] = []
    rejected: list[Effect] = []
    for record in records:
        try:
            read.append((record, decode(record)))
        except (
            Exception
        ):  # whatever is wrong with one record: the others are read, and it is told, not dropped
            rejected.append(_event(partition, record, UNREADABLE, {"remedy": _UPGRADE}))
    return read, rejected


def turned_away(partition: int, record: Record, reason: Refusal) -> Effect:
    """What is told of a record that was not even asked about in its home."""
    return _event(partition, record, reason.reason, {"field": reason.field, "remedy": reason.remedy})


def refused(partition: int, records: Sequence[Record], refusals: Sequence[Refused]) -> list[Effect]:
    """What is told of facts that acceptance, or their id, refused; `records` holds theirs."""
    if not refusals:
        return []
    of_id = {(record.home_id, record.id): record for record in records}
    return [
        _event(partition, of_id[each.fact.home_id, each.fact.id], each.reason.reason, _said(each))
        for each in refusals
    ]


def _said(each: Refused) -> dict[str, str]:
    return {"field": each.reason.field, "remedy": each.reason.remedy}


def _event(partition: int, record: Record, reason: str, more: dict[str, str]) -> Effect:
    where: dict[str, Any] = {
        "partition": partition,
        "position": record.position,
        "sha256": hashlib.sha256(record.body).hexdigest(),
    }
    return told(record.topic, record.home_id, record.id, record.appended_at, reason, where | more)
