"""What is to be sent, of one home-partition: asks the chain of each alert that may have something to say.

    1. Read: the ledger's rows (the time), what has changed on the desk, what became of messages. While the log stands
       still, it is kept now and then for how long.
    2. Take the alerts that have changed, of which something was heard, or whose time has come; a few hundred at once.
    3. Ask the chain (`services.pager.chain`) of each, with its home as it stands.
    4. In one transaction, as the owner: the chains, new messages as `queued`, steps that nobody was reached by.
    5. Only now remember it, and give the new messages to the lanes.

One round runs at a time. What it knows beside the rows it can read from them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog
from sqlalchemy import Connection

from services.pager import desk_rows
from services.pager.chain.chain import decide
from services.pager.chain.parts import ADMINS, Case, Chain, People, Queued, Reason, found
from services.pager.chain.updates import updates
from services.pager.desk import DeskAlert, DeskHome
from services.pager.engine import outcomes, rows, timing, undelivered
from services.pager.engine.due import Due, due
from services.pager.engine.ports import Ports
from services.pager.engine.share import FIRST, Share
from services.pager.engine.standing import stands
from services.pager.engine.store import Store, guard
from services.pager.oncall import looking
from shared.instants import MINUTE, SECOND, Duration, Instant
from shared.monitor import Effect
from shared.store import outbox

AT_ONCE: Final = 400
"""Alerts a round at most: the first pages of a storm go before the last are looked at, and what is left is looked at in
ever larger rounds."""
LOOK_AT_HELD: Final[Duration] = 10 * SECOND
"""How soon what a silence holds back is looked at again."""
LOOK_ALL: Final[Duration] = MINUTE
"""How often all that is open is looked at, whether it has changed or not."""

_log = structlog.get_logger("pager")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a round has decided, until it is written."""

    chains: list[rows.ChainRow] = field(default_factory=list)
    looks: dict[str, Instant] = field(default_factory=dict)
    messages: list[rows.Sending] = field(default_factory=list)
    told: list[Effect] = field(default_factory=list)
    raised: list[undelivered.Raised] = field(default_factory=list)
    resolved: set[str] = field(default_factory=set)
    """Homes where nobody waits to be told any more."""

    @property
    def writes(self) -> bool:
        """Whether there is anything to write: most looks change nothing."""
        return bool(self.chains or self.messages or self.told or self.raised or self.resolved)

    def add(self, part: "_Plan") -> None:
        """What one alert has come to."""
        self.chains.extend(part.chains)
        self.looks.update(part.looks)
        self.messages.extend(part.messages)
        self.told.extend(part.told)
        self.raised.extend(part.raised)
        self.resolved.update(part.resolved)


