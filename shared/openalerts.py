"""Alerts that are open, as a monitor keeps them, and the telling of what happens to them at one instant.

Which alert opens, worsens or closes, and why, is the services'; the bytes are `shared.alerting`'s.
"""

from typing import Any

from shared import alerting
from shared.alerting import Resolution
from shared.instants import Instant
from shared.monitor import Effect


class OpenAlert:
    """An alert that is open."""

    __slots__ = ("facts", "id", "level", "since")

    def __init__(self, id: str, since: Instant, facts: dict[str, Any], level: int = 1) -> None:  # noqa: A002
        self.id = id
        self.since = since
        self.facts = facts
        self.level = level

    def state(self) -> list[Any]:
        """Its form at rest: what it is made from again."""
        return [self.id, self.since, self.facts, self.level]


class Telling:
    """Tells of alerts of one home at the instant `at`, because of the fact `fact_id` (None: of time)."""

    __slots__ = ("_service", "at", "effects", "fact_id", "home_id")

    def __init__(self, service: str, home_id: str, at: Instant, fact_id: str | None = None) -> None:
        self._service = service
        self.home_id = home_id
        self.at = at
        self.fact_id = fact_id
        self.effects: list[Effect] = []

    def raised(
        self,
        kind: str,
        subject: dict[str, str],
        since: Instant,
        facts: dict[str, Any],
        *,
        deadline: Instant | None = None,
        which: str | None = None,
    ) -> str:
        """An alert is raised; its id. `subject`, `which`: see `shared.alerting.raised`."""
        effect = alerting.raised(
            self._service, kind, self.home_id, subject, since, self.at, facts, deadline, which
        )
        self.effects.append(effect)
        id_: str = effect.event["subject"]
        return id_

    def worsened(self, alert: OpenAlert) -> None:
        """The alert has come to its next level, with its facts as they stand."""
        alert.level += 1
        self.effects.append(
            alerting.worsened(self._service, self.home_id, alert.id, alert.level, self.at, alert.facts)
        )

    def resolved(self, alert: OpenAlert, how: Resolution) -> None:
        """The alert is closed."""
        self.effects.append(
            alerting.resolved(self._service, self.home_id, alert.id, self.at, how, self.fact_id)
        )
