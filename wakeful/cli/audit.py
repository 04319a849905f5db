"""`wakeful audit`: were the alerts raised that had to be raised, and no others? The inputs of the log are replayed, and
what comes out is compared, byte by byte, with what the checks service published.

    1. Read the ledger: everything of before `published` is in the log, or is missing.
    2. Replay the facts of before that instant, by the loop that the service runs, and put the clock there.
    3. Read the alerts of before that instant which the service published.
    4. List every difference. One that a recorded swap of a read model accounts for is *explained*.

The log and the read models are only read, also while `wakeful up` runs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson
import typer

from wakeful.cli.errors import WRONG, Failure, say
from wakeful.cli.folder import reading_log, reading_views, settings_of
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from shared.log.base import Log, Record
    from shared.monitor import Effect
    from shared.store.ledger import Entry

SERVICE: Final = "checks"
SOURCE: Final = f"wakeful/{SERVICE}"
NEVER_RAISED: Final = "due and never raised"
WITHOUT_CAUSE: Final = "raised without cause"
DIFFERS: Final = "differing bytes"
_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One event of an alert's life that is not as it should be."""

    what: str
    home_id: str
    alert_id: str
    event_id: str
    type: str
    at: str

    def __str__(self) -> str:
        return f"{self.what}: {self.type} {self.event_id} of alert {self.alert_id}, home {self.home_id}, at {self.at}"

    def shown(self) -> dict[str, str]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Audited:
    """What came of an audit."""

    until: str
    """What happened before this instant was compared."""
    compared: int = 0
    """Events of alerts that were published."""
    differences: list[Difference] = field(default_factory=list)
    explained: list[Difference] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    """Homes that are not watched: what should have been raised for them nobody knows."""


def audit(json: Json = False, data: Data = None) -> None:
    """Replay the log and compare with the alerts that were published.

    Lists every difference (exit 1); where there is none, tells how many were compared.
    """
    folder = settings_of(data).data
    with (
        reading_log(folder) as log,
        reading_views(folder) as views,
        progress("replaying", log.end()) as reached,
    ):
        found = audited(log, views, reached)
    if json:
        write_json(_json(found))
    else:
        _tell(found)
    if found.differences or found.set_aside:
        raise typer.Exit(WRONG)


def audited(log: "Log", views: "Engine", reached: Callable[[int], None] = lambda _position: None) -> Audited:
    """The audit itself. Raises Failure where there is nothing that could be compared."""
    from shared.instants import show_instant

    with views.connect() as connection:
        entry = _entry(connection)
        aside = _aside(connection)
    swaps = _swaps(log)
    due, failed = _due(log, entry.published, reached)
    published = _published(log, entry.published)
    found = Audited(show_instant(entry.published), len(published), set_aside=sorted({*aside, *failed}))
    for each in _differences(due, published):
        (found.explained if _explains(swaps, each) else found.differences).append(each)
    return found


def _entry(connection: "Connection") -> "Entry":
    from services.checks.model import ChecksMonitor
    from shared.store import ledger

    entry = ledger.find(connection, SERVICE, 0)
    if entry is None:
        raise Failure("the checks service has never run on this folder; start `wakeful up`, then audit")
    if entry.version != ChecksMonitor.version:
        raise Failure("the checks service is being rebuilt; let `wakeful up` end that, then audit")
    return entry


def _due(log: "Log", until: int, reached: Callable[[int], None]) -> tuple[dict[str, bytes], list[str]]:
    """What should have been told before `until`, by event id; and the homes that this very replay set aside."""
    from services.checks.model import ChecksMonitor
    from shared.course import Course, TrustedSeen
    from shared.log.base import fact_of
    from shared.runner.names import Names
    from shared.runner.rejection import decoded

    monitor = ChecksMonitor()
    names = Names(log.named, lambda: course.clock)
    course = Course(monitor, TrustedSeen(), names.named)
    due: dict[str, bytes] = {}
    records, positions = log.read(0, monitor.topics, {}, until, _LIMIT)
    while records:
        facts = [fact for _, fact in decoded(0, records, fact_of)[0]]
        names.look_up(facts)
        _first(due, course.take(facts).effects, until)
        reached(records[-1].position)
        records, positions = log.read(0, monitor.topics, positions, until, _LIMIT)
    _first(due, course.reach(until).effects, until)
    return due, sorted(course.aside)


