"""How the door's facts come into a broker's log: one thread decides, in the order in which they are sent.

    1. Gather what has come in meanwhile, so that one look at the index serves all of it.
    2. Ask the index which ids are known. Where it cannot be reached, nothing is: what is sent twice is passed over by
       every reader, and is not held up for that. But nothing is refused then: it may stand in the log already, and be
       refused for no other reason than that.
    3. Look at what other doors have written of the homes that a decision is to be made for: `decide` must hold all
       that was acknowledged, by whomever.
    4. Decide, draft by draft. What brings an id that is on its way already comes again when that is settled: of two
       that come at once one is the first.
    5. Send what is new. When all of an append is acknowledged, its receipts are given; where it is not, it was
       `Unavailable`, whatever of it may land yet: the homes are built anew before anything more is asked of them.

It judges nothing itself, and reads nothing of a fact but its id.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Final, NamedTuple, Protocol, TypeAlias

import structlog

from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Decide, Draft, Receipt, Taken, Unavailable
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import Landed, Outgoing, outgoing
from shared.topics import CHECK_INS

Key: TypeAlias = tuple[str, str]
"""Home and id."""

GATHERED: Final = 2_000
"""Drafts at once."""
REMEMBERED: Final = 50_000
"""Of what was sent last: until the index knows it, and until it is read back as our own."""
IDLE: Final[Duration] = 2 * SECOND
"""How often what others have written is read, so that it is never much."""

_log = structlog.get_logger("log")


class Before(NamedTuple):
    """An id that is in the log."""

    contenthash: str
    appended_at: Instant


class Ids(Protocol):
    """The index's view of ids."""

    def known(self, keys: Sequence[Key]) -> Mapping[Key, Before]:
        """Those of `keys` that are known. Raises Unavailable."""
        ...


class Sender(Protocol):
    """What a producer is asked for (`shared.log.kafka.producer`)."""

    def put_future(self, records: Sequence[Outgoing]) -> Future[list[Landed]]:
        """Never raises."""
        ...


Others: TypeAlias = Callable[[Iterable[int], Callable[[Key], bool]], Iterable[tuple[Key, Before]]]
"""Reads on in these home-partitions, asking of each record's key whether it is our own; gives the ids of all that it
reads. Raises Unavailable."""


class _Ask(NamedTuple):
    drafts: Sequence[Draft]
    decide: Decide | None
    answer: Future[list[Receipt]]


class _Sent:
    """An id that was sent: on its way, or in the log since `appended_at`."""

    __slots__ = ("answer", "appended_at", "contenthash")

    def __init__(
        self, contenthash: str, answer: Future[list[Receipt]] | None, appended_at: Instant | None = None
    ) -> None:
        self.contenthash = contenthash
        self.answer = answer
        self.appended_at = appended_at


class _Again(Exception):  # noqa: N818 - reads as what it says
    """What is asked has become known in the middle of a decision: it is decided anew, as a whole."""


