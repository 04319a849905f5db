"""A chaotic night, from a seed: phones post, facts come in straight, and one disturbance follows the other.

1. The gateway and the workers come up, homes are settled.
2. The disturbances, in the order that the seed draws; after each, the watch must be in time again.
3. Nobody posts any more; what phones have is answered for. When all services have gone beyond the last fact, workers
   and gateway are ended in order: what is left is for the verdict.

`WAKEFUL_CHAOS_SEED` replays a night. What each disturbance does is `disturbances`, what must be left `verdict`.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final

from services.rules import MONITORS
from shared.clock import now
from shared.instants import Instant
from tests.chaos.clocks import Clocks
from tests.chaos.homes import homes_outside
from tests.chaos.launcher import NextChecks
from tests.chaos.partition import Verdict
from tests.chaos.phones import Phone
from tests.chaos.stage import ALL, Stage
from tests.chaos.verdict import all_read, judged
from tests.chaos.volume import Volume
from tests.integration.house import posting
from tests.integration.house.posting import Acknowledged
from tests.servers.broker import Broker as BrokerServer
from tests.servers.postgres import PostgresServer

QUIET: Final = 1
"""The home-partition in which there is no home."""
ON_DUTY: Final = 2
"""Homes of what comes in straight in which people are on duty."""
BEGINS_WITHIN_S: Final = 90.0
IN_TIME_WITHIN_S: Final = 90.0
EMPTY_WITHIN_S: Final = 120.0
MORE_WITHIN_S: Final = 300.0
"""How long a night goes on after its last disturbance, for as many facts as it is to have."""


def seed() -> int:
    """Of this run; printed by whoever runs it."""
    given = os.environ.get("WAKEFUL_CHAOS_SEED", "").strip()
    return int(given) if given else SystemRandom().randrange(1 << 32)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    partitions: int
    crews: Sequence[Sequence[str]]
    """A worker each: the services it runs."""
    phones: int
    homes: int
    """Of phones. Each has one more, in which people are on duty."""
    volume_homes: int
    """Of what comes in straight. There are two more, in which people are on duty."""
    per_s: int
    """Facts that come in straight."""
    again_after_s: float
    """How long after a fact was acknowledged it may be sent once more."""
    facts: int = 0
    """The night goes on until there are so many."""


SHORT: Final = Size(4, (ALL, ALL), phones=2, homes=6, volume_homes=6, per_s=60, again_after_s=15)
LONG: Final = Size(
    8,
    (
        ("checks", "cover"),
        ("checks", "cover"),
        ("reviews", "integrity", "alerts"),
        ("reviews", "integrity", "alerts"),
    ),
    phones=4,
    homes=16,
    volume_homes=32,
    per_s=400,
    again_after_s=120,
    facts=200_000,
)


@dataclass
class Happened:
    """One disturbance, and what came of it."""

    name: str
    seconds: float = 0.0
    """How long it lasted, with what it takes to be in time again."""
    took_over: float | None = None
    """From the end of a worker until everything was in time again; None: no worker was ended."""


@dataclass
class Report:
    """What came of a night."""

    seed: int
    happened: list[Happened] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    acknowledged: int = 0
    sent_again: int = 0
    delivered_again: int = 0
    mid_transaction: int = 0
    """Kills of the database in the middle of a transaction."""
    zombies: int = 0
    """Workers that woke to find their home-partitions with others."""
    writes_refused: int = 0
    """What such workers would have written all the same, had the ledger let them."""
    wrong: list[str] = field(default_factory=list)
    """What went wrong on the way."""

    @property
    def worst_take_over(self) -> float:
        return max((each.took_over for each in self.happened if each.took_over is not None), default=0.0)

    @property
    def good(self) -> bool:
        return self.verdict.good and not self.wrong

    def figures(self) -> dict[str, Any]:
        """For build/chaos.json."""
        verdict = self.verdict
        return {
            "seed": self.seed,
            "kafka_facts": verdict.facts,
            "kafka_records": verdict.records,
            "kafka_lost": len(verdict.lost),
            "kafka_twice": len(verdict.twice),
            "differences": len(verdict.differs) + len(self.wrong),
            "alerts": verdict.alerts,
            "alerts_by_service": dict(verdict.told_by),
            "decided": dict(verdict.decided),
            "rejected": dict(verdict.rejected),
            "failover_worst_s": round(self.worst_take_over, 1),
            "acknowledged": self.acknowledged,
            "sent_again_by_phones": self.sent_again,
            "delivered_again": self.delivered_again,
            "database_killed_mid_transaction": self.mid_transaction,
            "zombies_that_had_lost": self.zombies,
            "zombies_writes_refused": self.writes_refused,
        }

    def table(self) -> str:
        """For people."""
        lines = [f"{'disturbance':<44} {'seconds':>8} {'in time again after':>20}"]
        for each in self.happened:
            after = "" if each.took_over is None else f"{each.took_over:.1f} s"
            lines.append(f"{each.name:<44} {each.seconds:>8.1f} {after:>20}")
        lines += [f"{name:<44} {value!s:>8}" for name, value in self.figures().items()]
        return "\n".join([*lines, *self.wrong, self.verdict.shown()])


class Night:
    """What disturbances act on. `with` it: from there on it posts."""

    def __init__(
        self, stage: Stage, kafka: BrokerServer, postgres: PostgresServer, size: Size, seed: int
    ) -> None:
        self.stage = stage
        self.kafka = kafka
        self.postgres = postgres
        self.size = size
        self.random = Random(seed)
        self.report = Report(seed)
        self._took_over: float | None = None
        self.newer = False
        """Whether the checks are of the next version by now."""
        self.acknowledged = Acknowledged()
        self.clocks = Clocks(stage.url, size.partitions, ALL)
        homes = homes_outside(QUIET, size.partitions, "home", size.homes)
        duties = homes_outside(QUIET, size.partitions, "duty", size.phones + ON_DUTY)
        self.phones = [
            Phone(
                stage.gateway_url,
                stage.token,
                homes[number :: size.phones],
                duties[number],
                self.acknowledged,
                self.random.randrange(1 << 32),
                again_after=int(size.again_after_s * 1000),
            )
            for number in range(size.phones)
        ]
        volume = homes_outside(QUIET, size.partitions, "volume", size.volume_homes)
        self.volume = Volume(
            stage.broker,
            volume,
            duties[size.phones :],
            self.acknowledged,
            self.random.randrange(1 << 32),
            size.per_s,
        )

    def __enter__(self) -> "Night":
        self.stage.begin_gateway()
        for services in self.size.crews:
            self.stage.begin_worker(services)
        for part in self.stage.parts:
            part.wait_up()
        self.clocks.__enter__()
        self.volume.start()
        for phone in self.phones:
            phone.start()
        assert self.clocks.in_time_again(now(), BEGINS_WITHIN_S) is not None, self._why(
            "nobody began to watch"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.volume.close()
        for phone in self.phones:
            phone.stop()
            phone.wait_empty(0)
        self.clocks.__exit__()

    def disturb(self, what: "Disturbance") -> None:
        """One disturbance, and then everything must be in time again."""
        happened = Happened(what.__name__)
        begun, since = time.monotonic(), now()
        self._took_over = None
        what(self)
        again = self.clocks.in_time_again(since, IN_TIME_WITHIN_S)
        happened.seconds = time.monotonic() - begun
        happened.took_over = self._took_over
        self.report.happened.append(happened)
        print(f"{what.__name__}: {happened.seconds:.1f} s", flush=True)
        if again is None:
            self.report.wrong.append(self._why(f"after {what.__name__} nobody came to be in time again"))
        self.stage.look_after()

    def taken_over(self, since: Instant) -> None:
        """Wait until a worker that ended then is missed by nobody."""
        self._took_over = self.clocks.in_time_again(since, IN_TIME_WITHIN_S)
        if self._took_over is None:
            self.report.wrong.append(self._why("a worker ended, and nobody took over in time"))

    def go_on(self, seconds: float) -> None:
        """Nothing happens for a while."""
        time.sleep(seconds)
        self.stage.look_after()

    def finish(self) -> Report:
        """The end of the night, and what is left of it."""
        report = self.report
        for phone in self.phones:
            phone.stop()
        self.volume.stop()
        unanswered = sum(phone.wait_empty(EMPTY_WITHIN_S) for phone in self.phones)
        if unanswered:
            report.wrong.append(f"{unanswered} facts were not answered for")
        if not self.clocks.beyond(now() + 1_000, IN_TIME_WITHIN_S):
            report.wrong.append(self._why("not everybody came to the end"))
        for phone in self.phones:
            report.wrong += [f"refused: {each}" for each in phone.refused[:10]]
            report.sent_again += phone.sent_again
        report.acknowledged = len(self.acknowledged.ids)
        self.stage.look_after()
        self.stage.gateway.stop()  # time stands still: whoever is left comes to where it stands
        if not posting.until(lambda: all_read(self.stage.broker, self.stage.url), IN_TIME_WITHIN_S):
            report.wrong.append("what was told was not read by all")
        for part in self.stage.workers:
            part.stop()
        report.wrong += self.stage.fallen
        report.verdict = judged(
            self.stage.broker,
            self.stage.url,
            self.acknowledged.ids,
            {**MONITORS, NextChecks.name: NextChecks} if self.newer else MONITORS,
        )
        if report.verdict.by_partition[QUIET]:
            report.wrong.append("the quiet home-partition was not quiet")
        return report

    def _why(self, what: str) -> str:
        logs = "\n".join(
            f"-- {part.name} ({part.log})\n" + "\n".join(part.said.splitlines()[-8:])
            for part in self.stage.parts
        )
        return f"{what}: {self.clocks.behind()}\n{logs}"


Disturbance = Callable[[Night], None]
"""Comes back when it is over."""


def played(
    folder: Path,
    kafka: BrokerServer,
    postgres: PostgresServer,
    size: Size,
    drawn: Callable[[Random], Sequence[Disturbance]],
    seed: int,
    *,
    pause_s: float,
) -> Report:
    """A whole night."""
    with (
        Stage(folder, kafka.bootstrap, postgres.new_database(), size.partitions) as stage,
        Night(stage, kafka, postgres, size, seed) as night,
    ):
        for disturbance in drawn(night.random):
            night.go_on(pause_s)
            night.disturb(disturbance)
        last = time.monotonic() + MORE_WITHIN_S
        while len(night.acknowledged.ids) < size.facts and time.monotonic() < last:
            night.go_on(1)
        return night.finish()
