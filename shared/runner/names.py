"""What facts name (the check that a correction corrects): looked up in the log before the first of them is taken.

Looking up can fail, and a course that has begun to take facts cannot be asked to begin again. What is read in the same
batch is known from the moment it is taken, as to a replay, not from when it was read. No rule lives here.
"""

from collections.abc import Callable, Sequence
from typing import Final

from shared.course import Verdict
from shared.facts import Fact
from shared.instants import Instant
from shared.log.base import Named

NAMES_NOTHING: Final = "check.recorded.v1"
"""Most facts are checks, and are never asked what they name (§3: a check is never refused)."""


class Names:
    """Answers a course's `named`, and hears of what it takes: its `Seen`, for facts whose ids are known to be new.
    Before each `take` of the course: `look_up`."""

    def __init__(self, lookup: Callable[[str, str], Named | None], clock: Callable[[], Instant]) -> None:
        """`lookup`: what was known of an id before these facts, or is known of it by now. `clock`: where the course
        stands."""
        self._lookup = lookup
        self._clock = clock
        self._found: dict[tuple[str, str], Named | None] = {}
        self._coming: dict[tuple[str, str], Instant] = {}
        self._taken: dict[tuple[str, str], Named] = {}

    def look_up(self, facts: Sequence[Fact]) -> None:
        """Find what these facts name. Raises Unavailable; nothing has moved then."""
        wanted: set[tuple[str, str]] = set()
        for fact in facts:
            if fact.type == NAMES_NOTHING or not isinstance(fact.data, dict):
                continue  # nobody validates what the log holds
            event_id = fact.data.get("check_id")
            if isinstance(event_id, str):
                wanted.add((fact.home_id, event_id))
        found = {key: self._lookup(*key) for key in wanted}
        coming = ((fact.home_id, fact.id, fact.appended_at) for fact in facts) if wanted else ()
        self._coming = {(home_id, id_): at for home_id, id_, at in coming if (home_id, id_) in wanted}
        self._found, self._taken = found, {}

    def take(self, fact: Fact) -> Verdict:
        """It is new, and known from here on."""
        if self._coming and (key := (fact.home_id, fact.id)) in self._coming:
            self._taken[key] = Named(fact.id, fact.type, fact.subject, fact.appended_at)
        return "new"

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What was known under this id when the course came to where it is: nobody knew more when the fact was new."""
        key = (home_id, event_id)
        if key in self._taken:
            return self._taken[key]
        found = self._found.get(key)
        if found is None or found.appended_at > self._clock():
            return None
        return found if found.appended_at < self._coming.get(key, found.appended_at + 1) else None