class Planner:
    """The rounds."""

    def __init__(self, store: Store, ports: Ports) -> None:
        self._store = store
        self._ports = ports
        self._admins: Sequence[str] | None = None

    async def round(self, share: Share) -> Due:
        """One round. Raises LostOwnership."""
        now = await self._store.read(lambda connection: self._read(connection, share))
        await timing.keep(self._store, self._ports, share)
        share.todo |= dict.fromkeys(share.due(now))
        ids = list(share.todo)[: share.stride]
        share.stride = min(4 * share.stride, AT_ONCE) if len(ids) < len(share.todo) else FIRST
        for id_ in ids:  # before anything of them is read: what is heard from here on is looked at again
            del share.todo[id_]
        if not ids and not share.sweeps:
            return Due()
        try:
            plan = await self._store.read(lambda connection: self._decided(connection, share, ids))
            new = Due()
            if plan.writes:
                new = await self._store.write(lambda connection: self._save(connection, share, plan))
        except BaseException:
            share.todo |= dict.fromkeys(ids)
            raise
        for row in plan.chains:
            id_ = row.chain.alert_id
            if row.done:
                share.chains.pop(id_, None)
            else:
                share.chains[id_] = row.chain
        for id_, at in plan.looks.items():
            share.again(id_, at)
        share.unreached.update(each.home_id for each in plan.raised)
        share.unreached -= plan.resolved
        return new

    async def watch(self, share: Share) -> None:
        """Look at the time, of what is not begun yet."""
        await self._store.read(lambda connection: timing.watch(connection, self._ports, share))

    async def begin(self, share: Share) -> Due:
        """What is still to be told, and everything that is open to be looked at."""

        def read(connection: Connection) -> Due:
            share.cursor = desk_rows.last_change(connection, share.partition)
            share.chains = rows.open_chains(connection, share.partition)
            self._all_open(connection, share)
            share.todo |= dict.fromkeys(share.chains)
            share.unreached = undelivered.opened(connection, share.partition)
            return due(connection, rows.waiting(connection, share.partition))

        waiting = await self._store.read(read)
        share.begun = True
        return waiting

    # -- 1 to 3 --------------------------------------------------------------------------------------------

    def _decided(self, connection: Connection, share: Share, ids: Sequence[str]) -> _Plan:
        alerts = desk_rows.read_all(connection, ids)
        homes = desk_rows.homes_of(connection, {alert.home_id for alert in alerts.values()})
        chains = self._chains(connection, share, alerts)
        messages: dict[str, list[rows.Sending]] = {}
        for message in rows.of_alerts(
            connection, [id_ for id_ in alerts if chains[id_].step >= 0 or chains[id_].commissioner]
        ):
            messages.setdefault(message.alert_id, []).append(message)
        plan = _Plan()
        self._admins = None
        for (
            alert
        ) in alerts.values():  # of one that is unknown the rows are being made anew: it comes back changed
            home, theirs = homes[alert.home_id], messages.get(alert.alert_id, [])
            try:
                plan.add(self._look(share, alert, home, chains, theirs))
            except Exception:  # a fault with one alert must not cost the others
                _log.exception("an alert's chain has failed", alert_id=alert.alert_id)
                detail = f"the pager failed at {alert.alert_id}"
                plan.raised.append(undelivered.Raised(alert.home_id, alert.raised_at, detail))
                plan.add(self._look_plainly(share, alert, home, chains, theirs))
        self._mended(connection, share, plan)
        return plan

    def _mended(self, connection: Connection, share: Share, plan: _Plan) -> None:
        """Homes of which it is to be seen whether anybody still waits to be told there."""
        sweeps = share.sweeps and not share.todo
        share.sweeps = share.sweeps and not sweeps
        asked = set(share.unreached) if sweeps else plan.resolved & share.unreached
        asked -= {*share.nobody.values(), *(each.home_id for each in plan.raised)}
        done = {row.chain.alert_id for row in plan.chains if row.done}
        plan.resolved.clear()
        if asked:
            plan.resolved.update(asked - undelivered.waiting(connection, asked, done))

    def _look_plainly(
        self,
        share: Share,
        alert: DeskAlert,
        home: DeskHome,
        chains: Mapping[str, Chain],
        messages: Sequence[rows.Sending],
    ) -> "_Plan":
        """Where the home's own on-call cannot be read: as for a home that has none, so that nobody is left waiting."""
        bare = replace(home, zone="UTC", policy=None, rotas={}, overrides=(), silences=())
        try:
            return self._look(share, replace(alert, policy=None, rotas=None), bare, chains, messages)
        except Exception:
            _log.exception("an alert's chain has failed without its home's on-call", alert_id=alert.alert_id)
            share.nobody[alert.alert_id] = alert.home_id
            again = share.time.best(self._ports.monotonic()) + MINUTE
            return _Plan(looks={alert.alert_id: again})

    def _read(self, connection: Connection, share: Share) -> Instant:
        partition = share.partition
        monotonic = timing.see(connection, self._ports, share)
        if monotonic - share.looked_at_all >= LOOK_ALL:
            self._all_open(connection, share)
        changed = desk_rows.changed_since(connection, partition, share.cursor)
        for alert in changed:
            if alert.state != "resolved" or alert.alert_id in share.chains:
                share.todo[alert.alert_id] = None
        if changed:
            share.cursor = max(alert.changed for alert in changed)
        affected, share.homes_cursor = desk_rows.of_changed_homes(connection, partition, share.homes_cursor)
        share.todo |= dict.fromkeys(affected)
        return share.time.settled(monotonic)

    def _all_open(self, connection: Connection, share: Share) -> None:
        share.looked_at_all = self._ports.monotonic()
        share.sweeps = bool(share.unreached)
        share.todo |= dict.fromkeys(
            alert.alert_id for alert in desk_rows.open_alerts(connection, share.partition)
        )

    def _chains(
        self, connection: Connection, share: Share, alerts: Mapping[str, DeskAlert]
    ) -> dict[str, Chain]:
        """The chains of these, and of those that theirs depend on."""
        wanted = set(alerts)
        for alert in alerts.values():
            if alert.kind == "home_silent":
                wanted.update(alert.facts.get("members", ()))
        known = {id_: share.chains[id_] for id_ in wanted if id_ in share.chains}
        known |= rows.chains_of(connection, wanted - known.keys())
        joined = {chain.joined for chain in known.values() if chain.joined is not None} - known.keys()
        known |= {id_: share.chains[id_] for id_ in joined if id_ in share.chains}
        known |= rows.chains_of(connection, joined - known.keys())
        now = share.time.best(self._ports.monotonic())
        return {id_: found(alert, now) for id_, alert in alerts.items() if id_ not in known} | known

    def _look(
        self,
        share: Share,
        alert: DeskAlert,
        home: DeskHome,
        chains: Mapping[str, Chain],
        messages: Sequence[rows.Sending],
    ) -> _Plan:
        """Step 3, of one alert."""
        plan = _Plan()
        monotonic = self._ports.monotonic()
        before = chains[alert.alert_id]
        chain = stands(before, messages)
        case = Case(
            alert,
            home,
            chain,
            share.time.settled(monotonic),
            self._people(alert, home),
            _others(alert, chain, chains),
        )
        made = decide(case)
        told = [each.person for each in messages if each.may_have_come and each.purpose != "update"]
        news, after = updates(alert, made.chain, told)
        at = share.time.best(monotonic)
        done = made.reason is Reason.RESOLVED
        if after != before or (done and alert.alert_id in share.chains):
            row = rows.ChainRow(after, alert.home_id, share.partition, made.reason.value, done)
            plan.chains.append(row)
        plan.looks[alert.alert_id] = made.look_again
        if made.reason is Reason.SILENCED:  # it may be ended before its time
            plan.looks[alert.alert_id] = min(made.look_again, case.now + LOOK_AT_HELD)
        queue: Sequence[Queued] = (*made.queue, *news)
        plan.messages.extend(rows.sending(alert, share.partition, each, at) for each in queue)
        share.nobody.pop(alert.alert_id, None)
        if made.reason is Reason.NOBODY:
            share.nobody[alert.alert_id] = alert.home_id
        for each in undelivered.reached_nobody(alert, before, chain, made, messages, at):
            if isinstance(each, undelivered.Raised):
                plan.raised.append(each)
            else:
                plan.told.append(each)
        if done or told:
            plan.resolved.add(alert.home_id)
        return plan

    def _people(self, alert: DeskAlert, home: DeskHome) -> People:
        def people(who: Sequence[str], at: Instant) -> list[str]:
            found: list[str] = []
            for name in who:
                found += self._all_admins() if name == ADMINS else looking.behind(home, alert, name, at)
            return list(dict.fromkeys(found))

        return people

    def _all_admins(self) -> Sequence[str]:
        """Looked up once a round: there are hundreds of alerts in it, and thousands of people."""
        if self._admins is None:
            self._admins = self._ports.admins()
        return self._admins

    # -- 4 -------------------------------------------------------------------------------------------------

    def _save(self, connection: Connection, share: Share, plan: _Plan) -> Due:
        guard(connection, {share.partition: share.epoch}, [share.partition])
        rows.put_chains(connection, plan.chains)
        new = rows.put_new(connection, plan.messages)
        outbox.put(connection, outbox.Owner(outcomes.OWNER, share.partition), plan.told)
        at = share.time.best(self._ports.monotonic())
        undelivered.write(connection, plan.raised, plan.resolved, at)
        return due(connection, new)


def _others(alert: DeskAlert, chain: Chain, chains: Mapping[str, Chain]) -> dict[str, Chain]:
    wanted: Sequence[str] = [] if chain.joined is None else [chain.joined]
    if alert.kind == "home_silent":
        wanted = alert.facts.get("members", ())
    return {id_: chains[id_] for id_ in wanted if id_ in chains and id_ != alert.alert_id}
