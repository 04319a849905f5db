"""When a home was heard of: every check-in and night-cover fact, by its `appended_at`. Pure.

Kept as stretches without a silence; what lies before anything that can still be decided is forgotten.
"""

from typing import Any, Final

from shared.instants import MINUTE, Instant

SILENT_AFTER: Final = 15 * MINUTE
"""*No check-in or night-cover fact from a home for 15 min.*"""


class Hearing:
    """Stretches: (first instant, the fact of it, last instant), more than `SILENT_AFTER` apart."""

    __slots__ = ("_forgot", "_stretches")

    def __init__(self, forgot: bool = False, stretches: list[list[Any]] | None = None) -> None:
        self._forgot = forgot  # whether there was more before
        self._stretches: list[list[Any]] = stretches or []

    def hear(self, at: Instant, fact_id: str, settled: Instant) -> None:
        """A fact of the home. `settled`: what lies before it will not be asked for any more."""
        stretches = self._stretches
        if stretches and at - (last := stretches[-1])[2] <= SILENT_AFTER:
            if at > last[2]:
                last[2] = at
        else:
            stretches.append([at, fact_id, at])
        if len(stretches) > 1:
            self.forget(settled)

    def forget(self, settled: Instant) -> None:
        """Only the last stretch that began before `settled`, and what follows, is asked for."""
        while len(self._stretches) > 1 and self._stretches[1][0] < settled:
            del self._stretches[0]
            self._forgot = True

    def silence(self, since: Instant) -> tuple[Instant, Instant | None]:
        """The first instant, from `since` on, at which nothing was heard for `SILENT_AFTER`; and when something was
        heard last before it (None: nobody knows of anything)."""
        at, last = since, None
        for first, _, end in self._stretches:
            if at < first:
                break
            at, last = max(at, end + SILENT_AFTER), end
        return at, last

    def after(self, at: Instant) -> tuple[Instant, str] | None:
        """What was heard first after the silence that reigned at `at`, with its fact."""
        return next(((first, fact_id) for first, fact_id, _ in self._stretches if first > at), None)

    def state(self) -> list[Any]:
        """Its form at rest; empty where nothing was heard."""
        return [self._forgot, [list(each) for each in self._stretches]] if self._stretches else []
