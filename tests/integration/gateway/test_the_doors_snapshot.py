"""A door that begins from its snapshot answers as one that has read all of the log; and the snapshot is disposable."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, update

from services.gateway import filling
from services.gateway.fold import DoorFold
from services.gateway.folded import TOPICS, Folded
from services.gateway.rejected import RejectedFacts
from services.gateway.snapshot import Keeper, Snapshot
from services.gateway.starting import caught_up
from services.gateway.tables import HOMES, STANDING
from shared.acceptance import Refusal
from shared.events.canonical import canonical
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.home.on_record import sessions_state
from shared.home.saved import home_state, placement_state
from shared.instants import NEVER, parse_instant
from shared.log.base import Draft
from shared.log.sqlite import SqliteLog
from shared.security.rights import Actor, HomeRef, Right, Scope
from shared.security.tokens import Kind
from shared.store.engine import make_engine
from shared.topics import REJECTED
from tests.oracle import cover_nights, nights
from tests.oracle.nights import night


class Place:
    """A log, views, and doors that begin over them."""

    def __init__(self, folder: Path) -> None:
        self.now = 0
        self.log = SqliteLog(folder / "log.sqlite3", always_open=True, clock=lambda: self.now)
        self.views: Engine = make_engine(folder / "views.sqlite3")

    def tell(self, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            self.now = parse_instant(line["appended_at"])
            self.log.append([_draft(line)])

    def close(self) -> None:
        self.log.close()
        self.views.dispose()

    def begun(self) -> DoorFold:
        """From the snapshot, if there is one."""
        return caught_up(self.log, self.views)[0]

    def whole(self) -> DoorFold:
        """From the log alone."""
        return caught_up(self.log, None)[0]

    def follow(self) -> None:
        """What the keeper does, each time."""
        follower = Snapshot(self.views).follow(self.log)
        while follower.step():
            pass

    def position(self) -> int:
        return Snapshot(self.views).load(self.log).position


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(filling, "_MUCH", 1)
    opened = Place(tmp_path)
    yield opened
    opened.close()


def _draft(line: dict[str, Any]) -> Draft:
    event = line["event"]
    return Draft(line["topic"], event["homeid"], event["id"], event["id"], canonical(event))


def _fact(line: dict[str, Any]) -> Fact:
    return fact_of_event(line["topic"], parse_instant(line["appended_at"]), line["event"])


def known(fold: DoorFold) -> Any:
    """All that a fold knows. The numbers of promises are left out: only their order matters."""
    with fold.reading() as homes:
        told = {
            home.id: [
                home_state(home)[:5],
                sessions_state(home.sessions),
                [(promise.at, promise.fact.id) for promise in home.promises],
                {
                    child.id: [
                        placement_state(child)[:-1],
                        [(promise.at, promise.fact.id) for promise in child.promises],
                    ]
                    for child in home.placements.values()
                },
            ]
            for home in homes.values()
        }
    folded = fold._folded
    apart = (folded.provider_of, folded.commissioners, folded.aside, folded.next)
    return orjson.loads(orjson.dumps([told, *apart])), {k: set(v) for k, v in folded.homes_of.items()}


def admitted(fold: DoorFold, line: dict[str, Any]) -> Refusal | None:
    """What a door says to a fact; the log takes it only once."""
    return fold.admit(_fact(line))


@pytest.mark.parametrize("seed", range(16))
def test_a_restored_fold_answers_as_one_that_read_the_log_from_its_start(place: Place, seed: int) -> None:
    rnd = Random(seed)
    lines = (cover_nights if seed % 4 else nights).night(seed)
    first, second, third = sorted(rnd.sample(range(1, len(lines)), 3))
    place.tell(lines[:first])
    place.begun()  # makes the snapshot
    place.tell(lines[first:second])
    place.follow()
    place.tell(lines[second:third])
    begun, whole = place.begun(), place.whole()
    if seed % 2:  # else they lie at rest when they are asked
        assert known(begun) == known(whole)
    for line in lines[third:]:
        assert admitted(begun, line) == admitted(whole, line)
        place.tell([line])
        for fold in (begun, whole):
            fold.durable(_fact(line))
    assert known(begun) == known(whole)


@pytest.mark.parametrize("seed", range(8))
def test_a_door_that_reads_no_checks_knows_the_same_and_hears_of_what_another_lets_in(
    place: Place, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As over a broker, which promises no fact once."""
    lines = (cover_nights if seed % 2 else nights).night(seed)
    begun = Random(seed).randrange(1, len(lines))
    place.tell(lines[:begun])
    known(place.whole())
    monkeypatch.setattr(place.log, "once", False)
    here = place.whole()
    for line in lines[begun:]:
        before = place.log.end()
        place.tell([line])
        for record in place.log.read(0, TOPICS, dict.fromkeys(TOPICS, before), NEVER)[0]:
            here.elsewhere_written(record)
    for home_id in {line["event"]["homeid"] for line in lines}:
        here.make_sure(home_id, place.now)
    monkeypatch.setattr(place.log, "once", True)
    (told, *_), _ = known(here)
    (expected, *_), _ = known(place.whole())
    assert told == expected


