"""What lies in the log is never refused, whether or not its acknowledgement ever came."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future

import pytest

from shared.instants import Instant
from shared.log.base import Draft, Taken, Unavailable
from shared.log.kafka.deciding import Before, Deciding, Key
from shared.log.kafka.producer import Landed, Outgoing
from shared.topics import PLAN_CHANGES

DRAFT = Draft(PLAN_CHANGES, "H1", "e1", "hash", b"{}")


class Slow:
    """A producer whose acknowledgements a test gives, or never gives."""

    def __init__(self) -> None:
        self.sent: list[Future[list[Landed]]] = []

    def put_future(self, records: Sequence[Outgoing]) -> Future[list[Landed]]:
        future: Future[list[Landed]] = Future()
        if records:
            self.sent.append(future)
        else:
            future.set_result([])
        return future


class Broker:
    """What lies in the log, as it is read behind everybody's back."""

    def __init__(self) -> None:
        self.lying: list[tuple[Key, Before]] = []
        self.looked = 0
        self.before_look: dict[int, Callable[[], None]] = {}

    def others(
        self, _partitions: Iterable[int], _ours: Callable[[Key], bool]
    ) -> Iterator[tuple[Key, Before]]:
        self.looked += 1
        self.before_look.pop(self.looked, lambda: None)()
        found, self.lying = self.lying, []
        return iter(found)


@pytest.fixture
def sender() -> Slow:
    return Slow()


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def deciding(sender: Slow, broker: Broker) -> Iterator[Deciding]:
    thread = Deciding(sender, 1, lambda: 7, None, broker.others)
    thread.start()
    yield thread
    thread.close()


def let_in(_draft: Draft, _at: Instant) -> None:
    return None


def test_a_send_that_was_read_back_and_never_acknowledged_is_the_same_fact_when_it_comes_again(
    deciding: Deciding, sender: Slow, broker: Broker
) -> None:
    first = deciding.put([DRAFT], let_in)
    deciding.put([]).result(10)
    broker.lying.append((("H1", "e1"), Before("hash", 5)))
    deciding.put([Draft(PLAN_CHANGES, "H2", "e2", "hash", b"{}")], lambda _draft, _at: "no").result(10)
    sender.sent[0].set_exception(Unavailable("no answer"))
    with pytest.raises(Unavailable):
        first.result(10)
    (receipt,) = deciding.put([DRAFT], lambda _draft, _at: "it is in force").result(10)
    assert (receipt.taken, receipt.appended_at) == (Taken.SAME, 5)


def test_one_that_lands_while_it_is_judged_anew_is_not_refused_for_its_own_sake(
    deciding: Deciding, broker: Broker
) -> None:
    broker.before_look[broker.looked + 2] = lambda: broker.lying.append((("H1", "e1"), Before("hash", 5)))
    (receipt,) = deciding.put([DRAFT], lambda _draft, _at: "it is in force").result(10)
    assert (receipt.taken, receipt.appended_at) == (Taken.SAME, 5)


def test_what_is_refused_and_does_not_lie_there_stays_refused(deciding: Deciding) -> None:
    (receipt,) = deciding.put([DRAFT], lambda _draft, _at: "no").result(10)
    assert (receipt.taken, receipt.refusal) == (Taken.REFUSED, "no")
