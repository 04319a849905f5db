"""One home: what is open there, what waits to be decided about, and the deciding, in the one order of `order`. Pure.

1. Of what waits, the first that nothing can come before any more: for an alert, by the monitor that owns it; for an
   answer of which nobody knows yet whose alert it is, by all. Nothing of the home goes beyond an answer to a
   silent home that still waits: it may acknowledge any of them.
2. Or, if that comes first, what passes: the time of an acknowledgement, a quarter of an hour without a word.
3. Again, until there is nothing.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from services.alerts.deciding.order import ANSWERED, HEARD, OWN, PASSED, TOLD, Pending, Place, Reached
from services.alerts.deciding.patterns import Instance, Patterns
from services.alerts.deciding.silence import JOINING, Near, Silence, Silent
from shared import alerting
from shared.alerting import LIFECYCLE, RAISED, RESOLVED, Resolution
from shared.answering import TERMS, until_of, wrong_with
from shared.facts import Fact
from shared.instants import NEVER, Instant, parse_instant
from shared.monitor import Effect
from shared.rejected import rejected
from shared.topics import RESPONSES

NOBODY: Final[Instant] = -NEVER
"""When somebody said that he has it, where nobody has."""
_ALERT, _NEAR = 0, 1
"""What is told of an alert concerns the alert, and, of some kinds, what is near it: each has its own turn."""
_SAID: Final = ("alert_id", "by", "kind", "action", "until", "reason")


class Move(NamedTuple):
    """What is to be done next, and its place in the order."""

    place: Place
    do: Callable[[], None]


class Held:
    """An open alert, and whether somebody has it."""

    __slots__ = ("kind", "owner", "said_at", "until")

    def __init__(self, kind: str, owner: str, until: Instant = NEVER, said_at: Instant = NOBODY) -> None:
        self.kind = kind
        self.owner = owner
        self.until = until
        """Until when somebody has it; NEVER: nobody has."""
        self.said_at = said_at
        """When that was said last."""


class DecidedHome:
    """All of one home."""

    __slots__ = ("_answers", "_effects", "_open", "_patterns", "_pending", "id", "silence")

    def __init__(self, home_id: str) -> None:
        self.id = home_id
        self.silence = Silence()
        self._patterns = Patterns()
        self._open: dict[str, Held] = {}
        self._pending: list[Pending] = []
        self._answers = 0  # how many were read: they keep the order of the log
        self._effects: list[Effect] = []

    # -- what is read

    def told(self, fact: Fact, night: int | None) -> None:
        """What a monitor told of an alert. `night`: that its `since` lies in."""
        if fact.type not in (RAISED, RESOLVED):
            return  # a level changes nothing here
        data = fact.data
        owner = fact.source.removeprefix("wakeful/")
        tie = (data["alert_id"], LIFECYCLE[fact.type], 0)
        if fact.type == RESOLVED:
            what: dict[str, Any] = {"owner": owner, "how": data["how"]}
            self._wait(Place(fact.observed_at, TOLD, (*tie, _ALERT)), what)
            self._wait(Place(fact.observed_at, TOLD, (*tie, _NEAR)), what)
            return
        self._wait(Place(fact.observed_at, TOLD, (*tie, _ALERT)), {"owner": owner, "kind": data["kind"]})
        if data["kind"] in JOINING:
            near = Near(data["kind"], data.get("placement_id", ""), parse_instant(data["since"]), night)
            self._wait(Place(fact.observed_at, TOLD, (*tie, _NEAR)), {"near": list(near)})

    def answered(self, fact: Fact) -> None:
        """What a person answered."""
        said = {name: fact.data[name] for name in _SAID if fact.data.get(name) is not None}
        self._answers += 1
        place = Place(fact.appended_at, ANSWERED, (self._answers,))
        self._wait(place, {"id": fact.id, "said": said})

    def _wait(self, place: Place, what: dict[str, Any]) -> None:
        at = bisect_left(self._pending, place, key=lambda each: each.place)
        if at == len(self._pending) or self._pending[at].place != place:  # told twice is told once
            insort(self._pending, Pending(place, what), key=lambda each: each.place)

    # -- deciding

    @property
    def next(self) -> Instant:
        """Nothing is decided about up to this instant, the instant itself included where it is what passes."""
        waits = self._pending[0].place.at if self._pending else NEVER
        heard = self.silence.heard
        passes = min((held.until for held in self._open.values()), default=NEVER)
        return min(waits, passes, self.silence.due, NEVER if heard is None else heard[0])

    def decide(self, reached: Reached) -> list[Effect]:
        """Go as far as has been reached; what came of it, in order."""
        self._effects = []
        while (move := self._move(reached)) is not None:
            move.do()
        self.silence.hearing.forget(reached.of(OWN))
        return self._effects

    def _move(self, reached: Reached) -> Move | None:
        barrier, waiting = self._waiting(reached)
        moves = [*([] if waiting is None else [waiting]), *self._passing(reached)]
        first = min(moves, key=lambda move: move.place, default=None)
        return first if first is not None and (barrier is None or first.place < barrier) else None

    def _waiting(self, reached: Reached) -> tuple[Place | None, Move | None]:
        """The first that has its turn, and the answer, if there is one, that nothing may overtake."""
        for number, each in enumerate(self._pending):
            place, what = each
            if place.at > reached.most:
                break
            owner = self._owner(each)
            if reached.holds(place, owner):
                return None, Move(place, lambda number=number: self._take(number))  # type: ignore[misc]
            if place.phase == ANSWERED and (owner is None or self._of_the_silent(what["said"])):
                return place, None
        return None, None

    def _owner(self, pending: Pending) -> str | None:
        """Whom it waits for; None: for all."""
        place, what = pending
        if place.phase == TOLD:
            return OWN if place.tie[-1] == _NEAR else str(what["owner"])
        alert_id = what["said"]["alert_id"]
        held = self._open.get(alert_id)
        return self._expected(alert_id) if held is None else held.owner

    def _expected(self, alert_id: str) -> str | None:
        """The owner of an alert whose raising waits for its turn too."""
        for (_, phase, tie), what in self._pending:
            if phase == TOLD and tie == (alert_id, LIFECYCLE[RAISED], 0, _ALERT):
                return str(what["owner"])
        return None

    def _of_the_silent(self, said: dict[str, Any]) -> bool:
        silent = self.silence.silent
        return silent is not None and silent.id == said["alert_id"]

    def _passing(self, reached: Reached) -> Iterator[Move]:
        for id_, held in self._open.items():
            if held.until != NEVER:
                place = Place(held.until, PASSED, (id_,))
                if reached.holds(place, held.owner):
                    yield Move(place, lambda id_=id_, at=held.until: self._reopen(id_, at))  # type: ignore[misc]
        if (due := self.silence.due) != NEVER and reached.holds(place := Place(due, PASSED), OWN):
            yield Move(place, self._fall_silent)
        if (heard := self.silence.heard) is not None and reached.holds(place := Place(heard[0], HEARD), OWN):
            yield Move(place, lambda: self._speak_again(*heard))

    # -- what each of them does

    def _take(self, number: int) -> None:
        place, what = self._pending.pop(number)
        if place.phase == ANSWERED:
            self._answer(what["id"], what["said"], place.at)
            return
        alert_id, lifecycle, _, lane = place.tie
        is_raised = lifecycle == LIFECYCLE[RAISED]
        if lane == _ALERT and is_raised:
            self._open.setdefault(alert_id, Held(what["kind"], what["owner"]))
        elif lane == _ALERT:
            self._open.pop(alert_id, None)
        elif is_raised:
            self._join(alert_id, Near(*what["near"]), place.at)
        else:
            self._part(alert_id, what["how"], place.at)

    def _join(self, alert_id: str, near: Near, at: Instant) -> None:
        """*A new member reopens it.*"""
        joined = self.silence.opened(alert_id, near, at)
        if joined and self.silence.silent is not None:
            silent = self._open.get(self.silence.silent.id)
            if silent is not None and silent.until != NEVER:
                self._reopen(self.silence.silent.id, at)

    def _part(self, alert_id: str, how: str, at: Instant) -> None:
        near = self.silence.closed(alert_id)
        if near is None or near.night is None:
            return
        pattern = self._patterns.closed(
            Instance(near.placement_id, near.night, alert_id, near.since), how, at
        )
        if pattern is not None:
            subject = {"placement_id": pattern.subject} if pattern.subject else {}
            self._raise("pattern_concern", subject, pattern.since, at, pattern.facts)

    def _raise(
        self, kind: str, subject: dict[str, str], since: Instant, at: Instant, facts: dict[str, Any]
    ) -> str:
        effect = alerting.raised(OWN, kind, self.id, subject, since, at, facts)
        alert_id: str = effect.event["subject"]
        self._open[alert_id] = Held(kind, OWN)
        self._effects.append(effect)
        return alert_id

    def _fall_silent(self) -> None:
        since, at, members = self.silence.begins()
        alert_id = self._raise("home_silent", {}, since, at, {"members": members})
        self.silence.silent = Silent(alert_id, at, set(members))

    def _speak_again(self, at: Instant, fact_id: str) -> None:
        silent = self.silence.silent
        self.silence.ends(at)
        if silent is not None and self._open.pop(silent.id, None) is not None:
            self._effects.append(alerting.resolved(OWN, self.id, silent.id, at, Resolution.RESTORED, fact_id))

    def _reopen(self, alert_id: str, at: Instant) -> None:
        self._open[alert_id].until = NEVER
        self._effects.append(alerting.reopened(OWN, self.id, alert_id, at))

    def _answer(self, event_id: str, said: dict[str, Any], at: Instant) -> None:
        """An answer to an alert that is not open changes nothing."""
        alert_id = said["alert_id"]
        held = self._open.get(alert_id)
        if held is None:
            return
        refusal = wrong_with(said, held.kind, at)
        if refusal is not None:
            self._effects.append(rejected(RESPONSES, self.id, event_id, at, refusal))
        elif said["kind"] == "acknowledge":
            self._acknowledge(alert_id, said, at)
        elif said["kind"] == "decide":
            del self._open[alert_id]
            self._effects.append(alerting.decided(OWN, self.id, alert_id, at, said["by"], said["reason"]))

    def _acknowledge(self, alert_id: str, said: dict[str, Any], at: Instant) -> None:
        until = until_of(said, self._open[alert_id].kind, at)
        if not self._hold(alert_id, said, at, until) or not self._of_the_silent(said):
            return
        silent = self.silence.silent
        members = (
            {} if silent is None else {id_: self._open[id_] for id_ in silent.members if id_ in self._open}
        )
        shortest = min((TERMS[member.kind].longest for member in members.values()), default=0)
        for id_ in sorted(members):
            self._hold(id_, said, at, min(until, at + shortest))

    def _hold(self, alert_id: str, said: dict[str, Any], at: Instant, until: Instant) -> bool:
        """Somebody has it. Of several who say so at one instant the first has it."""
        held = self._open[alert_id]
        if held.said_at == at:
            return False
        held.until, held.said_at = until, at
        self._effects.append(
            alerting.acknowledged(OWN, self.id, alert_id, at, said["by"], said["action"], until)
        )
        return True

    # -- at rest

    def state(self) -> dict[str, Any]:
        """Its form at rest: what there is."""
        state = self.silence.state()
        if self._open:
            state["open"] = {id_: _held_state(held) for id_, held in self._open.items()}
        if self._pending:
            state["pending"] = [each.state() for each in self._pending]
            state["answers"] = self._answers
        if nights := self._patterns.state():
            state["nights"] = nights
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Back from its form at rest."""
        self.silence.restore(state)
        self._open = {id_: Held(*held) for id_, held in state.get("open", {}).items()}
        self._pending = [Pending.restored(each) for each in state.get("pending", ())]
        self._answers = state.get("answers", 0)
        self._patterns = Patterns(*state.get("nights", ()))


def _held_state(held: Held) -> list[Any]:
    if held.until == NEVER and held.said_at == NOBODY:
        return [held.kind, held.owner]
    return [held.kind, held.owner, held.until, held.said_at]
