"""Over a broker each home-partition is made again by itself, and nothing is published twice."""

import orjson
import pytest
from sqlalchemy import insert

from services.house import database
from services.monitors import SERVICES
from services.rules import MONITORS
from shared import clock
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import tick
from shared.store import ledger
from shared.store.engine import writing
from shared.store.ledger import Entry
from shared.store.tables import ASIDES
from shared.topics import INPUTS, PLAN_CHANGES, SWAPS
from tests.integration.cli.apart import PARTITIONS, Apart, demo, end_of, working
from tests.integration.cli.readmodel import Seen, of_home, rows_of
from tests.unit.cli.story import line, night, wakeful

LINES = demo()


@pytest.fixture
def lived(apart: Apart) -> Apart:
    """A night that was watched, on a broker."""
    apart.make(importing=True)
    apart.live(LINES, end_of(LINES))
    apart.watched(end_of(LINES))
    return apart


def rows(apart: Apart, service: str, *, forget: bool = False) -> Seen:
    """The read model of the service; afterwards it is gone, if it is to be forgotten."""
    engine = database.views(apart.url, service)
    try:
        return rows_of(engine, service, forget=forget)
    finally:
        engine.dispose()


def entries(apart: Apart, service: str = "checks") -> dict[int, Entry]:
    engine = database.views(apart.url, service)
    try:
        with engine.connect() as connection:
            found = ledger.entries(connection)
    finally:
        engine.dispose()
    return {entry.partition: entry for entry in found if entry.service == service}


def set_aside(apart: Apart, service: str, home_id: str) -> None:
    engine = database.views(apart.url, service)
    aside = {
        "service": service,
        "home_id": home_id,
        "partition": partition_of(home_id, PARTITIONS),
        "since": 1,
        "reason": "broken",
    }
    with writing(engine) as connection:
        connection.execute(insert(ASIDES).values(**aside))
    engine.dispose()


def test_a_rebuilt_service_stands_where_it_stood_in_every_home_partition(lived: Apart) -> None:
    assert len({partition_of(each["event"]["homeid"], PARTITIONS) for each in LINES}) > 1
    told = lived.alerts()
    for service in SERVICES:
        stood, before = entries(lived, service), rows(lived, service, forget=True)
        result = wakeful("rebuild", service, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        topics = SERVICES[service].make().topics
        assert orjson.loads(result.stdout)["read"] >= sum(each["topic"] in topics for each in LINES)
        assert rows(lived, service) == before
        assert {p: (each.clock, each.positions) for p, each in entries(lived, service).items()} == {
            p: (each.clock, each.positions) for p, each in stood.items()
        }
    lived.watched(end_of(LINES))
    assert lived.alerts() == told
    swaps = [orjson.loads(each.body)["data"] for each in lived.records(SWAPS)]
    assert sorted((each["service"], each["partition"]) for each in swaps) == [
        (service, partition) for service in sorted(SERVICES) for partition in range(PARTITIONS)
    ]
    assert all(each["raised"] == each["superseded"] == [] for each in swaps)
    assert wakeful("audit").exit_code == 0


def test_one_home_partition_is_made_again_and_the_others_are_left(lived: Apart) -> None:
    before = entries(lived)
    result = wakeful("rebuild", "checks", "--partition", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("checks of home-partition 1, ")
    assert {p: each.epoch - before[p].epoch for p, each in entries(lived).items()} == {0: 0, 1: 1, 2: 0, 3: 0}


def test_one_home_is_brought_back(lived: Apart) -> None:
    home_id = LINES[0]["event"]["homeid"]
    for service in MONITORS:
        set_aside(lived, service, home_id)
        before = of_home(rows(lived, service, forget=True), home_id)
        assert wakeful("doctor").stdout.count(f"home {home_id} is not watched by {service}") == 1
        result = wakeful("rebuild", service, "--home", home_id)
        assert (result.exit_code, result.stdout) == (0, f"home {home_id} of {service}: rebuilt\n")
        assert "is not watched by" not in wakeful("doctor").stdout
        assert rows(lived, service) == before


def test_it_goes_on_beside_a_worker_which_takes_over_the_new_rows(apart: Apart) -> None:
    """The worker loses each home-partition to the swap, takes it over again, and tells of the swap."""
    data = {"placement_id": "P1", "reason": "moved on (sample)"}
    ended = line(PLAN_CHANGES, "23:45", "placement.ended.v1", "p1-ends", "P1", data)
    lines = [*night(), ended]
    apart.make(importing=True)
    apart.live(lines, end_of(lines))
    assert wakeful("topics", "seal").exit_code == 0
    with working(apart):
        apart.wait_until(end_of(lines))
        told, before = apart.alerts(), entries(apart)
        assert told.count(b"alert.raised.v1") == 1
        result = wakeful("rebuild", "checks")
        assert (result.exit_code, result.stderr) == (0, "")
        now = clock.now()
        apart.put(*(tick(topic, p) for topic in INPUTS for p in range(PARTITIONS)))
        apart.wait_until(now)
        assert apart.alerts() == told
    assert all(each.epoch >= before[p].epoch + 2 for p, each in entries(apart).items())
    assert len(apart.records(SWAPS)) == PARTITIONS
    assert wakeful("audit").exit_code == 0


def test_where_a_service_never_ran_nothing_is_begun(apart: Apart) -> None:
    apart.make()
    for words in ([], ["--partition", "1"], ["--home", "H1"]):
        result = wakeful("rebuild", "checks", *words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("checks has never run in home-partition ")
        assert "wakeful worker checks" in result.stderr
        assert result.stderr.count("\n") == 1


WRONG = [
    (
        ["--partition", str(PARTITIONS)],
        2,
        f"there is no home-partition {PARTITIONS}; they go from 0 to {PARTITIONS - 1}",
    ),
    (["--partition", "-1"], 2, "there is no home-partition -1"),
    (["--partition", "1", "--home", "H1"], 2, "give --home, or --from or --partition"),
    (["--from", "snapshot.sqlite3"], 1, "there are no snapshots over a broker yet"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG)
def test_what_cannot_be_is_one_line(apart: Apart, words: list[str], code: int, said: str) -> None:
    apart.make()
    result = wakeful("rebuild", "checks", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
