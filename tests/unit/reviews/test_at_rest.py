"""The reviews monitor over random months, read live in any batches and put to rest anywhere: it tells what one reading
of the whole log tells, from the rows that a database gives back."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from services.reviews.model import ReviewsMonitor
from services.reviews.running import SERVICE
from services.reviews.tables import METADATA
from shared.course import Course, MemorySeen
from shared.store import rows
from shared.store.engine import make_engine, writing
from tests.oracle.reviews.months import month
from tests.simulation.logs import Reader, end_of, facts_of, replayed, steps, told


@pytest.mark.parametrize("seed", range(40))
def test_what_was_told_live_is_what_the_whole_log_tells(seed: int) -> None:
    lines = month(seed)
    reader = Reader(ReviewsMonitor)
    for step in steps(facts_of(lines), end_of(lines), Random(seed)):
        reader.move(step)
        if seed % 2:
            reader.die_and_come_back()
    assert told(reader.effects) == replayed(lines, make=ReviewsMonitor)
    times = [effect.at for effect in reader.effects]
    assert times == sorted(times)


@pytest.mark.parametrize("seed", range(8))
def test_it_comes_back_from_the_rows_of_its_tables(seed: int, tmp_path: Path) -> None:
    lines = month(seed)
    views = make_engine(tmp_path / "views.sqlite3")
    METADATA.create_all(views)
    seen = MemorySeen()
    course = Course(ReviewsMonitor(), seen, seen.named)
    effects = []
    for step in steps(facts_of(lines), end_of(lines), Random(seed)):
        effects += step(course).effects
        _write(views, course)
        course = Course(_read(views, course.clock), seen, seen.named, clock=course.clock)
    views.dispose()
    assert told(effects) == replayed(lines, make=ReviewsMonitor)


def _write(views: Engine, course: Course) -> None:
    with writing(views) as connection:
        rows.put(connection, METADATA, course.monitor.changed())


def _read(views: Engine, clock: int) -> ReviewsMonitor:
    monitor = ReviewsMonitor()
    with views.connect() as connection:
        monitor.restore(SERVICE.remembered(connection, monitor), clock)
    return monitor
