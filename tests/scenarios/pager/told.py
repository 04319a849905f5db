"""A night of on-call through the engine's own decisions: who is told of what, as which one message, and what is not.

    night.policy(["on_duty"], ["A"])
    night.until("22:17").missed()
    night.page("check_missed", to="W1", at="22:17")
    night.until("22:20").page("check_missed", to="A", at="22:20")

The real monitor, desk, planner, chain, verdict, gathering and outcomes, in virtual time; what was told comes back out
of the log. Only the wire is the story's: a person is reached at once, or is `down`. Monitor and planner die after every
move and come back from their rows. Who is told and was not expected fails the test. Clock texts are UTC.
"""

from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

import orjson
from sqlalchemy import Engine, insert, select, update

from services.pager.channels.base import Outcome, Result
from services.pager.engine import claims, outcomes, rows, tables
from services.pager.engine.lanes import pause
from services.pager.engine.outcomes import Tried
from services.pager.engine.planning import Planner
from services.pager.engine.ports import Ports
from services.pager.engine.share import Share
from services.pager.engine.store import SERVICE, Store
from services.pager.engine.time import PagerTime
from services.pager.engine.turns import Asked, Turn, turn
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import MINUTE, NEVER, SECOND, Duration, Instant, show_instant
from shared.log.base import Draft, Receipt
from shared.store import tables as shared_tables
from shared.store.engine import writing
from shared.store.tables import LEDGER, OPERATIONS, OUTBOX
from shared.topics import PAGES, PLAN_CHANGES
from tests.unit.pager.desk_story import DeskStory

T = TypeVar("T")
EPOCH: Final = 1
SERVICES: Final = ("checks", "cover", "reviews", "integrity", "alerts", SERVICE)
DEFAULTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("PT0S", ("on_duty", "home_phone")),
    ("PT3M", ("rota:manager",)),
    ("PT5M", ("rota:deputy",)),
    ("PT5M", ("rota:responsible", "commissioner")),
)
"""The page's own chain: at 0, +3, +8, +13."""


@dataclass(frozen=True)
class Page:
    """One message that went."""

    at: Instant
    to: str
    purpose: str
    alerts: tuple[str, ...]
    """Worst first."""


@dataclass
class _Item:
    message: rows.Sending
    until: Instant = 0