def test_what_a_killed_keeper_left_is_read_from_where_the_rows_stand(place: Place) -> None:
    lines = night(3)
    place.tell(lines[:40])
    place.begun()
    at = place.position()
    place.tell(lines[40:])
    with place.views.connect() as connection:  # the rows of a step that was never committed
        connection.execute(update(HOMES).values(state=b"[]"))
        connection.rollback()
    assert place.position() == at > 0
    assert known(place.begun()) == known(place.whole())


@pytest.mark.parametrize("damage", ["version", "mark", "ahead", "bytes", "one home", "file"])
def test_a_snapshot_that_is_not_this_doors_is_passed_over(place: Place, tmp_path: Path, damage: str) -> None:
    lines = night(5)
    place.tell(lines)
    place.begun()
    assert place.position() > 0
    with place.views.begin() as connection:
        if damage == "version":
            connection.execute(update(STANDING).values(version=0))
        elif damage == "mark":
            connection.execute(update(STANDING).values(mark="another log's"))
        elif damage == "ahead":
            connection.execute(update(STANDING).values(position=10_000))
        elif damage == "bytes":
            connection.execute(update(HOMES).values(commissioners="{"))
        elif damage == "one home":
            connection.execute(update(HOMES).values(state=b'[["Europe/London"]'))
    if damage == "file":
        place.views.dispose()
        for left in tmp_path.glob("views.sqlite3*"):
            left.unlink()
    assert (place.position() == 0) is (damage != "one home")
    fold = place.begun()
    for home_id in {line["event"]["homeid"] for line in lines}:
        fold.make_sure(home_id, place.now)
    assert known(fold) == known(place.whole())


def test_a_home_whose_fold_raised_is_tried_again_at_every_start(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = night(7)
    place.tell(lines)
    apply = Folded.apply

    def poisoned(folded: Folded, fact: Fact) -> None:
        if fact.type == "placement.started.v1":
            raise KeyError("a bug")
        apply(folded, fact)

    monkeypatch.setattr(Folded, "apply", poisoned)
    assert place.begun().aside
    place.follow()
    monkeypatch.setattr(Folded, "apply", apply)
    fixed = place.begun()
    assert not fixed.aside
    assert known(fixed) == known(place.whole())


class Norths:
    """Every home is the north's."""

    def home(self, home_id: str) -> HomeRef:
        return HomeRef(home_id, "north")

    def commissioner_now(self, home_id: str, placement_id: str) -> None:
        return None


def test_rejected_facts_are_shown_after_a_start_as_before(place: Place) -> None:
    reader = Actor("officer", Kind.PERSON, frozenset({Right.READ}), Scope(provider_id="north"))
    data = {"event_id": "e", "topic": "wakeful.check-ins", "reason": "unreadable"}
    body = orjson.dumps({"data": data})

    def reject(number: int) -> None:
        place.now += 1000
        place.log.append([Draft(REJECTED, "larch", f"r{number}", f"r{number}", body)])
        place.now += 1

    def shown(rejected: RejectedFacts) -> list[str]:
        return [each.appended_at for each in rejected.shown(reader, Norths(), None, 100)]

    for number in range(3):
        reject(number)
    caught_up(place.log, place.views)
    reject(3)
    place.follow()
    reject(4)
    again = shown(caught_up(place.log, place.views)[1])
    assert len(again) == 5
    assert again == shown(caught_up(place.log, None)[1])


def test_a_keeper_that_is_stopped_has_brought_the_snapshot_up_to_date(place: Place) -> None:
    lines = night(9)
    place.tell(lines[:30])
    place.begun()
    keeper = Keeper(place.log, place.views)
    keeper.start()
    place.tell(lines[30:])
    place.now += 1
    keeper.stop()
    assert place.position() == place.log.end()


def test_a_keeper_without_its_tables_ends_and_harms_nobody(place: Place, tmp_path: Path) -> None:
    place.tell(night(9))
    place.begun()
    with sqlite3.connect(tmp_path / "views.sqlite3") as connection:
        connection.execute("DROP TABLE gateway_homes")
    keeper = Keeper(place.log, place.views)
    keeper.start()
    keeper.stop()
    assert not keeper.is_alive()
    assert known(place.begun()) == known(place.whole())
