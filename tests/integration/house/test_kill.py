"""The process gets SIGKILL at random while clients keep posting: every acknowledged fact is in the log once, and the
alerts equal a replay of that log, byte for byte.

The moments are drawn from a seed, which is printed; what the machine makes of them differs every time. Every write of
the process in its turn: `kill/`.
"""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

import pytest

from tests.integration.house.posting import Acknowledged, Poster, put, settle
from tests.integration.house.serving import Up, steps
from tests.integration.house.verdict import judged

CLIENTS: Final = 4


@contextlib.contextmanager
def posting(up: Up, acknowledged: Acknowledged, seed: int) -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        posters = [Poster(lambda: up.client, acknowledged, stop, seed + n) for n in range(CLIENTS)]
        clients = [pool.submit(poster.post) for poster in posters]
        try:
            yield
        finally:
            stop.set()
        for client in clients:
            client.result()


def through_kills(folder: Path, kills: int, seed: int) -> list[str]:
    """Lives, each ended by SIGKILL, and a last one that ends in order; the ids that were acknowledged."""
    random, acknowledged, up = Random(seed), Acknowledged(), Up(folder)
    up.start()
    settle(lambda family, body: put(up.client, acknowledged, family, body))
    with posting(up, acknowledged, seed):
        for _ in range(kills):
            position = up.client.get("/alerts").json()["position"]
            heard(up, position, random.randrange(1, 30))
            acknowledged.wait_for(random.randrange(1, 300))
            up.kill()
            up.start()
        heard(up, up.client.get("/alerts").json()["position"], 1)
    assert up.stop() == 0, up.said
    return acknowledged.ids


def heard(up: Up, position: int, count: int) -> None:
    """Wait until the feed has told so many more steps."""
    for number, _ in enumerate(steps(up.client, position), 1):
        if number == count:
            return


def nothing_was_lost_and_nothing_was_doubled(folder: Path, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    acknowledged = through_kills(folder, kills, seed)
    verdict = judged(folder, acknowledged)
    assert (verdict.lost, verdict.twice, verdict.differs) == ([], [], [])
    assert verdict.alerts > 30 * kills // 2, "alerts were raised and closed while it was killed"


def test_what_was_acknowledged_is_there_once_and_the_alerts_equal_a_replay_after_three_kills(
    tmp_path: Path,
) -> None:
    nothing_was_lost_and_nothing_was_doubled(tmp_path, 3, SystemRandom().randrange(1 << 32))


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(3))
def test_the_same_after_thirty_kills(tmp_path: Path, seed: int) -> None:
    nothing_was_lost_and_nothing_was_doubled(tmp_path, 30, seed)