class PagedNight(DeskStory):
    """H1 is registered, P1 lives there for C1, W1 is on duty."""

    def __init__(self, evening: str = "2026-03-02", morning: str = "2026-03-03") -> None:
        super().__init__(evening, morning)
        for metadata in (shared_tables.METADATA, tables.METADATA):
            metadata.create_all(self.engine)
        self._ledger()
        self._down: set[str] = set()
        self._kinds: dict[str, str] = {}
        self._items: dict[str, _Item] = {}
        self._new: list[Page] = []
        self._updates: list[Page] = []
        self._skipped: list[tuple[Instant, str, str, str]] = []
        self._published = 0
        self._standing: Duration = 0
        self._planner = Planner(_Here(self.engine), self._ports())
        self._share = self._begun()
        self.home().child("P1").shift("W1")

    # -- what happens

    def until(self, clock: str) -> Self:
        """Time goes on, and the log with it."""
        to = self.instant(clock)
        self._settle()
        while self.clock < to:
            then = min(max(self._next(), self.clock + 1), self.clock + 10 * MINUTE, to)
            while self.clock < then:  # nobody is blind
                self.clock = min(self.clock + MINUTE, then)
                self.course.reach(self.clock)
            self._die()
            if self._items or self._share.look_at or self.open():
                self._settle()
        return self

    def jump(self, clock: str) -> Self:
        """The log's present comes there at once: a blind stretch."""
        super().jump(clock)
        return self

    def stands(self, clock: str) -> Self:
        """Time goes on, and the log stands still."""
        to = self.instant(clock)
        self._settle()
        while self.clock + self._standing < to:
            now = self.clock + self._standing
            self._standing = min(max(self._next(), now + 1), now + 5 * SECOND, to) - self.clock
            self._settle()
        return self

    def raised(
        self, kind: str, about: dict[str, str] | None = None, at: str | None = None, **facts: Any
    ) -> str:
        alert_id = super().raised(kind, about, at, **facts)
        self._kinds[alert_id] = kind
        return alert_id

    def missed(self, child: str = "P1") -> str:
        """A check is missed; its alert."""
        return self.raised("check_missed", {"placement_id": child})

    def silent(self, *members: str) -> str:
        """Nothing is heard of the home any more."""
        return self.raised("home_silent", {}, members=sorted(members))

    def usual(self) -> Self:
        """The chain of the page: A, B and C are the manager, the deputy and the responsible individual."""
        for rota, person in (("manager", "A"), ("deputy", "B"), ("responsible", "C")):
            self.rota(rota, person)
        steps = [{"after": after, "who": list(who)} for after, who in DEFAULTS]
        return self.chain(*steps)

    def chain(self, *steps: dict[str, Any], last_resort: str | None = "L") -> Self:
        """A policy, step by step."""
        data = {"steps": list(steps), "repeat_last_every": "PT10M", "last_resort": last_resort}
        return self.fact(PLAN_CHANGES, "on_call.policy_set.v1", data)

    def quiet(
        self,
        start: str,
        end: str,
        covers: dict[str, Any] | None = None,
        second_by: str | None = "S2",
        name: str = "s",
        refused: str | None = None,
    ) -> Self:
        """A silence is set by S1, or is refused for that reason."""
        data = {"silence_id": name, "covers": covers or {}, "from": self.text(start), "until": self.text(end)}
        data |= {"reason": "drill"} | ({} if second_by is None else {"second_by": second_by})
        self._told += 1
        fact = Fact(
            PLAN_CHANGES, self.clock, "H1", f"f{self._told}", "silence.set.v1", "H1", "test", "S1", self.clock,
            self.clock, data,
        )  # fmt: skip
        turn = self.course.take([fact])
        assert [each.reason.reason for each in turn.refused] == ([] if refused is None else [refused])
        return self._die()

    def loud(self, name: str = "s") -> Self:
        """A silence is ended."""
        return self.fact(PLAN_CHANGES, "silence.ended.v1", {"silence_id": name})

    def down(self, *people: str) -> Self:
        """Nothing that is sent to these arrives."""
        self._down.update(people)
        return self

    def back(self, *people: str) -> Self:
        """It arrives again."""
        self._down.difference_update(people)
        return self

    # -- what must be heard

    def page(self, *kinds: str, to: str | tuple[str, ...], at: str) -> Self:
        """These, each, get one message then, of these alerts, worst first; nobody was told of anything before."""
        self._settle()
        for person in (to,) if isinstance(to, str) else to:
            expected = f"{self._shown(self.instant(at))} {person}: {' + '.join(kinds)}"
            same = [each for each in self._new if each.at == self._new[0].at]
            words = [self._words(each) for each in same]
            assert expected in words, f"expected {expected}; heard next: {words or 'nothing'}"
            self._new.remove(same[words.index(expected)])
        return self

    def nobody(self) -> Self:
        """So far nobody else was told."""
        self._settle()
        assert [self._words(each) for each in self._new] == [], "told, but not expected"
        return self

    def skipped(self, alert_id: str, why: str, to: str, at: str) -> Self:
        """That is on record."""
        self._settle()
        expected = (self.instant(at), to, alert_id, why)
        assert expected in self._skipped, f"recorded: {self._skipped}"
        self._skipped.remove(expected)
        return self

    def update(self, to: str, at: str) -> Self:
        """He hears what became of what he was told."""
        self._settle()
        found = [each for each in self._updates if (each.to, each.at) == (to, self.instant(at))]
        assert found, [self._words(each) for each in self._updates]
        self._updates.remove(found[0])
        return self

    def operations(self) -> list[str]:
        """What whoever runs the system is told of, open now."""
        with self.engine.connect() as connection:
            return list(connection.scalars(select(OPERATIONS.c.kind).where(OPERATIONS.c.resolved.is_(None))))

    def pages_of(self) -> list[Page]:
        """All that was not asked for yet."""
        self._settle()
        heard, self._new = self._new, []
        return heard

    def close(self) -> None:
        self.nobody()
        super().close()

    # -- the engine

    def _settle(self) -> None:
        """Until nothing more is to be told now."""
        for _ in range(100):
            self._ledger()
            messages = [*self._round(self._share), *self._round(self._share)]
            self._items |= {message.key: _Item(message) for message in messages}
            went = [self._turn(person) for person in sorted(self._due())]
            if not messages and not any(went) and not self._share.todo:
                if self._standing or not self.dies:  # for how long it has stood still is in memory alone
                    break
                before = set(self._items)
                self._share = self._begun()
                if set(self._items) == before:
                    break
            self._from_the_log()
        else:
            raise AssertionError("the engine does not come to rest")

    def _due(self) -> set[str]:
        now = self._now()
        return {item.message.person for item in self._items.values() if item.until <= now}

    def _now(self) -> Instant:
        return self.clock + self._standing

    def _turn(self, person: str) -> bool:
        now = self._now()
        mine = [item for item in self._items.values() if item.message.person == person and item.until <= now]
        asked = Asked(person, "story", [item.message for item in mine], {0: EPOCH}, now, now, lease=MINUTE)
        with writing(self.engine) as connection:
            made = turn(connection, asked)
        for message in made.skipped:
            del self._items[message.key]
            row = self._row(message.key)
            if message.purpose != "update":
                self._skipped.append((now, person, message.alert_id, str(row.skipped)))
        if made.going:
            self._deliver(asked, made)
        for item in mine:
            if not made.going and item.message.key in self._items:
                item.until = made.held.get(item.message.key, made.look_again)
        for message in (*made.going, *made.skipped):
            self._share.todo[message.alert_id] = None
        return bool(made.going or made.skipped)

    def _deliver(self, asked: Asked, made: Turn) -> None:
        down = asked.person in self._down
        outcome = Outcome(Result.LATER, "down") if down else Outcome(Result.SENT)
        wait = pause(max(message.attempts for message in made.going), None)
        tried = [Tried("post", outcome)]
        with writing(self.engine) as connection:
            outcomes.mark(connection, made.going, tried, asked.now, asked.now + wait)
            claims.release(connection, asked.person, asked.me)
        for message in made.going:
            if down:
                self._items[message.key] = _Item(replace(message, failed=True), asked.now + wait)
            else:
                del self._items[message.key]
        if not down:
            purpose = made.going[0].purpose
            page = Page(asked.now, asked.person, purpose, tuple(each.alert_id for each in made.going))
            (self._updates if purpose == "update" else self._new).append(page)

    def _from_the_log(self) -> None:
        """What was told comes back out of the log; while that stands still it waits."""
        if self._standing:
            return
        with self.engine.connect() as connection:
            query = select(OUTBOX.c.number, OUTBOX.c.body).where(OUTBOX.c.number > self._published)
            told = list(connection.execute(query.order_by(OUTBOX.c.number)))
        for number, body in told:
            self._published = number
            self._take(fact_of_event(PAGES, self.clock, orjson.loads(body)))

    def _next(self) -> Instant:
        waits = [item.until for item in self._items.values()]
        coming = (at for at in (*waits, *self._share.look_at.values()) if at > self._now())
        return min(coming, default=NEVER)

    def _begun(self) -> Share:
        """A planner that knows nothing but the rows."""
        share = Share(0, EPOCH, PagerTime(MINUTE))
        self._share = share
        _run(self._planner.watch(share))
        for message in _run(self._planner.begin(share)).messages:
            self._items.setdefault(message.key, _Item(message))
        for _ in range(2):
            self._items |= {message.key: _Item(message) for message in self._round(share)}
        return share

    def _round(self, share: Share) -> Sequence[rows.Sending]:
        """A round, and what it wants to know of the log's end."""
        made = _run(self._planner.round(share))
        if (published := share.time.asks()) is not None:
            share.time.asked(published, 0)
        return made.messages

    def _ports(self) -> Ports:
        return Ports(
            held=dict, channels={}, reach=lambda _: (), compose=lambda _: None, admins=lambda: ["admin"],
            log=_NoLog(), ends=lambda _: 0, wall=self._now, monotonic=self._now,
        )  # fmt: skip

    def _ledger(self) -> None:
        with writing(self.engine) as connection:
            known = set(connection.scalars(select(LEDGER.c.service)))
            at = {"clock": self.clock, "published": self.clock}
            for service in SERVICES:
                if service not in known:
                    key = {"service": service, "partition": 0, "epoch": EPOCH, "positions": "{}"}
                    connection.execute(insert(LEDGER).values(key | at | {"version": 1}))
            connection.execute(update(LEDGER).values(at))

    def _row(self, key: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(select(tables.MESSAGES).where(tables.MESSAGES.c.key == key)).one()

    def _words(self, page: Page) -> str:
        kinds = " + ".join(self._kinds[alert_id] for alert_id in page.alerts)
        return f"{self._shown(page.at)} {page.to}: {kinds}"

    def _shown(self, at: Instant) -> str:
        return show_instant(at)[11:].removesuffix(".000Z")


class _Here(Store):
    """No thread: what is asked is done at once."""

    def __init__(self, engine: Engine) -> None:
        self._here = engine

    async def write(self, work: Any) -> Any:
        with writing(self._here) as connection:
            return work(connection)

    async def read(self, work: Any) -> Any:
        with self._here.connect() as connection:
            return work(connection)


class _NoLog:
    def append(self, drafts: Iterable[Draft]) -> list[Receipt]:
        raise AssertionError("nothing is published but by the story")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """What never waits is done at its first step."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waits")
