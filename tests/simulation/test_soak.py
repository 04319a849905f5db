"""The laws of the log over thousands of random logs, for every monitor; `make soak` runs it. A failing log is named by
its seed.
"""

from random import Random

import pytest

from tests.simulation.logs import Reader, end_of, facts_of, replayed, steps, told
from tests.simulation.watched import each_monitor, log_of, maker


@pytest.mark.soak
@each_monitor
@pytest.mark.parametrize("first", range(10_000, 15_000, 500))
def test_thousands_of_logs_read_live_with_deaths_and_homes_read_again_tell_what_a_replay_tells(
    name: str, first: int
) -> None:
    make = maker(name)
    for seed in range(first, first + 500):
        rnd, lines, reader = Random(seed), log_of(name, seed), Reader(make)
        facts, end = facts_of(lines), end_of(lines)
        *moves, last = steps(facts, end, rnd)
        for step in moves:
            reader.move(step)
            if rnd.random() < 0.2:
                reader.die_and_come_back()
            elif rnd.random() < 0.05 and reader.homes:
                reader.read_again(rnd.choice(reader.homes))
        reader.move(last)
        assert told(reader.effects) == replayed(lines, make=make), f"{name}, log {seed}"
        undisturbed = Reader(make).read(steps(facts, end, rnd))
        assert reader.shown() == undisturbed.shown(), f"{name}, rows of log {seed}"
