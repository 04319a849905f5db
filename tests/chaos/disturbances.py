"""What may happen to a night: each a function of it, that comes back when it is over. The night's seed draws them; what
they must not change is the verdict's to say.
"""

import threading
import time
from collections.abc import Sequence
from random import Random
from typing import Final

import psycopg

from shared.clock import now
from tests.chaos.launcher import DEAF_S
from tests.chaos.night import Disturbance, Night
from tests.chaos.stage import BLIND_AFTER, Part
from tests.chaos.volume import alerts_told
from tests.servers.process import until

BROKER_AWAY_S: Final = 10.0
BROKER_STOPPED_S: Final = 8.0
ZOMBIE_S: Final = 15.0
_REFUSED: Final = "another worker has taken over"
_LET_GO: Final = "let go"


# -- workers ---------------------------------------------------------------------------------------------------------


def a_worker_is_killed(night: Night) -> None:
    """SIGKILL. The others take over what it owned, while another one is started."""
    worker = _some_worker(night)
    killed = now()
    worker.kill()
    worker.again()
    night.taken_over(killed)
    worker.wait_up()


def a_worker_is_ended(night: Night) -> None:
    """SIGTERM. The others take over what it owned, while another one is started."""
    worker = _some_worker(night)
    ended = now()
    worker.stop()
    worker.again()
    night.taken_over(ended)
    worker.wait_up()


def a_worker_becomes_a_zombie(night: Night) -> None:
    """SIGSTOP, for longer than its session lasts; it wakes in the middle of whatever it was doing."""
    worker = _some_worker(night)
    worker.freeze()
    try:
        time.sleep(ZOMBIE_S)
    finally:
        said = len(worker.said)
        worker.thaw()
    night.go_on(3)
    night.report.zombies += any(sign in worker.said[said:] for sign in (_REFUSED, _LET_GO))


def a_zombie_does_not_hear_that_it_has_lost(night: Night) -> None:
    """The same, and it goes on with what others own by now: only the ledger keeps it from writing."""
    heard = _some_worker(night)
    night.stage.remove(heard)
    heard.stop()
    worker = night.stage.begin_worker(heard.services, newer=night.newer, deaf=True)
    worker.wait_up()
    until(lambda: worker.owns, 60, lambda: AssertionError("it came to own nothing"))
    night.go_on(2)
    worker.freeze()
    try:
        time.sleep(ZOMBIE_S)
    finally:
        said = {each: len(each.said) for each in night.stage.workers}
        worker.thaw()
    night.go_on(DEAF_S + 2)
    refused = sum(each.said[begun:].count(_REFUSED) for each, begun in said.items())
    night.report.writes_refused += refused
    if not refused:
        night.report.wrong.append("a worker that had lost what it owned was kept from nothing")
    night.stage.remove(worker)
    worker.stop()
    night.stage.begin_worker(heard.services, newer=night.newer).wait_up()


def ten_rebalances_in_a_minute(night: Night) -> None:
    """A worker comes and goes, five times."""
    last = time.monotonic() + 60
    for _ in range(5):
        worker = night.stage.begin_worker(night.random.choice(night.size.crews), newer=night.newer)
        worker.wait_up()
        time.sleep(max(0.0, min(4.0, last - time.monotonic())))
        night.stage.remove(worker)
        worker.stop()


def a_version_is_deployed_that_reads_one_topic_more(night: Night) -> None:
    """Old and new run side by side; then only the new."""
    old = [worker for worker in night.stage.workers if "checks" in worker.name]
    for services in [services for services in night.size.crews if "checks" in services]:
        night.stage.begin_worker(services, newer=True).wait_up()
        night.go_on(4)
        leaving = old.pop()
        night.stage.remove(leaving)
        leaving.stop()
    night.newer = True


# -- the broker ------------------------------------------------------------------------------------------------------


def the_broker_is_killed(night: Night) -> None:
    """SIGKILL, and nobody there for ten seconds."""
    night.kafka.kill()
    time.sleep(BROKER_AWAY_S)
    night.kafka.start()


def the_broker_stands_still(night: Night) -> None:
    """Connections stay and nothing answers; what was sent meanwhile comes late, all at once, as from a follower that
    fell behind."""
    night.kafka.pause()
    try:
        time.sleep(BROKER_STOPPED_S)
    finally:
        night.kafka.resume()


# -- the database ----------------------------------------------------------------------------------------------------


