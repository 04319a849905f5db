"""The checks monitor's state at rest: rows of its read model, and back.

One row a home and one a placement; `state` is JSON that only this module reads, the other columns are for readers.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

import orjson

from services.checks.deadline import Asked
from services.checks.watch import Ring, Seen, Watch
from shared.home import Homes
from shared.home.saved import home_state, placement_state, restore_home, restore_placement
from shared.instants import NEVER, Instant
from shared.monitor import Row

HOMES: Final = "checks_homes"
PLACEMENTS: Final = "checks_placements"


def rows(homes: Homes, told: Iterable[str], changed: Iterable[Watch]) -> Iterator[Row]:
    """The rows of homes whose registration was told, and of watches that have changed, each once."""
    for home_id in told:
        home = homes.homes.get(home_id)
        if home is not None:
            values = {"provider_id": home.provider_id, "zone": home.zone}
            yield Row(HOMES, {"home_id": home_id}, {**values, "state": orjson.dumps(home_state(home))})
    for watch in changed:
        yield _row(watch)


def _row(watch: Watch) -> Row:
    own = watch.own_deadline()
    values = {
        "commissioner_id": watch.commissioner_id,
        "in_force": watch.in_force,
        "room": watch.room,
        "away": None if watch.away is None else watch.away.reason,
        "seen_at": None if watch.known_at == -NEVER else watch.known_at,
        "due_at": None if own == NEVER else own,
        "missed": watch.alert("check_missed") is not None,
        "state": orjson.dumps(_state(watch)),
    }
    return Row(PLACEMENTS, {"home_id": watch.home.id, "placement_id": watch.id}, values)


def _state(watch: Watch) -> list[Any]:
    return [
        placement_state(watch),
        watch.watching,
        tuple(watch.latest),
        tuple(watch.remembered),
        [tuple(check) for check in watch.earlier],
        watch.began,
        watch.quiet,
        watch.anchor,
        watch.demanded,
        [tuple(item) for item in watch.asked],
        watch.items_upto,
        watch.lit,
        {kind: _alert_state(alert) for kind, alert in (watch.alerts or {}).items()},
    ]


def _alert_state(ring: Ring) -> list[Any]:
    told = [ring.id, ring.since, ring.facts, ring.latest, ring.level]
    return [*told, ring.worsens, ring.late, ring.rule_began]


def _alert(state: list[Any]) -> Ring:
    id_, since, facts, latest, level = state[:5]
    ring = Ring(id_, since, facts, level)
    ring.latest = latest
    ring.worsens, ring.late, ring.rule_began = state[5:8]
    return ring


def restored(stored: Iterable[Row], homes: Homes, clock: Instant) -> Iterator[Watch]:
    """The watches of these rows, as they stood at `clock`; their homes, whose rows come first, go into `homes`."""
    for table, key, values in stored:
        state = orjson.loads((values or {})["state"])
        if table == HOMES:
            restore_home(homes, key["home_id"], state)
        else:
            yield _watch(homes, key["home_id"], key["placement_id"], state, clock)


def _watch(homes: Homes, home_id: str, placement_id: str, state: list[Any], clock: Instant) -> Watch:
    watch = cast(Watch, restore_placement(homes, home_id, placement_id, state[0]))
    watch.latest, watch.remembered = Seen(*state[2]), Seen(*state[3])
    watch.earlier = tuple(Seen(*check) for check in state[4])
    watch.began, quiet, watch.anchor, watch.demanded = state[5:9]
    watch.quiet = tuple((seen_at, told) for seen_at, told in quiet)
    watch.lit = state[11]
    for kind, alert in state[12].items():
        watch.opened(kind, _alert(alert))
    if state[1]:
        watch.watching = True
        watch.asked = tuple(Asked(*item) for item in state[9])
        watch.items_upto = state[10]
        watch.reckon(clock)
        watch.ask(clock)
    return watch
