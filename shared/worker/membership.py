"""One life of Faust: a member of one group, from joining to leaving. Faust is loaded here and nowhere else.

1. Faust runs in this thread, on a loop of its own, as a bare app: no `Worker`, which would take the process's signals,
   its logging and its standard output; no web server; no tables; no producer. Its consumer has a thread beside it.
2. What it is assigned and revoked is told, from this thread.
3. It ends when told to leave, when it crashes, or when it has been without an answer from the group for too long.
   Then nothing is owned; it leaves the group, so that others take over at once.
4. A Faust that does not come to an end in time is cut off: its loop is stopped. It must not live on unseen as a member
   that owns what nobody watches; the broker gives its share to others when its session has run out.

The topic's records mean nothing and are not acknowledged, so nothing is ever committed.
"""

import asyncio
import logging
import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from shared.log.kafka.connection import Broker
from shared.topics import OWNERSHIP

os.environ.setdefault("NO_CYTHON", "1")  # Faust's compiled parts are read before anything of it is loaded

import faust
from faust.app.base import BootStrategy
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP
from mode.threads import WorkerThread
from yarl import URL

from shared import clock
from shared.instants import SECOND

for _name in ("aiokafka", "faust", "mode", __name__):
    # They say every step and every failed attempt, ten a second where the broker is away, and what Faust's classes say
    # goes by the name of the module that makes use of them. What matters of it is said by `Ownership`. Whoever wants it
    # all sets a level before this is loaded.
    if logging.getLogger(_name).level == logging.NOTSET:
        logging.getLogger(_name).setLevel(logging.CRITICAL)

SESSION_S: Final = 10.0
"""Without a heartbeat for this long, a member has left."""
REBALANCE_S: Final = 10.0
"""How long the group waits for a member that is asked to join anew."""
REQUEST_S: Final = 15.0
"""How long a request may take, a join with its wait for the others included: a broker that has fallen silent, rather
than closed its connections, is given up after this. Faust's 90 s would be longer than `blind_after`."""
METADATA_S: Final = 10.0
"""How often the topic is looked at anew: what a broker that had only just started did not know yet."""
UNANSWERED_S: Final = 30.0
"""How long the group may leave a member without an answer."""
_LOOK_EVERY_S: Final = 0.5
_CUT_WITHIN_S: Final = 2.0
"""How long a thread that has said good-bye is waited for before it is cut off, and how long after that. One that hangs
in a call sends no heartbeats either."""


class Membership:
    """One life. `tell` gets what is owned now, at each change."""

    def __init__(self, broker: Broker, group: str, tell: Callable[[frozenset[int]], None]) -> None:
        self._broker = broker
        self._group = group
        self._topic = broker.topic(OWNERSHIP)
        self._tell = tell
        self._waiting_since: float | None = clock.monotonic() / SECOND
        self._loop = asyncio.SelectorEventLoop()
        self._leaving = asyncio.Event()
        self._leave_within_s: float | None = None

    def run(self, leave_within_s: float) -> BaseException | None:
        """Join, be a member, leave. The reason, if it ended by itself: then it may take `leave_within_s` to leave."""
        asyncio.set_event_loop(self._loop)
        try:
            return self._loop.run_until_complete(self._live(leave_within_s))
        finally:
            asyncio.set_event_loop(None)
            _close(self._loop)

    def leave(self, within_s: float) -> None:
        """From any thread: own nothing, leave the group."""
        self._leave_within_s = within_s
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._leaving.set)

    async def _live(self, leave_within_s: float) -> BaseException | None:
        app = self._app()
        starting = asyncio.ensure_future(app.start())
        try:
            while (reason := self._ended(app, starting)) is None:
                try:
                    await asyncio.wait_for(self._leaving.wait(), _LOOK_EVERY_S)
                    return None
                except TimeoutError:
                    continue
            return reason
        finally:
            try:
                self._tell(frozenset())
            finally:
                within_s = leave_within_s if self._leave_within_s is None else self._leave_within_s
                await _end(app, starting, within_s)
                # Faust keeps them for ever otherwise, under an id that a later app may get.
                app.on_partitions_revoked.disconnect(self._revoked)  # type: ignore[arg-type]
                app.on_partitions_assigned.disconnect(self._assigned)  # type: ignore[arg-type]

    def _ended(self, app: "_App", starting: "asyncio.Future[None]") -> BaseException | None:
        if app.crash_reason is not None:
            return app.crash_reason
        if starting.done() and (error := starting.exception()) is not None:
            return error
        if app.should_stop:
            return RuntimeError("Faust stopped by itself")
        if (
            self._waiting_since is not None
            and clock.monotonic() / SECOND - self._waiting_since > UNANSWERED_S
        ):
            return TimeoutError(
                f"the group gave no answer for {UNANSWERED_S:.0f} s; if that goes on, see the broker's log, and "
                "whether its advertised.listeners can be reached from here"
            )
        return None

    def _app(self) -> "_App":
        app = _App(
            self._group,
            broker=[URL(f"kafka://{server}") for server in self._broker.servers],
            broker_credentials=_credentials(self._broker),
            broker_session_timeout=SESSION_S,
            broker_heartbeat_interval=3.0,
            broker_rebalance_timeout=REBALANCE_S,
            broker_request_timeout=REQUEST_S,
            broker_commit_interval=3600.0,
            # Membership follows from heartbeats alone: whether Faust fetches says nothing about who watches.
            broker_max_poll_interval=7 * 86_400.0,
            consumer_auto_offset_reset="latest",
            consumer_metadata_max_age_ms=int(METADATA_S * 1000),
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
            worker_redirect_stdouts=False,
        )
        app.on_partitions_revoked.connect(self._revoked)  # type: ignore[arg-type]  # no name is promised there
        app.on_partitions_assigned.connect(self._assigned)  # type: ignore[arg-type]
        app.agent(app.topic(self._topic, acks=False, value_serializer="raw", key_serializer="raw"))(
            _heartbeats
        )
        return app

    async def _revoked(self, _app: object, _revoked: set[TP], **_more: Any) -> None:
        self._waiting_since = clock.monotonic() / SECOND
        self._tell(frozenset())

    async def _assigned(self, _app: object, assigned: set[TP], **_more: Any) -> None:
        self._waiting_since = None
        if not self._leaving.is_set():
            self._tell(frozenset(each.partition for each in assigned if each.topic == self._topic))


