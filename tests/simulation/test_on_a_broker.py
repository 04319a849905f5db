"""Random nights on a real broker and Postgres: portions of any size, facts that come again, workers that die at any
time, and what is published is what a replay of the log tells, byte for byte."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from random import Random
from typing import Final

import orjson
import pytest

from services.rules import MONITORS
from shared.instants import DAY, HOUR, Instant, parse_instant, show_instant
from shared.log.base import Record
from shared.monitor import Monitor
from shared.replay import in_order, replay
from shared.topics import ALERTS, REJECTED, RESPONSES
from tests.simulation import mixed
from tests.simulation.logs import Line, end_of, facts_of, judged
from tests.simulation.places import Died, Place, Places, Told
from tests.simulation.watched import each_monitor, log_of, maker

EVERY_DAY: Final = (*(("checks", seed) for seed in range(6)), *product(sorted(MONITORS), range(100, 104)))


@pytest.mark.parametrize(("name", "seed"), EVERY_DAY)
def test_a_night_that_is_watched_live_on_a_broker_tells_what_its_replay_tells(
    places: Places, name: str, seed: int
) -> None:
    live_as_replayed(places.new(), (name,), log_of(name, seed), seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_night_that_all_watch_on_a_broker_tells_what_its_replay_tells(places: Places, seed: int) -> None:
    live_as_replayed(places.new(), tuple(sorted(MONITORS)), mixed.night(seed), seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 1_200, 10))
@each_monitor
def test_hundreds_of_nights_that_are_watched_live_on_a_broker_tell_what_their_replays_tell(
    places: Places, name: str, first: int
) -> None:
    for seed in range(first, first + 10):
        live_as_replayed(places.new(), (name,), log_of(name, seed), seed)


def live_as_replayed(place: Place, services: tuple[str, ...], log: list[Line], seed: int) -> None:
    """Whatever fails, its seed is said."""
    rnd, which = Random(seed), f"log {seed} of {', '.join(services)}"
    place.services = services
    lines = with_repetitions(told_here(log, place, rnd), rnd)
    end = end_of(lines) + 1  # the last instant is over a millisecond later
    watched_live(place, lines, end, rnd)
    published = list(place.published(ALERTS, REJECTED))
    makers = [maker(name) for name in services]
    assert alerts(published) == due(lines, makers, end), which
    assert rejected(published) == refused(lines, makers, end), which
    read = [line for make in makers for line in lines if line["topic"] in make().topics]
    assert place.heard.facts == len(read), which
    stands = place.rows()
    place.rebuild()
    assert place.rows() == stands, f"{which}: a second reading comes to other rows"
    assert list(place.published(ALERTS, REJECTED)) == published, f"{which}: told again otherwise"
    place.tick(end + 2 * HOUR)
    place.reach(end + 2 * HOUR)
    place.die()
    assert alerts(place.published(ALERTS)) == due(lines, makers, end + 2 * HOUR), f"{which}, later"


# -- the log ---------------------------------------------------------------------------------------------------


def told_here(log: list[Line], place: Place, rnd: Random) -> list[Line]:
    """The log of homes that lie in this place. What people answer to alerts names these: it is drawn anew."""
    lines = [renamed(line, place) for line in log if line["topic"] != RESPONSES]
    answered = mixed.answers(lines, rnd) if len(lines) < len(log) else []
    return sorted(lines + answered, key=lambda line: str(line["appended_at"]))


def renamed(line: Line, place: Place) -> Line:
    """Of homes that lie in this place."""
    event, data = line["event"], line["event"]["data"]
    home = place.home(event["homeid"])
    subject = home if event["subject"] == event["homeid"] else event["subject"]
    data = data | {"home_id": place.home(data["home_id"])} if "home_id" in data else data
    return {**line, "event": {**event, "homeid": home, "subject": subject, "data": data}}


def with_repetitions(lines: list[Line], rnd: Random) -> list[Line]:
    """Some facts come again, at once or later, and some ids come again with something else."""
    end = end_of(lines)
    for line in rnd.choices(lines, k=12):
        first = parse_instant(line["appended_at"])
        later = rnd.choice((first, rnd.randint(first, min(end, first + 28 * DAY))))
        event = line["event"]
        if rnd.random() < 0.3:
            event = {**event, "data": {**event["data"], "said": "otherwise (sample)"}}
        lines = [*lines, {**line, "appended_at": show_instant(later), "event": event}]
    return sorted(lines, key=lambda line: str(line["appended_at"]))


# -- watched live ----------------------------------------------------------------------------------------------


def watched_live(place: Place, lines: list[Line], end: Instant, rnd: Random) -> None:
    """Portions of any size go into the log; in between time comes as far as it may, and whoever watches reads on, or is
    gone, at any step; at the end all has been read."""
    told = [(line["topic"], parse_instant(line["appended_at"]), line["event"]) for line in lines]
    for portion, ahead in portions(told, end, rnd):
        place.tell(portion)
        if rnd.random() < 0.7:
            present = rnd.choice((portion[-1][1], ahead, rnd.randint(portion[-1][1], ahead)))
            place.tick(present)
            with place.mortal(rnd if rnd.random() < 0.5 else None):
                read_on(place, present, rnd)
        if rnd.random() < 0.3:
            place.die()
    place.tick(end)
    read_on(place, end, rnd)
    place.die()


def read_on(place: Place, present: Instant, rnd: Random) -> None:
    while True:
        try:
            place.reach(present, read=rnd.choice((1, 3, 10, 1000)))
        except Died:
            place.die()
        else:
            return


def portions(told: list[Told], end: Instant, rnd: Random) -> Iterator[tuple[list[Told], Instant]]:
    """And how far time may have come then: not beyond what comes next."""
    done = 0
    while done < len(told):
        size = rnd.choice((1, 1, 2, 5, 30))
        portion, done = told[done : done + size], done + size
        yield portion, told[done][1] if done < len(told) else end


# -- what came of it -------------------------------------------------------------------------------------------


def alerts(published: Iterable[Record]) -> list[bytes]:
    """Each event once; whoever died before he could say that he had published it did so again, in the same bytes."""
    bodies = {record.body for record in published if record.topic == ALERTS}
    ids = Counter(orjson.loads(body)["id"] for body in bodies)
    assert [id_ for id_, times in ids.items() if times > 1] == [], "told twice, in other bytes"
    return sorted(bodies)


def rejected(published: Iterable[Record]) -> set[tuple[str, str, str]]:
    """Home, id and reason: what is turned away again, from another place, is the same."""
    events = [orjson.loads(record.body) for record in published if record.topic == REJECTED]
    return {(each["homeid"], each["data"]["event_id"], each["data"]["reason"]) for each in events}


def due(lines: list[Line], makers: Iterable[Callable[[], Monitor]], end: Instant) -> list[bytes]:
    """What has to be told when the log's present is there, by a replay."""
    return sorted(event for make in makers for event in judged(lines, end, make))


def refused(
    lines: list[Line], makers: Iterable[Callable[[], Monitor]], end: Instant
) -> set[tuple[str, str, str]]:
    """What has to be turned away, by a replay."""
    whole = replay(in_order(facts_of(lines)), makers, end)
    return {(each.fact.home_id, each.fact.id, each.reason.reason) for each in whole.refused}
