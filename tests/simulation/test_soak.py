"""The laws of the log over thousands of nights; `make soak` runs it. A failing night is named by its seed."""

from random import Random

import pytest

from tests.oracle.nights import night
from tests.simulation.logs import Reader, end_of, facts_of, replayed, steps, told


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10_000, 20_000, 500))
def test_thousands_of_nights_read_live_with_deaths_tell_what_a_replay_tells(first: int) -> None:
    for seed in range(first, first + 500):
        rnd, lines, reader = Random(seed), night(seed), Reader()
        for step in steps(facts_of(lines), end_of(lines), rnd):
            reader.move(step)
            if rnd.random() < 0.2:
                reader.die_and_come_back()
        assert told(reader.effects) == replayed(lines), f"night {seed}"
