"""The integrity monitor's state at rest: rows of its read model, and back.

One row a home, with its journal as it stood when the row was written; what was recorded since is a row of its own, so
that an ordinary check writes little. One row a placement. What was raised, and what was decided, is for readers alone.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

import orjson

from services.integrity import proofs, whereabouts
from services.integrity.anomalies import Anomaly, Found
from services.integrity.home import Child, HouseOfRecord, Worker
from services.integrity.journal import SIZE, SPARE
from services.integrity.patterns import edited
from services.integrity.whereabouts import Move, Went
from shared.facts import Fact
from shared.home import Homes, on_record
from shared.home.plans import shared_terms
from shared.home.saved import home_state, placement_state, restore_home, restore_placement
from shared.instants import Instant
from shared.monitor import Row

HOMES: Final = "integrity_homes"
PLACEMENTS: Final = "integrity_placements"
TAILS: Final = "integrity_tails"
ANOMALIES: Final = "integrity_anomalies"
DECISIONS: Final = "integrity_decisions"
TABLES: Final = (HOMES, PLACEMENTS, TAILS, ANOMALIES, DECISIONS)
MEMORY: Final = (HOMES, PLACEMENTS, TAILS)
"""What the monitor comes back from."""


def rows(changed: Iterable[HouseOfRecord]) -> Iterator[Row]:
    """The rows of these homes, and of their placements that have changed."""
    for home in changed:
        journal = home.journal
        key = {"home_id": home.id}
        if home.stale or journal.is_odder or len(journal.recent) - home.saved > SPARE * SIZE:
            yield Row(HOMES, key, _home_values(home))
            for child in home.children:
                if child.changed:
                    child.changed = False
                    yield _placement_row(child)
            home.saved = len(journal.recent)
            home.stale = False
        yield Row(TAILS, key, {"records": bytes(journal.recent[home.saved :])})


def _home_values(home: HouseOfRecord) -> dict[str, Any]:
    state = [
        home_state(home),
        home.record.state(),
        {actor: [worker.number, worker.bits] for actor, worker in home.workers.items()},
        list(home.codes),
        home.journal.state(),
        [
            [*key, *anomaly.state(), anomaly.raised_at, anomaly.decided_at]
            for key, anomaly in home.said.items()
        ],
    ]
    return {
        "provider_id": home.provider_id,
        "zone": home.zone,
        "state": orjson.dumps(state),
        "journal": bytes(home.journal.recent),
    }


def _placement_row(child: Child) -> Row:
    state = [
        placement_state(child),
        child.number,
        [[move.at, move.kind.value, move.check.hex()] for move in child.moves],
        [[since, None if terms is None else terms.text.decode()] for since, terms in child.covers],
        None if child.edits is None else child.edits.state(),
    ]
    return Row(
        PLACEMENTS, {"home_id": child.home.id, "placement_id": child.id}, {"state": orjson.dumps(state)}
    )


def anomaly_row(home: HouseOfRecord, anomaly: Anomaly, found: Found, at: Instant) -> Row:
    """What was raised or worsened, as it stands."""
    child = home.placements.get(found.subject.get("placement_id", ""))
    values = {
        "home_id": home.id,
        "pattern": found.pattern,
        "placement_id": found.subject.get("placement_id"),
        "staff_id": found.subject.get("staff_id"),
        "device": found.subject.get("device"),
        "commissioner_id": None if child is None else child.commissioner_id,
        "since": anomaly.since,
        "raised_at": anomaly.raised_at,
        "changed_at": at,
        "level": anomaly.level,
        "entries": list(found.entries),
        "reason": found.reason,
    }
    return Row(ANOMALIES, {"alert_id": anomaly.id}, values)


def decision_row(fact: Fact) -> Row:
    """Somebody decided; of which alert is for readers to find."""
    values = {
        "alert_id": fact.data["alert_id"],
        "decided_by": fact.data["by"],
        "decided_at": fact.effective_at,
    }
    return Row(DECISIONS, {"home_id": fact.home_id, "response_id": fact.id}, values)


def restored(stored: Iterable[Row], homes: Homes) -> list[HouseOfRecord]:
    """The homes of these rows; a home's row comes before those of what is in it."""
    back: dict[str, HouseOfRecord] = {}
    tails: dict[str, bytes] = {}
    for table, key, values in stored:
        home_id = key.get("home_id", "")
        if table == HOMES:
            back[home_id] = _home(homes, home_id, values or {})
        elif table == PLACEMENTS:
            _child(homes, home_id, key["placement_id"], orjson.loads((values or {})["state"]))
        elif table == TAILS:
            tails[home_id] = (values or {})["records"]
    for home_id, home in back.items():
        home.restored(tails.get(home_id, b""))
    return list(back.values())


def _home(homes: Homes, home_id: str, values: dict[str, Any]) -> HouseOfRecord:
    fold, record, workers, codes, journal, said = orjson.loads(values["state"])
    home = cast(HouseOfRecord, restore_home(homes, home_id, fold))
    home.record = on_record.restored(record)
    for actor, (number, bits) in workers.items():
        home.workers[actor] = worker = Worker(number)
        worker.bits = bits
    home.codes = proofs.restored(codes)
    for worker in home.workers.values():
        home.codes = proofs.roomy(home.codes, worker.number)
    home.journal.restore(values["journal"], journal)
    for pattern, subject, night, id_, since, facts, level, raised_at, decided_at in said:
        anomaly = Anomaly(id_, since, facts, raised_at, level)
        anomaly.decided_at = decided_at
        home.said[pattern, subject, night] = anomaly
    home.stale = False
    return home


def _child(homes: Homes, home_id: str, placement_id: str, state: list[Any]) -> None:
    child = cast(Child, restore_placement(homes, home_id, placement_id, state[0]))
    child.number = state[1]
    moves = tuple(Move(at, Went(kind), bytes.fromhex(check)) for at, kind, check in state[2])
    child.covers = tuple(
        (since, None if text is None else shared_terms(child.home.zone, text.encode()))
        for since, text in state[3]
    )
    child.edits = None if state[4] is None else edited.restored(state[4])
    child.moves = moves
    settled = whereabouts.settled_since(moves)
    if settled is not None:
        child.settled = settled
