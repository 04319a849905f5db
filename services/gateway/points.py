"""The anchor points of a home that were ever assessed, by id: what the door knows of assessments. Pure.

What stands of them (which is open, when its action is due) is the reviews service's.
"""

from collections.abc import Iterable
from typing import Final

_BETWEEN: Final = "\n"  # no id holds a control character


class Points:
    """As one text: there are many homes, and few changes of a point."""

    __slots__ = ("text",)

    def __init__(self, text: str = _BETWEEN) -> None:
        self.text = text

    def __contains__(self, point_id: object) -> bool:
        return f"{_BETWEEN}{point_id}{_BETWEEN}" in self.text

    def add(self, point_ids: Iterable[str]) -> None:
        """These were listed."""
        new = [each for each in point_ids if each not in self]
        self.text = _BETWEEN.join([self.text[:-1], *new, ""]) if new else self.text
