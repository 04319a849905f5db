"""What `wakeful doctor` looks at over a broker. Nothing is changed.

Who watches is asked of the ledger, which every worker writes into: it may run on any machine. What cannot be looked at
because the broker or the database is not reached is said once, and then passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Final

from wakeful.cli.health.findings import (
    ANSWER_WITHIN_S,
    Found,
    Look,
    Mark,
    clock_beside,
    homes_aside,
    names_of_settings,
    rebuilds_under_way,
    watchdog,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared.instants import Instant
    from shared.settings import Settings
    from shared.store.ledger import Entry
    from wakeful.cli.apart import Apart

_GATEWAY: Final = "start it: wakeful gateway; or set WAKEFUL_PUBLIC_URL to where phones come in"


def looks(here: "Apart") -> Mapping[str, Look]:
    """In the order in which one thing stands on another."""
    over = _Over(here)
    return {
        "settings": names_of_settings,
        "broker": over.broker,
        "topics": over.topics,
        "database": over.database,
        "master key": over.master_key,
        "door": over.door,
        "clock": over.clock,
        "watch": over.watch,
        "watchdog": watchdog,
        "homes set aside": over.aside,
        "on-call": over.on_call,
        "rebuilds": over.rebuilds,
    }


_Bound = Callable[["_Over", "Settings"], Iterable[Found]]


def _on_the_database(each: _Bound) -> _Bound:
    """Only where the database was found in order."""

    @wraps(each)
    def guarded(self: "_Over", settings: "Settings") -> Iterator[Found]:
        if self.database_stands:
            yield from each(self, settings)
        else:
            yield Mark.NOTE, "not looked at: the database is not in order"

    return guarded


class _Over:
    """The looks, and what the first of them have found."""

    def __init__(self, here: "Apart") -> None:
        self._here = here
        self._reached = False
        self.database_stands = False

    def broker(self, settings: "Settings") -> Iterator[Found]:
        from shared.log.base import Unavailable
        from shared.log.kafka.diagnosis import reach

        try:
            reach(self._here.broker)
        except Unavailable as error:
            yield Mark.WRONG, str(error)
        else:
            self._reached = True
            yield Mark.GOOD, f"{settings.kafka} answers, and so does every node that it names"

    def topics(self, _settings: "Settings") -> Iterator[Found]:
        from shared.log.kafka.topics import TOPICS, check

        if not self._reached:
            yield Mark.NOTE, "not looked at: the broker is not reached"
            return
        wrong = check(self._here.broker)
        for each in wrong:
            found = f"{each.topic}: {each.setting} is {each.found} and has to be {each.wanted}"
            yield Mark.WRONG, found, each.remedy
        if not wrong:
            yield Mark.GOOD, f"{len(TOPICS)}, each of them as it has to be"

    def database(self, _settings: "Settings") -> Iterator[Found]:
        from services.house.database import PARTS
        from shared.settings import SettingsWrong
        from shared.store.engine import make_engine
        from shared.store.outage import is_outage, said
        from shared.store.schema import TooNew, current

        found: list[Found] = []
        try:
            url = self._here.url
            for part in PARTS:
                engine = make_engine(url, schema=(part.schema,))
                try:
                    standing = current(engine, part.scripts, part.version_table)
                finally:
                    engine.dispose()
                if not standing.up_to_date:
                    at = standing.found or "not made yet"
                    what = f"schema {part.schema} is {at}, this Wakeful has {standing.newest}"
                    found.append((Mark.WRONG, what, "run: wakeful migrate"))
        except (SettingsWrong, TooNew) as error:
            found = [(Mark.WRONG, str(error))]
        except Exception as error:
            if not is_outage(error):
                raise
            found = [(Mark.WRONG, said(error, url))]
        self.database_stands = not found
        yield from found or [(Mark.GOOD, f"answers, {len(PARTS)} schemas up to date")]

    @_on_the_database
    def master_key(self, settings: "Settings") -> Iterator[Found]:
        from services.house import database
        from shared.security.keys import MasterKeyUnusable, load_master_key
        from shared.security.keystables import CONTENTHASH, INSTALLATION_KEYS, Wrapping

        engine = database.keys(self._here.url)
        try:
            with engine.connect() as connection:
                row = connection.execute(INSTALLATION_KEYS.select()).first()
        finally:
            engine.dispose()
        if row is None:
            remedy = "`wakeful gateway` makes them; where an installation moves here: wakeful keys import, before that"
            yield Mark.NOTE, "no keys yet", remedy
            return
        try:
            wrapping = Wrapping(load_master_key(settings.master_key_file, make=False))
            if not any(wrapping.opens(each, CONTENTHASH) for each in (row.wrapped, row.rewrapped) if each):
                wrapping.unwrap(row.wrapped, CONTENTHASH)  # says what is wrong
        except MasterKeyUnusable as error:
            yield Mark.WRONG, str(error)
        else:
            yield Mark.GOOD, "there, for nobody else to read, and it opens the keys in the database"

    def door(self, settings: "Settings") -> Iterator[Found]:
        import httpx

        url = f"{settings.url}/readyz"
        try:
            answer = httpx.get(url, timeout=ANSWER_WITHIN_S)
        except httpx.HTTPError as error:
            yield Mark.WRONG, f"{url} does not answer ({type(error).__name__})", _GATEWAY
            return
        if answer.status_code == 200:
            yield Mark.GOOD, f"{url}: it lets people in, and everywhere somebody watches"
        else:
            yield (
                Mark.WRONG,
                f"{url} answers {answer.status_code}: nobody watches",
                "see its log, and `watch` here",
            )

    @_on_the_database
    def clock(self, _settings: "Settings") -> Iterator[Found]:
        last = max((entry.clock for entry in self._entries()), default=0)
        yield (
            clock_beside(last) if last else (Mark.NOTE, "nobody has read anything to compare the clock with")
        )

    @_on_the_database
    def watch(self, settings: "Settings") -> Iterator[Found]:
        """Whether every service watches every home-partition: has begun there, and goes on."""
        from services.monitors import SERVICES
        from shared import clock

        entries, now = self._entries(), clock.now()
        for name, service in SERVICES.items():
            mine = {entry.partition: entry for entry in entries if entry.service == name and entry.clock}
            yield from _watched(name, service.make().version, mine, settings, now)

    @_on_the_database
    def aside(self, _settings: "Settings") -> Iterator[Found]:
        with self._views() as views:
            yield from homes_aside(views)

    @_on_the_database
    def rebuilds(self, _settings: "Settings") -> Iterator[Found]:
        with self._views() as views:
            yield from rebuilds_under_way(views)

    @_on_the_database
    def on_call(self, settings: "Settings") -> Iterator[Found]:
        from wakeful.cli.health.oncall import on_call

        with (
            self._here.access() as access,
            self._here.reading_views("pager") as engine,
            engine.connect() as views,
        ):
            yield from on_call(access.people, views, settings)

    def _entries(self) -> "list[Entry]":
        from shared.store import ledger

        with self._views() as views:
            return ledger.entries(views)

    @contextmanager
    def _views(self) -> "Iterator[Connection]":
        from services.gate import INDEX

        with self._here.reading_views(INDEX) as engine, engine.connect() as connection:
            yield connection


def _watched(
    service: str, version: int, entries: "Mapping[int, Entry]", settings: "Settings", now: "Instant"
) -> Iterator[Found]:
    from shared.instants import show_duration, show_instant

    wanted = range(settings.partitions)
    missing = [partition for partition in wanted if partition not in entries]
    strange = sorted(entries.keys() - set(wanted))
    behind = {p: entry.clock for p, entry in entries.items() if now - entry.clock > settings.blind_after}
    other = {p: entry.version for p, entry in entries.items() if entry.version != version}
    if missing:
        yield (
            Mark.WRONG,
            f"{service} has not begun in home-partition {_listed(missing)}",
            f"run: wakeful worker {service}",
        )
    if behind:
        since = min(behind.values())
        yield (
            Mark.WRONG,
            f"{service} stands still in home-partition {_listed(behind)}, since {show_instant(since)} "
            f"({show_duration(now - since)})",
            f"see whether `wakeful worker {service}` runs, and the door: time goes on only while it lets people in",
        )
    if strange:
        yield (
            Mark.WRONG,
            f"{service} has watched home-partition {_listed(strange)}, and WAKEFUL_PARTITIONS is {settings.partitions}",
            "set it to what the topics have: wakeful topics check",
        )
    if other:
        yield (
            Mark.NOTE,
            f"{service} is of version {_listed(set(other.values()))} in home-partition {_listed(other)}, and this is "
            f"version {version}",
            "workers of this version make its rows again by themselves; if that stands still, see their log",
        )
    if not missing and not behind and not strange:
        age = show_duration(max(0, now - min(entry.clock for entry in entries.values())))
        yield (
            Mark.GOOD,
            f"{service}: all {len(wanted)} home-partitions, {age} behind at most, version {version}",
        )


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
