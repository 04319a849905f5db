"""A pager's worker over a broker and Postgres is killed at every one of its writes and sends, found by instrumenting
them, and begins anew: nobody goes untold, nothing is told as open once that is known to be over, what is told twice has
the same key. The same for a whole house over a folder: `tests/integration/house/kill`.

The everyday run tries a few, drawn from a seed that is printed; `make soak` all of them.
"""

from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Final

import pytest

from tests.integration.house.kill import brokertrial
from tests.integration.house.kill.brokerlives import BrokerLives
from tests.integration.house.kill.trial import Found
from tests.integration.pager.receivers import Receiver
from tests.servers.plugin import Kafka, Postgres

SAMPLE: Final = 3
MUST_BE_AMONG: Final = (
    "before SEND",
    "after SEND",
    "before BYTES",
    "after BYTES",
    "before APPEND",
    "after APPEND",
    "after PRODUCE",
    "INSERT pager_alerts",
    "INSERT pager_chains",
    "INSERT pager_messages",
    "UPDATE pager_messages",
    "UPDATE pager_receivers",
    "COMMIT pager_messages",
    "INSERT outbox",
    "DELETE outbox",
    "UPDATE ledger",
    "services.pager.engine.turns.turn",
    "services.pager.engine.claims.keep",
    "services.pager.engine.outcomes.mark",
    "in crew-pager",
    "in pager-publish",
)
"""What a recording that looks at the right things cannot have passed over."""


class Killing:
    """Over which servers it goes, and who is told."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path) -> None:
        self.seed = SystemRandom().randrange(1 << 32)
        print(f"seed {self.seed}")
        self._servers = (kafka, postgres)
        self._folder = folder

    def recorded(self) -> Found:
        """The points, of which none may be passed over that such a recording must meet."""
        with Receiver() as receiver:
            found = brokertrial.record(self._folder / "recorded", self.seed, self._begun(receiver))
        assert [each for each in MUST_BE_AMONG if not any(each in name for name in found.always)] == []
        return found

    def tried(self, found: Found, sample: int | None = None, *, group: bool = False) -> brokertrial.Outcome:
        """Nothing is lost, told of after its end, or told again under another key."""
        with Receiver() as receiver:
            begun = self._begun(receiver, group=group)
            outcome = brokertrial.tried(self._folder, found, self.seed, begun, sample)
        pages = outcome.pages
        assert (pages.lost, pages.after, pages.strange) == ([], [], []), outcome.tried
        assert pages.alerts
        return outcome

    def _begun(self, receiver: Receiver, *, group: bool = False) -> brokertrial.Begun:
        kafka, postgres = self._servers
        return partial(BrokerLives, kafka=kafka, postgres=postgres, receiver=receiver, group=group)


@pytest.fixture
def killing(kafka: Kafka, postgres: Postgres, tmp_path: Path) -> Killing:
    return Killing(kafka, postgres, tmp_path)


@pytest.mark.timeout(600)
def test_killed_at_some_writes_and_sends_over_a_broker_it_loses_no_page_and_tells_of_nothing_that_is_over(
    killing: Killing,
) -> None:
    outcome = killing.tried(killing.recorded(), SAMPLE)
    assert len(outcome.tried) + len(outcome.missed) == SAMPLE


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_every_write_and_send_over_a_broker_it_loses_no_page_and_tells_of_nothing_that_is_over(
    killing: Killing,
) -> None:
    outcome = killing.tried(killing.recorded())
    pages = outcome.pages
    print(f"{len(outcome.found)} points found, killed at {len(outcome.tried)} (hot ones twice)")
    print(f"{len(pages.alerts)} alerts told in {pages.told} requests, {pages.again} again under the same key")
    print("not passed again, so not tried:", *outcome.missed, sep="\n  ")
    assert len({each.name for each in outcome.tried}) > 0.9 * len(outcome.found)
    assert pages.again, "nobody was told anything twice: no kill came between a send and its mark"


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_while_the_broker_says_who_owns_what_it_loses_no_page_either(killing: Killing) -> None:
    """The group waits for its dead member first: some ten seconds a kill."""
    outcome = killing.tried(killing.recorded(), SAMPLE, group=True)
    assert outcome.tried, outcome.missed