def the_database_is_restarted(night: Night) -> None:
    """As an operator does."""
    night.postgres.stop()
    night.postgres.start()


def the_database_is_killed_in_the_middle_of_a_transaction(night: Night) -> None:
    """SIGKILL, at a moment at which somebody has begun to write and not committed."""
    night.report.mid_transaction += _wait_for_a_transaction(night.stage.url)
    night.postgres.kill()
    time.sleep(2)
    night.postgres.start()


# -- the gateway -----------------------------------------------------------------------------------------------------


def the_gateway_is_killed(night: Night) -> None:
    """SIGKILL for so long that the watch is blind: that is told, and nobody is missed meanwhile. Phones record on, and
    what they have kept comes in when it is back."""
    gateway = night.stage.gateway
    gateway.kill()
    time.sleep(1.5)  # what was read already may still be told
    told = alerts_told(night.stage.broker)
    begun = time.monotonic()
    blind = [worker.name for worker in _owners(night) if not _becomes_blind(worker)]
    if blind:
        night.report.wrong.append(f"with no gateway these did not say that they are blind: {blind}")
    time.sleep(max(0.0, begun + 2 * BLIND_AFTER / 1000 - time.monotonic()))
    if alerts_told(night.stage.broker) != told:
        night.report.wrong.append("an alert was told while no gateway said what time it is")
    gateway.again()
    gateway.wait_up()


def _becomes_blind(worker: Part) -> bool:
    last = time.monotonic() + 3 * BLIND_AFTER / 1000
    while worker.answers("/readyz"):
        if time.monotonic() > last:
            return False
        time.sleep(0.2)
    return True


# -- the facts -------------------------------------------------------------------------------------------------------


def every_fact_comes_a_second_time(night: Night) -> None:
    """All that is in the topics, again, as from a client that never heard the answer."""
    night.report.delivered_again += night.volume.deliver_again()


def records_come_that_may_not_stand(night: Night) -> None:
    """Known ids with another content, and homes where they do not belong."""
    night.volume.disturb(20)


# -- which of them, and in which order -------------------------------------------------------------------------------

WORKERS: Final[Sequence[Disturbance]] = (a_worker_is_killed, a_worker_is_ended)
BRIEF: Final[Sequence[Disturbance]] = (
    the_database_is_restarted,
    the_database_is_killed_in_the_middle_of_a_transaction,
    the_broker_stands_still,
    every_fact_comes_a_second_time,
    records_come_that_may_not_stand,
)
LENGTHY: Final[Sequence[Disturbance]] = (
    a_worker_becomes_a_zombie,
    a_zombie_does_not_hear_that_it_has_lost,
    ten_rebalances_in_a_minute,
    the_broker_is_killed,
    the_gateway_is_killed,
)


def a_few(random: Random) -> Sequence[Disturbance]:
    """Both ends of a worker, and two others, in any order."""
    drawn = [*WORKERS, *random.sample(BRIEF, 2)]
    random.shuffle(drawn)
    return drawn


def all_of_them(random: Random) -> Sequence[Disturbance]:
    """Each once, workers' ends three times; the deployment in the middle, and behind it every fact again."""
    drawn = [*WORKERS, *WORKERS, *WORKERS, *BRIEF, *LENGTHY]
    drawn.remove(every_fact_comes_a_second_time)
    random.shuffle(drawn)
    middle = len(drawn) // 2
    in_the_middle = [a_version_is_deployed_that_reads_one_topic_more, every_fact_comes_a_second_time]
    return [*drawn[:middle], *in_the_middle, *drawn[middle:]]


def _some_worker(night: Night) -> Part:
    """One that owns something, so that it is missed."""
    until(lambda: bool(_owners(night)), 30, lambda: AssertionError("nobody owns anything"))
    return night.random.choice(_owners(night))


def _owners(night: Night) -> list[Part]:
    return [worker for worker in night.stage.workers if worker.owns]


def _wait_for_a_transaction(url: str) -> bool:
    """Whether there is one, right now, that has written and not committed."""
    found = threading.Event()
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE backend_xid IS NOT NULL AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:

        def writing() -> bool:
            row = connection.execute(query).fetchone()
            if row is not None and row[0]:
                found.set()
            return found.is_set()

        until(writing, 20, lambda: AssertionError("nobody wrote for twenty seconds"))
    return found.is_set()
