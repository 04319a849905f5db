"""Who owns which home-partition: decided by Faust, and nothing else is (ARCHITECTURE.md, "Two logs, one behaviour").

1. Ask the broker for the ownership topic: Faust only warns about a missing one, hides why it cannot sign in, and would
   look again after five minutes. A broker that is away is said once, with its remedy, and asked again every second.
   What waiting does not mend (no topic, another number of partitions, no right) ends it, unless this was a member
   before: a watch that was begun is not given up.
2. Be a member of the service's group through Faust (`shared.worker.membership`), and say what is owned at each change.
3. When Faust ends by itself, whatever the reason, nothing is owned: say so, and begin again at 1 with a new Faust.
4. When told to stop, own nothing, leave the group, end.

What is owned is advice. The law is the ledger's compare-and-swap: a worker that does not know yet that it lost a
partition can write nothing. What is read, written or remembered never comes through here.
"""

import threading
from collections.abc import Callable
from typing import Final

import structlog

from shared import clock
from shared.instants import SECOND
from shared.log.base import Unavailable
from shared.log.kafka.connection import Broker, BrokerWrong
from shared.log.kafka.diagnosis import admin
from shared.topics import OWNERSHIP
from shared.worker.membership import Membership

NOTHING: Final[frozenset[int]] = frozenset()
_ASK_EVERY_S: Final = 1.0
_WRONG_FOR_S: Final = 5.0
"""What is wrong is believed after this long: a broker that has only just started may not know its topics yet."""
_LEAVE_WITHIN_S: Final = 5.0
"""How long a Faust that ended by itself may take to leave the group, before it is cut off."""

_log = structlog.get_logger("ownership")


class Ownership:
    """One service's share of the home-partitions; `group`: the service's, like `wakeful-checks`.

    `on_change` gets what is owned now, at each change: nothing the moment a rebalance begins, before anybody else can
    own it, and the new set when it is known. It is called from a thread of this object's own, one call at a time, and
    must come back soon: for as long as it takes, nobody in the group gets anything. What it raises ends this."""

    failed: Exception | None
    """Why it ended by itself, if it did. Nothing is owned then, and nothing will be."""

    def __init__(self, broker: Broker, group: str, on_change: Callable[[frozenset[int]], None]) -> None:
        self.failed = None
        self._broker = broker
        self._group = group
        self._on_change = on_change
        self._owned = NOTHING
        self._log = _log.bind(group=group)
        self._stopping = threading.Event()
        self._was_member = False
        self._refused: Exception | None = None
        self._membership: Membership | None = None
        self._joining = threading.Lock()
        # A daemon: a Faust that hangs must not keep alive a process that wants to end.
        self._thread = threading.Thread(target=self._run, name=f"ownership {group}", daemon=True)

    def start(self) -> None:
        """Join the group, in the background. Once."""
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """Own nothing and leave the group, so that others take over at once. Back in `within_s` at most: a broker that
        does not answer is left to find out by itself."""
        with self._joining:
            self._stopping.set()
            if self._membership is not None:
                self._membership.leave(max(within_s - 1.0, within_s / 2))
        if self._thread.ident is not None:
            self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._ask()
                self._be_a_member()
        except BrokerWrong as wrong:
            self.failed = wrong
            self._log.error("no home-partition will be owned", reason=str(wrong))
        except Exception as failure:  # whatever it is: a thread that died silently would own for ever
            self.failed = failure
            self._log.error("no home-partition is owned any more", exc_info=failure)

    def _ask(self) -> None:
        """Until the broker has the ownership topic, as it has to be."""
        said: type[Unavailable] | None = None
        wrong_since: float | None = None
        while not self._stopping.is_set():
            try:
                _ask(self._broker)
            except Unavailable as error:
                if type(error) is not said:
                    self._log.error("no home-partition can be owned", reason=str(error))
                    said = type(error)
                if not isinstance(error, BrokerWrong):
                    wrong_since = None
                elif wrong_since is None:
                    wrong_since = clock.monotonic() / SECOND
                elif clock.monotonic() / SECOND - wrong_since > _WRONG_FOR_S and not self._was_member:
                    raise
            else:
                if said is not None:
                    self._log.info("the broker answers again")
                return
            self._stopping.wait(_ASK_EVERY_S)

    def _be_a_member(self) -> None:
        """From joining to leaving. A Faust that ends by itself is said aloud, and another one begun."""
        with self._joining:
            if self._stopping.is_set():
                return
            self._membership = membership = Membership(
                self._broker, self._broker.prefix + self._group, self._tell
            )
        reason = membership.run(_LEAVE_WITHIN_S)
        with self._joining:
            self._membership = None
        if self._refused is not None:
            raise self._refused
        if reason is not None and not self._stopping.is_set():
            self._log.warning("the group is joined anew", reason=repr(reason), exc_info=reason)
            self._stopping.wait(_ASK_EVERY_S)

    def _tell(self, owned: frozenset[int]) -> None:
        if owned == self._owned:
            return
        self._owned = owned
        self._was_member = True
        self._log.info("home-partitions owned", partitions=sorted(owned))
        try:
            self._on_change(owned)
        except Exception as refused:
            # Faust would crash of it, and would be begun again and again.
            self._refused = refused
            raise


def _ask(broker: Broker) -> None:
    """Raises Unavailable, with what to do, unless the ownership topic is there and as it has to be."""
    name = broker.topic(OWNERSHIP)
    with admin(broker) as client:
        if name not in client.list_topics():
            raise BrokerWrong(f"the broker has no topic {name}; make it: wakeful topics make")
        [described] = client.describe_topics([name])
    found = len(described["partitions"])
    if found != broker.partitions:
        raise BrokerWrong(
            f"{name} has {found} partitions and WAKEFUL_PARTITIONS is {broker.partitions}: they have to be the same on "
            "every machine; `wakeful topics check` says what all topics have"
        )