async def _heartbeats(stream: Any) -> None:
    async for _ in stream:
        pass


class _Bare(BootStrategy):
    enable_web = False  # `web_enabled` alone still binds a port
    enable_kafka_producer = False


class _App(faust.App):
    """As a library: it makes no folders, and its threads end with the process."""

    BootStrategy = _Bare

    async def on_first_start(self) -> None:
        """No folder for tables."""

    def _new_transport(self) -> "_Transport":
        return _Transport(self.conf.broker_consumer, self)

    def _on_rebalance_when_stopped(self) -> None:
        """Nothing. Faust's own closes the consumer from another loop than the consumer's, so that it goes without a
        word where a rebalance falls into its end: its share would be nobody's until its session had run out."""


class _Daemon(WorkerThread):
    def __init__(self, service: Any, **more: Any) -> None:
        super().__init__(service, **more)
        self.daemon = True

    def stop(self) -> None:
        """Not waited for here, where it would be for ever and would hold up the app's loop: `_end` waits."""


class _ConsumerThread(AIOKafkaConsumerThread):
    _closing = False

    def _start_thread(self) -> None:
        asyncio.set_event_loop(self.thread_loop)
        try:
            self.thread_loop.run_until_complete(self._serve())
        except (Exception, asyncio.CancelledError):
            # It crashed, which the app knows, or was cut off, which is why nobody is left to tell.
            self.log.debug("the consumer ended", exc_info=True)
        finally:
            self._closing = True
            closing = frozenset[asyncio.Task[Any]]()
            if self._consumer is not None:  # its connections, where it did not come to close them itself
                closing = frozenset({self.thread_loop.create_task(self._consumer._client.close())})
            _close(self.thread_loop, closing)
            if not self.parent_loop.is_closed():
                self.set_shutdown()

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Not onto standard error: the app crashes of it, and that is said."""

    def cut(self, after_s: float) -> None:
        """Without having left the group, if it has not ended by then. Afterwards no heartbeat is sent any more."""
        if self._thread is None:
            self.thread_loop.close()
            return
        self._thread.join(after_s)
        with suppress(RuntimeError):  # its loop is closed: it has ended
            self.thread_loop.call_soon_threadsafe(self._halt)
        self._thread.join(_CUT_WITHIN_S)

    def _halt(self) -> None:
        if not self._closing:
            self.thread_loop.stop()


class _Consumer(Consumer):
    thread: _ConsumerThread

    def _new_consumer_thread(self) -> _ConsumerThread:
        self.thread = _ConsumerThread(self, loop=self.loop, beacon=self.beacon, Worker=_Daemon)
        return self.thread


class _Transport(Transport):
    Consumer = _Consumer


async def _end(app: _App, starting: "asyncio.Future[None]", within_s: float) -> None:
    """Leave the group, and end all that was begun; what has not ended in time is cut off."""
    starting.cancel()
    stopping = asyncio.ensure_future(app.stop())
    done, _ = await asyncio.wait({starting, stopping}, timeout=within_s)
    for each in done:
        if not each.cancelled() and (error := each.exception()) is not None:
            app.log.debug("while it ended: %r", error)
    if isinstance(app._consumer, _Consumer):
        app._consumer.thread.cut(_CUT_WITHIN_S if stopping in done else 0.0)


def _close(loop: asyncio.AbstractEventLoop, spared: "frozenset[asyncio.Task[Any]]" = frozenset()) -> None:
    """With what still runs on it, which gets a moment to end."""
    for task in asyncio.all_tasks(loop) - spared:
        task.cancel()
    if left := asyncio.all_tasks(loop):
        loop.run_until_complete(asyncio.wait(left, timeout=1.0))
    loop.close()


def _credentials(broker: Broker) -> faust.SASLCredentials | faust.SSLCredentials | None:
    tls = _tls(broker)
    if broker.sasl_mechanism is not None:
        return faust.SASLCredentials(
            username=broker.sasl_username,
            password=broker.sasl_password,
            ssl_context=tls,
            mechanism=broker.sasl_mechanism,
        )
    return None if tls is None else faust.SSLCredentials(tls)


def _tls(broker: Broker) -> ssl.SSLContext | None:
    if not broker.tls:
        return None
    context = ssl.create_default_context(cafile=broker.ca_file)
    if broker.cert_file is not None:
        context.load_cert_chain(broker.cert_file, broker.key_file)
    return context