def _first(due: dict[str, bytes], effects: "Iterable[Effect]", until: int) -> None:
    """Of an id the first event stands in a log."""
    from shared.events.canonical import canonical

    for effect in effects:
        if effect.at < until:
            due.setdefault(effect.id, canonical(effect.event))


def _published(log: "Log", until: int) -> dict[str, bytes]:
    """What the service has told of before `until`, by event id."""
    from shared.instants import parse_instant
    from shared.topics import ALERTS

    told: dict[str, bytes] = {}
    for record in _all(log, ALERTS):
        event = orjson.loads(record.body)
        if event["source"] == SOURCE and parse_instant(event["time"]) < until:
            told.setdefault(record.id, record.body)
    return told


def _differences(due: dict[str, bytes], published: dict[str, bytes]) -> list[Difference]:
    found = [_difference(NEVER_RAISED, due[id_]) for id_ in due.keys() - published.keys()]
    found += [_difference(WITHOUT_CAUSE, published[id_]) for id_ in published.keys() - due.keys()]
    both = due.keys() & published.keys()
    found += [_difference(DIFFERS, published[id_]) for id_ in both if due[id_] != published[id_]]
    return sorted(found, key=lambda each: (each.at, each.alert_id, each.event_id))


def _difference(what: str, body: bytes) -> Difference:
    event = orjson.loads(body)
    return Difference(what, event["homeid"], event["subject"], event["id"], event["type"], event["time"])


def _explains(swaps: Sequence[dict[str, Any]], each: Difference) -> bool:
    """Whether a recorded swap accounts for it: it names the alert; or it came from other rules, or brought a home back,
    and so only told what was still open by then."""
    from shared.instants import parse_instant

    for swap in swaps:
        if each.alert_id in (*swap["raised"], *swap["superseded"]):
            return True
        of_home = swap.get("home_id") in (None, each.home_id)
        anew = "home_id" in swap or swap["from_version"] != swap["to_version"]
        if of_home and anew and parse_instant(each.at) < parse_instant(swap["at"]):
            return True
    return False


def _swaps(log: "Log") -> list[dict[str, Any]]:
    """What is on record of the service's read model having been made anew."""
    from shared.topics import SWAPS

    swaps = (orjson.loads(record.body)["data"] for record in _all(log, SWAPS))
    return [swap for swap in swaps if swap["service"] == SERVICE]


def _all(log: "Log", topic: str) -> "Iterator[Record]":
    from shared.instants import NEVER

    records, positions = log.read(0, [topic], {}, NEVER, _LIMIT)
    while records:
        yield from records
        records, positions = log.read(0, [topic], positions, NEVER, _LIMIT)


def _aside(connection: "Connection") -> list[str]:
    from shared.store import asides

    return [each.home_id for each in asides.of_service(connection, SERVICE, 0)]


def _json(found: Audited) -> dict[str, Any]:
    return {
        "until": found.until,
        "compared": found.compared,
        "differences": [each.shown() for each in found.differences],
        "explained": [each.shown() for each in found.explained],
        "set_aside": found.set_aside,
    }


def _tell(found: Audited) -> None:
    for each in found.differences:
        write_line(str(each))
    for each in found.explained:
        write_line(f"explained by a recorded swap: {each}")
    for home_id in found.set_aside:
        say(f"home {home_id} is set aside, nobody watches it; see `wakeful doctor`")
    verdict = f"{len(found.differences)} differ" if found.differences else "no difference"
    write_line(f"{found.compared} events of alerts compared, up to {found.until}: {verdict}")


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful audit --json")(audit)
