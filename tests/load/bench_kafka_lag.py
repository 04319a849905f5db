"""How late an alert is over a broker, and how long it is until it is in time again when a worker is killed.

A gateway and workers as processes of their own; children fall due one after the other under 200 checks a second, ticks
every 2 s. The lag is the broker's own stamp of the alert less the instant at which it was raised. Then two workers of
the checks service, one of which is killed, again and again: what counts is the time from the kill until the last alert
that was late.
"""

import asyncio
import random
import signal
import statistics
import subprocess
import threading
from contextlib import ExitStack
from time import sleep
from typing import Final

from shared import clock
from shared.instants import SECOND, Instant
from shared.settings import Settings
from tests.load.forgotten import Night, load
from tests.load.kafka.apart import ready, running, token, told
from tests.load.kafka.ground import Ground, ground
from tests.servers.ports import free_port

NIGHT: Final = Night(forgotten=50, first_due=8 * SECOND, last_due=46 * SECOND, seconds=52)
LONG_NIGHT: Final = Night(forgotten=240, first_due=12 * SECOND, last_due=150 * SECOND, seconds=156)
KILLS: Final = 3
EVERY_S: Final = 40
IN_TIME: Final = 5 * SECOND
"""What a healthy watch reaches over a broker; later than that is late."""


def run() -> dict[str, float]:
    """kafka_lag_p50_s, kafka_lag_max_s, of how many alerts; kafka_failover_s, the worst of several."""
    with ground(importing=False) as made:
        lags = _lags(made)
    with ground(importing=False) as made:
        return {**lags, "kafka_failover_s": _failover(made)}


def _lags(made: Ground) -> dict[str, float]:
    port = free_port()
    settings = made.settings(port)
    secret = token(settings)
    watch = ("worker", "checks", "alerts")
    with running(settings, *watch, port=free_port()), running(settings, "gateway", port=port):
        ready(port)
        asyncio.run(load(port, secret, NIGHT))
        sleep(6)
    lags = sorted((each.taken_at - each.raised_at) / SECOND for each in told(made.bootstrap))
    if len(lags) < NIGHT.children:
        raise RuntimeError(f"{len(lags)} alerts were raised where {NIGHT.children} children fell due")
    return {
        "kafka_lag_p50_s": statistics.median(lags),
        "kafka_lag_max_s": lags[-1],
        "kafka_lag_alerts": float(len(lags)),
    }


def _failover(made: Ground) -> float:
    port = free_port()
    settings = made.settings(port)
    secret = token(settings)
    killed: list[Instant] = []
    with ExitStack() as stack:
        stack.enter_context(running(settings, "worker", "alerts", port=free_port()))
        workers = [
            stack.enter_context(running(settings, "worker", "checks", port=free_port())) for _ in range(2)
        ]
        stack.enter_context(running(settings, "gateway", port=port))
        ready(port)
        killing = threading.Thread(target=_kill, args=(stack, settings, workers, killed))
        killing.start()
        asyncio.run(load(port, secret, LONG_NIGHT))
        killing.join()
        sleep(6)
    alerts = told(made.bootstrap)
    if len(alerts) < LONG_NIGHT.children:
        raise RuntimeError(f"{len(alerts)} alerts were raised where {LONG_NIGHT.children} children fell due")
    late = [each.taken_at for each in alerts if each.taken_at - each.raised_at > IN_TIME]
    since = [
        max((at - kill for at in late if kill <= at < kill + EVERY_S * SECOND), default=0) for kill in killed
    ]
    return max(since) / SECOND


def _kill(
    stack: ExitStack, settings: Settings, workers: list[subprocess.Popen[bytes]], killed: list[Instant]
) -> None:
    """One of the two, and another in its place once it is missed."""
    draw = random.Random(13)
    for _ in range(KILLS):
        sleep(EVERY_S / 2)
        gone = draw.randrange(2)
        workers[gone].send_signal(signal.SIGKILL)
        killed.append(clock.now())
        sleep(EVERY_S / 2)
        workers[gone] = stack.enter_context(running(settings, "worker", "checks", port=free_port()))


if __name__ == "__main__":
    print(run())
