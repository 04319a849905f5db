"""What facts name (the check that a correction corrects), looked up in the log before the first of them is
taken.

Looking up can fail, and a course that has begun to take facts cannot be asked to begin again. No rule lives
here.
"""

from collections.abc import Callable, Iterable

from shared.facts import Fact
from shared.instants import Instant
from shared.log.base import Named


class Names:
    """Answers a course's `named`. Before each `take`: `look_up`."""

    def __init__(self, lookup: Callable[[str, str], Named | None], clock: Callable[[], Instant]) -> None:
        """`clock`: where the course stands."""
        self._lookup = lookup
        self._clock = clock
        self._found: dict[tuple[str, str], Named | None] = {}

    def look_up(self, facts: Iterable[Fact]) -> None:
        """Find what these facts name. Raises Unavailable; nothing has moved then."""
        read = (fact for fact in facts if isinstance(fact.data, dict))  # nobody validates what the log holds
        named = ((fact.home_id, fact.data.get("check_id")) for fact in read)
        wanted = {(home_id, event_id) for home_id, event_id in named if isinstance(event_id, str)}
        self._found = {key: self._lookup(*key) for key in wanted}

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What the log had under this id by the clock of the course: nobody knew more when the fact was
        new."""
        named = self._found.get((home_id, event_id))
        return named if named is not None and named.appended_at <= self._clock() else None