class Deciding(threading.Thread):
    """The thread. `put` from anywhere; `close` ends it."""

    on_rollback: Callable[[Sequence[Draft]], None] | None = None

    def __init__(
        self,
        sender: Sender,
        partitions: int,
        now: Callable[[], Instant],
        ids: Ids | None = None,
        others: Others | None = None,
        monotonic: Callable[[], Duration] = clock.monotonic,
    ) -> None:
        """`now`: the instant a decision is made for; the broker's own is a little later."""
        super().__init__(name="deciding", daemon=True)
        self._sender = sender
        self._partitions = partitions
        self._now = now
        self._ids = ids
        self._others = others
        self._monotonic = monotonic
        self._waiting: deque[_Ask] = deque()
        self._come = threading.Condition()
        self._closed = False
        self._sent: dict[Key, _Sent] = {}
        self._ended = False
        self._looked = monotonic()
        self._news = 0  # how often something was read that was not known here
        self._undone: deque[Sequence[Draft]] = deque()

    def put(self, drafts: Sequence[Draft], decide: Decide | None = None) -> Future[list[Receipt]]:
        """See `Log.append_future`. Never raises."""
        answer: Future[list[Receipt]] = Future()
        with self._come:
            if self._closed:
                answer.set_exception(Unavailable("the log is closed; send it again to whoever is up now"))
            else:
                self._waiting.append(_Ask(drafts, decide, answer))
                self._come.notify()
        return answer

    def close(self) -> None:
        """Take what waits, then end."""
        with self._come:
            self._closed = True
            self._come.notify()
        if self.ident is not None:
            self.join()

    def ours(self, key: Key) -> bool:
        """Whether this door sent it lately, or has read it already."""
        return key in self._sent

    # -- the thread ------------------------------------------------------------------------------------------

    def run(self) -> None:
        while (asks := self._gather()) is not None:
            try:
                self._round(asks)
            except Exception as error:  # whoever asked is answered, and the next is served
                _log.exception("what came in could not be decided", asks=len(asks))
                for ask in asks:
                    with suppress(InvalidStateError):  # it is on its way, or answered
                        ask.answer.set_exception(error)
        with self._come:
            self._ended = True

    def _round(self, asks: Sequence[_Ask]) -> None:
        if not asks or self._monotonic() - self._looked >= IDLE:
            self._looked = self._monotonic()
            self._look_at_others(range(self._partitions))
        (known, doubt), wrong = self._known(asks), None
        if judged := self._judged(asks):
            wrong = self._look_at_others(judged)
        for ask in asks:
            if wrong is None:
                self._take(ask, known, doubt)
            elif ask.answer.set_running_or_notify_cancel():
                ask.answer.set_exception(wrong)

    def _gather(self) -> list[_Ask] | None:
        """What waits; nothing after a while in which nothing came; None at the end."""
        with self._come:
            self._come.wait_for(lambda: self._waiting or self._closed, IDLE / SECOND)
            asks, drafts = [], 0
            while self._waiting and drafts < GATHERED:
                asks.append(self._waiting.popleft())
                drafts += len(asks[-1].drafts)
            return None if self._closed and not asks else asks

    def _known(self, asks: Sequence[_Ask]) -> tuple[Mapping[Key, Before], bool]:
        """What is known of these, and whether more may be."""
        if self._ids is None:
            return {}, False
        keys = {(draft.home_id, draft.id) for ask in asks for draft in ask.drafts}
        try:
            return self._ids.known([key for key in keys if key not in self._sent]), False
        except Unavailable as error:
            _log.warning("known ids cannot be looked up; what is sent again is taken again", error=str(error))
            return {}, True

    def _judged(self, asks: Sequence[_Ask]) -> set[int]:
        """The home-partitions in which more than a check is asked about."""
        homes = {d.home_id for ask in asks if ask.decide for d in ask.drafts if d.topic != CHECK_INS}
        return {partition_of(home_id, self._partitions) for home_id in homes}

    def _look_at_others(self, partitions: Iterable[int]) -> Unavailable | None:
        if self._others is not None:
            try:
                for key, before in self._others(partitions, self.ours):
                    self._lies_there(key, before)
            except Unavailable as error:
                return error
            self._forget_old()
        return None

    def _lies_there(self, key: Key, before: Before) -> None:
        """Sent again it is the same fact, whoever took it: a send of our own too whose acknowledgement never came."""
        sent = self._sent.get(key)
        if sent is None:
            self._news += 1
            self._sent[key] = _Sent(before.contenthash, None, before.appended_at)
        elif sent.appended_at is None:
            sent.appended_at = before.appended_at

    def _take(self, ask: _Ask, known: Mapping[Key, Before], doubt: bool) -> None:
        if (settling := self._on_its_way(ask)) is not None:
            settling.add_done_callback(lambda _done: self._come_again(ask))
            return
        if not (ask.answer.running() or ask.answer.set_running_or_notify_cancel()):
            return
        self._roll_back()
        receipts: dict[int, Receipt] = {}
        going: list[int] = []
        stamp = self._now()
        try:
            for number, draft in enumerate(ask.drafts):
                receipt = self._receipt(ask, draft, stamp, known)
                if doubt and receipt is not None and receipt.taken is Taken.REFUSED:
                    raise Unavailable(
                        "whether it is known already cannot be looked up; send it again in a moment"
                    )
                if receipt is None:
                    going.append(number)
                    self._sent[draft.home_id, draft.id] = _Sent(draft.contenthash, ask.answer)
                else:
                    receipts[number] = receipt
        except _Again:  # nothing of it was sent
            self._undo([ask.drafts[number] for number in going])
            self._come_again(ask)
            return
        except BaseException as error:
            self._undo([ask.drafts[number] for number in going])
            self._roll_back()
            ask.answer.set_exception(error)
            return
        self._send(ask, receipts, going)

    def _receipt(
        self, ask: _Ask, draft: Draft, stamp: Instant, known: Mapping[Key, Before]
    ) -> Receipt | None:
        """None: it is new, and let in. Raises Unavailable, and what `decide` raises."""
        key = (draft.home_id, draft.id)
        sent = self._sent.get(key)
        before = known.get(key) if sent is None else Before(sent.contenthash, sent.appended_at or stamp)
        if before is not None:
            same = before.contenthash == draft.contenthash
            return Receipt(Taken.SAME if same else Taken.CONFLICT, before.appended_at)
        refusal = None if ask.decide is None else ask.decide(draft, stamp)
        if refusal is None:
            return None
        self._look_once_more(key)
        return Receipt(Taken.REFUSED, refusal=refusal)

    def _look_once_more(self, key: Key) -> None:
        """A refusal is final for a phone: it must not be for want of what another door has let in, nor for the sake of
        the very fact, that has landed meanwhile. Raises _Again where there is news, and Unavailable."""
        news = self._news
        wrong = self._look_at_others({partition_of(key[0], self._partitions)})
        if wrong is not None:
            raise wrong
        if self._news > news or key in self._sent:
            raise _Again

    def _on_its_way(self, ask: _Ask) -> Future[list[Receipt]] | None:
        """What has to be settled first: an id of this ask's is on its way."""
        for draft in ask.drafts:
            sent = self._sent.get((draft.home_id, draft.id))
            if sent is not None and sent.appended_at is None and sent.answer is not None:
                return sent.answer
        return None

    def _come_again(self, ask: _Ask) -> None:
        with self._come:
            if not self._ended:
                self._waiting.appendleft(ask)
                self._come.notify()
                return
        ask.answer.set_exception(Unavailable("the log is closed; send it again to whoever is up now"))

    def _send(self, ask: _Ask, receipts: dict[int, Receipt], going: Sequence[int]) -> None:
        drafts = [ask.drafts[number] for number in going]

        def landed(done: Future[list[Landed]]) -> None:
            error = done.exception()
            if error is not None:
                self._undo(drafts)
                ask.answer.set_exception(error)
                return
            for number, draft, where in zip(going, drafts, done.result(), strict=True):
                receipts[number] = Receipt(Taken.NEW, where.appended_at)
                if (sent := self._sent.get((draft.home_id, draft.id))) is not None:
                    sent.appended_at = where.appended_at
            ask.answer.set_result([receipts[number] for number in range(len(ask.drafts))])

        self._forget_old()
        self._sender.put_future([outgoing(draft, self._partitions) for draft in drafts]).add_done_callback(
            landed
        )

    def _undo(self, drafts: Sequence[Draft]) -> None:
        """What was let in was not acknowledged. It may be in the log all the same, or get there yet."""
        for draft in drafts:
            sent = self._sent.get((draft.home_id, draft.id))
            if sent is not None and sent.appended_at is None:  # else it has been read: it lies there
                self._sent.pop((draft.home_id, draft.id), None)
        if drafts:
            self._undone.append(drafts)

    def _roll_back(self) -> None:
        """In the deciding thread, between two asks: nothing is taken from under a decision."""
        while self._undone:
            drafts = self._undone.popleft()
            if self.on_rollback is not None:
                self.on_rollback(drafts)

    def _forget_old(self) -> None:
        if len(self._sent) > REMEMBERED:
            for key, sent in list(self._sent.items())[: REMEMBERED // 2]:
                if sent.appended_at is not None:
                    self._sent.pop(key, None)  # the producer's thread takes some away too
