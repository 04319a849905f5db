"""Which of a home's last checks were `manual`, and whose: what `unproved` compares. Pure.

Of each check is kept a number: its worker's, twice, and one more where it was manual. So many of them are kept that the
last 200 of all others can be told for every worker.
"""

from array import array
from collections.abc import Sequence
from typing import Final

from services.integrity.patterns.worker import LAST, OTHERS_LAST

FULL: Final = 1 << LAST
"""A worker's own last checks are the bits of one number, 1 for manual; this bit says that there have been 50."""
OVERFULL: Final = FULL << 1
BITS: Final = FULL - 1
_LONG: Final = 600
_IN_A_BYTE: Final = 128
"""Workers whose numbers are less."""


def code(worker: int, manual: bool) -> int:
    """What is kept of one check."""
    return worker << 1 | manual


def begun() -> int:
    """The bits of a worker without a check: a 1 before them."""
    return 1


def with_one_more(bits: int, manual: bool) -> int:
    """The bits after one more check."""
    bits = bits << 1 | manual
    return bits if bits < OVERFULL else bits & BITS | FULL


def manual_of(bits: int) -> int | None:
    """How many of the last 50 are manual; None: there are not 50 yet."""
    return bits.bit_count() - 1 if bits >= FULL else None


def others_manual(codes: "array[int]", worker: int, at_most: int) -> int | None:
    """How many of the last 200 checks of all other workers are manual; None: there are not 200, or more than
    `at_most` are."""
    others = manual = 0
    for code in reversed(codes):
        if code >> 1 != worker:
            others += 1
            manual += code & 1
            if manual > at_most:
                return None
            if others == OTHERS_LAST:
                return manual
    return None


def is_long(codes: "array[int]") -> bool:
    """Whether it is time to forget some."""
    return len(codes) > _LONG


def tidied(codes: "array[int]") -> "array[int]":
    """What any worker's others may yet be asked for: a check is forgotten once 200 came after it that are all of one
    worker's others."""
    counts: dict[int, int] = {}
    kept: list[int] = []
    for total, code in enumerate(reversed(codes)):
        worker = code >> 1
        most = max((count for each, count in counts.items() if each != worker), default=0)
        if total - most < OTHERS_LAST:
            kept.append(code)
        counts[worker] = counts.get(worker, 0) + 1
    return array(codes.typecode, reversed(kept))


def roomy(codes: "array[int]", worker: int) -> "array[int]":
    """The codes, with room for this worker's: a byte each will do for most homes."""
    return codes if worker < _IN_A_BYTE or codes.typecode != "B" else array("H", codes)


def restored(codes: Sequence[int]) -> "array[int]":
    """The codes of this state."""
    return array("B" if max(codes, default=0) < 2 * _IN_A_BYTE else "H", codes)
