"""A data folder as a large provider leaves it: 100,000 placements, three a home, half a day of their checks and alerts.

`fill` writes facts straight into the log, by a clock of its own that ends at the machine's, and lets the services'
runners read them. No figure is made here; `bench_restart` starts what this leaves behind. Sample data, all of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from services import monitors
from services.alerts import running as alerts
from services.checks import running as checks
from shared.clock import now
from shared.events.canonical import canonical
from shared.instants import HOUR, MINUTE, SECOND, Duration, Instant, show_duration, show_instant
from shared.log.base import Draft
from shared.log.sqlite import SqliteLog
from shared.runner import Runner
from shared.store.engine import make_engine
from shared.topics import CHECK_INS, PLAN_CHANGES
from shared.web.live import Notifier

CEILING: Final = 2 * HOUR
FORGOTTEN_IN: Final = 100
"""One child in so many is not seen any more after the first round: its alert stays open."""
AWAY_IN: Final = 97
"""One child in so many is on home leave."""
PLANS: Final = 500
"""How many plans there are that differ."""
_BEGINS: Final = -6 * HOUR - 30 * MINUTE
_ROUNDS: Final = (
    (-5 * HOUR, (0, 1)),
    (-3 * HOUR - 12 * MINUTE, (0,)),
    (-2 * HOUR, (1,)),
    (-90 * MINUTE, (0,)),
    (-10 * MINUTE, (0, 1)),
)
"""When children of even (0) and odd (1) numbers are seen, by the end: those of odd numbers are missed once."""
_STEP: Final = 1000
_SEEN: Final = {
    "outcome": "seen",
    "sign_of_life": "breathing",
    "state": "asleep",
    "view": "doorway",
    "proof": "nfc",
}


def fill(folder: Path, placements: int) -> None:
    """Make the folder `folder`: `placements` children, each seen about three times, half of them missed once, and all
    of it read by the services."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    end = now()
    time = [end + _BEGINS]
    log = SqliteLog(folder / "log.sqlite3", always_open=True, clock=lambda: time[0])
    views = make_engine(folder / "views.sqlite3")
    monitors.migrate(views)
    try:
        watch = Runner(log, views, checks.SERVICE)
        watch.start()
        for at, drafts in _night(end, placements):
            time[0] = at
            _read_on(watch)  # what fell due meanwhile
            for some in _steps(drafts):
                log.append(some)
                time[0] += 1
            _read_on(watch)
        time[0] = end
        feed = alerts.make_runner(log, views, Notifier())
        feed.start()
        for runner in (watch, feed):
            _read_on(runner)
    finally:
        log.close()
        views.dispose()


def _read_on(runner: Runner) -> None:
    while runner.turn():
        pass


def _steps(drafts: Iterable[Draft]) -> Iterator[Sequence[Draft]]:
    left = iter(drafts)
    while some := list(islice(left, _STEP)):
        yield some


def _night(end: Instant, placements: int) -> Iterator[tuple[Instant, Iterable[Draft]]]:
    """What is told, and when."""
    children = range(placements)
    at = end + _BEGINS
    yield at, (_home(number, at) for number in range(0, placements, 3))
    yield at + MINUTE, (_stay(child, at) for child in children)
    yield at + 2 * MINUTE, (_plan(child, at) for child in children)
    yield at + 3 * MINUTE, (_leave(child, at, end) for child in children if child % AWAY_IN == 1)
    for turn, (when, parities) in enumerate(_ROUNDS):
        looked_after = (c for c in children if not turn or c % FORGOTTEN_IN)
        seen = [c for c in looked_after if c % 2 in parities and c % AWAY_IN != 1]
        yield end + when, (_check(child, turn, end + when) for child in seen)


def _home(number: int, at: Instant) -> Draft:
    home = f"home-{number // 3}"
    data = {
        "home_id": home,
        "provider_id": f"provider-{number // 3000}",
        "time_zone": "Europe/London",
        "rooms": ["R1", "R2", "R3"],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
        "default_plan": {"checks": [_rule(5 * MINUTE)]},
    }
    return _draft(PLAN_CHANGES, "home.registered.v1", f"r{number}", home, home, at, data)


def _stay(child: int, at: Instant) -> Draft:
    data = {
        "placement_id": f"P{child}",
        "home_id": f"home-{child // 3}",
        "commissioner_id": f"commissioner-{child % 150}",
        "room": f"R{child % 3 + 1}",
        "emergency": False,
        "suicide_risk": child % 20 == 0,
    }
    return _of(child, PLAN_CHANGES, "placement.started.v1", f"s{child}", at, data)


def _plan(child: int, at: Instant) -> Draft:
    cover = {"from": "22:00", "to": "07:00", "waking_staff": 1}
    data = {
        "placement_id": f"P{child}",
        "version": 1,
        "effective_from": show_instant(at),
        "checks": [_rule(5 * MINUTE + child % PLANS * SECOND)],
        "night_cover": cover,
    }
    return _of(child, PLAN_CHANGES, "plan.agreed.v1", f"p{child}", at, data)


def _leave(child: int, at: Instant, end: Instant) -> Draft:
    data = {
        "placement_id": f"P{child}",
        "reason": "home_leave",
        "expected_end": show_instant(end + 24 * HOUR),
    }
    return _of(child, PLAN_CHANGES, "disposition.started.v1", f"d{child}", at, data)


def _check(child: int, turn: int, at: Instant) -> Draft:
    data = {"placement_id": f"P{child}", "room": f"R{child % 3 + 1}", **_SEEN}
    id_ = f"018f3c5e-7a10-7c3e-9a51-{turn:04x}{child:08x}"
    return _of(child, CHECK_INS, "check.recorded.v1", id_, at, data)


def _rule(grace: Duration) -> dict[str, str]:
    return {"from": "00:00", "to": "00:00", "ceiling": show_duration(CEILING), "grace": show_duration(grace)}


def _of(child: int, topic: str, type_: str, id_: str, at: Instant, data: dict[str, Any]) -> Draft:
    return _draft(topic, type_, id_, f"home-{child // 3}", f"P{child}", at, data)


def _draft(
    topic: str, type_: str, id_: str, home: str, subject: str, at: Instant, data: dict[str, Any]
) -> Draft:
    told, hashed = show_instant(at), f"{abs(hash((home, id_))):064x}"
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": f"device/{home}",
        "type": type_,
        "subject": subject,
        "time": told,
        "enteredat": told,
        "homeid": home,
        "actor": f"staff-{home}",
        "datacontenttype": "application/json",
        "contenthash": hashed,
        "data": data,
    }
    return Draft(topic, home, id_, hashed, canonical(event))
