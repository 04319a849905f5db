"""Looks for homes whose on-call has a hole, and keeps operations' entries of it (`rota_gap`). No thread, no clock.

    1. Homes whose on-call has changed since the last look, and those that were looked at an hour ago, a few at a time.
    2. What is wrong with each, by its rows (`services.pager.oncall.problems`).
    3. In one transaction: what is over is resolved, what is new is raised, the words of what goes on are kept current.

Whoever runs the pager calls `look` now and then; who is told of an entry, and how, is not decided here.
"""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from services.pager import desk_rows
from services.pager.desk import DeskHome
from services.pager.oncall.problems import Problem, problems, same
from services.pager.tables import HOMES
from shared.instants import HOUR, Duration, Instant
from shared.store import operations
from shared.store.engine import writing
from shared.store.tables import OPERATIONS

EVERY: Final[Duration] = HOUR
"""How long a home that nobody changes is not looked at: a gap comes into sight by time alone."""
AT_ONCE: Final = 50
"""Homes a look: whoever calls has pages to send."""


class RotaWatch:
    """Looks after the homes of one home-partition. `views`: the pager's, with what all services share."""

    def __init__(self, views: Engine, partition: int = 0) -> None:
        self._views = views
        self._partition = partition
        self._seen = -1
        """The last change of on-call that was looked at."""
        self._times: list[tuple[Instant, str]] = []
        self._due: dict[str, Instant] = {}
        self._begins: dict[tuple[str, str], Instant | None] = {}
        """When the open problem of a home and subject begins, or began; what an earlier process raised is not here."""

    def look(self, now: Instant) -> bool:
        """Look at what is to be looked at now; True: there is more of it. `now`: the wall's. Raises what the database
        raises; the next look begins where this one did."""
        with self._views.connect() as connection:
            changed = self._changed(connection)
            ids = [home_id for home_id, _ in changed] or self._past(now)
            known = [desk_rows.home(connection, home_id) for home_id in ids]
        self._settle([home for home in known if home.provider_id is not None], now)
        for home_id in ids:
            self._due[home_id] = now + EVERY
            heappush(self._times, (now + EVERY, home_id))
        self._seen = max((n for _, n in changed), default=self._seen)
        return len(ids) == AT_ONCE or bool(changed)

    def _changed(self, connection: Connection) -> list[tuple[str, int]]:
        mine = HOMES.c.partition == self._partition
        last = connection.execute(select(func.max(HOMES.c.changed)).where(mine)).scalar() or 0
        if last < self._seen:  # the rows were made anew, and counted again from the start
            self._seen = -1
        query = select(HOMES.c.home_id, HOMES.c.changed).where(mine, HOMES.c.changed > self._seen)
        found = connection.execute(query.order_by(HOMES.c.changed).limit(AT_ONCE))
        return [(home_id, changed) for home_id, changed in found]

    def _past(self, now: Instant) -> list[str]:
        """Homes whose hour is over. They stay due until they have been settled."""
        found: list[str] = []
        taken: list[tuple[Instant, str]] = []
        while self._times and self._times[0][0] <= now and len(found) < AT_ONCE:
            due, home_id = heappop(self._times)
            if self._due[home_id] == due:  # else it was looked at since
                found.append(home_id)
                taken.append((due, home_id))
        for each in taken:
            heappush(self._times, each)
        return found

    def _settle(self, homes: Iterable[DeskHome], now: Instant) -> None:
        found = {home.home_id: {each.subject: each for each in problems(home, now)} for home in homes}
        if not found:
            return
        with writing(self._views) as connection:
            for home_id, wrong in found.items():
                self._settle_home(connection, home_id, wrong, now)

    def _settle_home(
        self, connection: Connection, home_id: str, wrong: Mapping[str, Problem], now: Instant
    ) -> None:
        opened = {
            row.service: row
            for row in connection.execute(
                select(OPERATIONS).where(
                    OPERATIONS.c.kind == operations.ROTA_GAP,
                    OPERATIONS.c.home_id == home_id,
                    OPERATIONS.c.resolved.is_(None),
                )
            )
        }
        for subject, entry in opened.items():
            problem = wrong.get(subject)
            if problem is None or not self._goes_on(home_id, problem, now):
                operations.resolve(connection, operations.ROTA_GAP, subject, home_id, now)
            elif problem.detail != entry.detail:
                _raise(connection, home_id, problem, entry.since)
        for subject, problem in wrong.items():
            if subject not in opened:
                _raise(connection, home_id, problem, now)
            elif not self._goes_on(home_id, problem, now):
                _raise(connection, home_id, problem, max(now, opened[subject].since + 1))
        for subject in {*opened, *wrong}:
            self._begins.pop((home_id, subject), None)
        self._begins.update({(home_id, each.subject): each.begins for each in wrong.values()})

    def _goes_on(self, home_id: str, problem: Problem, now: Instant) -> bool:
        key = (home_id, problem.subject)
        return key not in self._begins or same(self._begins[key], problem, now)


def _raise(connection: Connection, home_id: str, problem: Problem, since: Instant) -> None:
    operations.raise_once(connection, operations.ROTA_GAP, problem.subject, home_id, since, problem.detail)
