"""One fact's way in.

1. Who says so: the token's worker, system or person (`speaker`); the envelope is completed from it.
2. `validate`: unknown fields are refused, instants cut to milliseconds.
3. What is asked at the door only: rights, homes, approvers (`asked`).
4. `contenthash`, then every free text is sealed: from here on nobody can read it without its key.
5. `log.append`; the log's writer asks `decide` of what is new: acceptance, over the door's own fold.
6. The answer, once it is durable: new 202, the same again 200, other content under the id 409, refused 422.

A batch goes in as one step, in order of `observed_at`; one bad item never spoils the others. No HTTP here.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeAlias

from services.gateway.answering.standing import ANSWER, About, Hands, Standing, Standings
from services.gateway.asked import ONLY_BY_ORDER, Said, approver_of, may_say, may_say_now, own_words
from services.gateway.defaults import with_default_plan
from services.gateway.families import RIGHT_OF
from services.gateway.fold import DoorFold
from services.gateway.named import ON_CALL, people_of
from services.gateway.outcomes import Outcome, conflict, refusal_problem
from services.gateway.speaker import Voice, completed, could_then, lacks
from shared.cautions import AT_MOST, Caution, may_caution
from shared.events.canonical import canonical
from shared.events.contenthash import contenthash
from shared.events.decode import fact_of_event
from shared.events.errors import FieldError, Invalid
from shared.events.registry import TYPES
from shared.events.sealing import refuse_sealed, seal
from shared.events.validate import validate
from shared.facts import Fact
from shared.instants import Instant
from shared.log.base import DoorLog, Draft, Receipt, Taken
from shared.security.keys import KeyRing
from shared.security.people import People
from shared.security.rights import Actor, Right
from shared.security.tokens import Token
from shared.web.problems import Problem, invalid

Shows: TypeAlias = Callable[[Actor, str, str], bool]
"""Whether a reader is shown the alert of that home, by its id. May read the disk."""

Cleared: TypeAlias = set[tuple[str, str, Right]]
"""Of one speaker: homes, actors and rights that were asked already, and are good."""


class Prepared(NamedTuple):
    """A fact that is ready for the log, and what the writer still has to ask of it."""

    draft: Draft
    fact: Fact
    ask_again: Said | None
    """What must be asked in the order of the log too."""
    warned: list[Caution] | None
    """What its sender should look at, once it is taken; None: nothing is ever said of such facts."""
    unreached: Sequence[Caution] = ()
    """Whom it names, and nobody can reach."""
    about: About | None = None
    """Of an answer: the alert; None: no alerts are known here, and nothing is asked of it."""


class Door:
    """The way in. `prepare` may run in any thread; `append` hands over to the log's writer."""

    def __init__(
        self,
        log: DoorLog,
        keys: KeyRing,
        people: People,
        fold: DoorFold,
        shows: Shows | None = None,
        standings: Standings | None = None,
    ) -> None:
        """`shows`: whether a reader is shown an alert of a home; `standings`: how an alert stands. None: no alert is
        known here."""
        self._log = log
        self._keys = keys
        self._hash_key = keys.contenthash_key
        self._people = people
        self.fold = fold
        self._shows = shows
        self._standings = standings
        self._hands = Hands()
        log.on_rollback = fold.rolled_back

    def prepare(
        self,
        body: Any,
        event_id: str,
        who: Voice,
        session: Token | None,
        now: Instant,
        types: Sequence[str] | None = None,
        cleared: Cleared | None = None,
    ) -> Prepared:
        """The fact, ready for the log: steps 1 to 4. `session`: the worker's token, where it is a device that
        sends. `cleared`: what was asked already of others in the same batch. Raises Problem, final for this
        fact."""
        if not isinstance(body, dict):
            raise invalid([FieldError("body", None, "send the fact as a JSON object")])
        type_ = _type_of(body, types)
        needed = RIGHT_OF[type_]
        if needed not in who.speaks.rights:
            raise lacks(who, needed)
        try:
            event = validate(with_default_plan(completed(body, event_id, who)), unknown="refuse")
            refuse_sealed(event)  # nobody hands in another child's sealed text as his own
        except Invalid as error:
            raise invalid(error.errors) from None
        digest = contenthash(event, self._hash_key)
        about = self._about(event)
        whose = None if about is None or about.standing is None else about.standing.placement_id
        sealed = {**seal(event, self._keys, placement_id=whose), "contenthash": digest}
        fact = fact_of_event(TYPES[type_].topic, 0, sealed)
        if session is not None:
            _raise(could_then(session, fact.entered_at, now))
        said = self._ask(fact, event, who, needed, cleared)
        _raise(own_words(event))
        draft = Draft(fact.topic, fact.home_id, fact.id, digest, canonical(sealed))
        return Prepared(
            draft, fact, said, [] if may_caution(fact.type) else None, self._unreached(event), about
        )

    def quick(self, body: Any, who: Voice) -> bool:
        """Whether `prepare` will touch no disk, so that an event loop may run it: the everyday check."""
        if not isinstance(body, dict) or body.get("type") != "check.recorded.v1":
            return False
        data = body.get("data")
        actor = body.get("actor") if who.actor_id is None else None
        known = actor is None or (isinstance(actor, str) and self._people.remembered(actor) is not None)
        return known and isinstance(data, dict) and not data.get("note")

    def append(self, ready: Sequence[Prepared]) -> Future[list[Receipt]]:
        """Steps 5: into the log, as one step, in order of `observed_at`; receipts in that order (`in_order`)."""
        if len(ready) == 1:
            only = ready[0]
            return self._log.append_future([only.draft], lambda _draft, stamp: self._decide(only, stamp))
        by_draft = {id(each.draft): each for each in ready}
        return self._log.append_future(
            [each.draft for each in ready],
            lambda draft, stamp: self._decide(by_draft[id(draft)], stamp),
        )

    def outcome(self, ready: Prepared, receipt: Receipt) -> Outcome:
        """Step 6."""
        fact_id, at = ready.fact.id, receipt.appended_at
        if receipt.taken is Taken.NEW:
            self.fold.durable(ready.fact)
            standing = self._stands(ready)
            if standing is not None:
                self._hands.note(ready.fact, standing)
            over = standing is not None and standing.resolved_at is not None  # it changes nothing any more
            return Outcome(fact_id, 200 if over else 202, at, None, _warned(ready), standing, _by(ready))
        if receipt.taken is Taken.SAME:
            return self._known(ready, Outcome(fact_id, 200, at, standing=self._stands(ready), by=_by(ready)))
        if receipt.taken is Taken.CONFLICT:
            return self._known(ready, Outcome(fact_id, 409, problem=conflict(fact_id)))
        problem = receipt.refusal
        assert isinstance(problem, Problem)  # noqa: S101 - `_decide` gives nothing else
        return Outcome(fact_id, problem.status_code, problem=problem)

    def known(self, standing: Standing) -> Standing:
        """How an alert stands, with what this door was told of it a moment ago."""
        return self._hands.known(standing)

    def _stands(self, ready: Prepared) -> Standing | None:
        standing = None if ready.about is None else ready.about.standing
        return None if standing is None else self.known(standing)

    def _known(self, ready: Prepared, outcome: Outcome) -> Outcome:
        """The id was known, so the writer asked nothing: nobody learns that of another's home."""
        problem = may_say(ready.ask_again, self.fold) if ready.ask_again else None
        return outcome if problem is None else Outcome(ready.fact.id, problem.status_code, problem=problem)

    def _ask(
        self, fact: Fact, event: Mapping[str, Any], who: Voice, needed: Right, cleared: Cleared | None
    ) -> Said | None:
        """Ask what can be asked already, and give what must be asked again in order. Raises Problem."""
        approver_id = approver_of(event)
        if approver_id is None and fact.type not in ONLY_BY_ORDER:
            if who.home_id is not None:
                return None  # a device's own home: nothing to look up
            key = (fact.home_id, fact.actor, needed)
            if cleared is not None and key in cleared:
                return None
        else:
            key = None
        said = Said(
            fact=fact,
            voice=who,
            needed=needed,
            actor=self._people.find(fact.actor) if who.actor_id is None else None,
            approver_id=approver_id,
            approver=self._people.find(approver_id) if approver_id else None,
            shown=self._is_shown(fact, who.speaks),
        )
        if self.fold.home(fact.home_id) is None:
            return said
        _raise(may_say(said, self.fold))
        if key is None:
            return said
        if cleared is not None and who.speaks.scope.commissioner_id is None:
            cleared.add(key)
        return None

    def _unreached(self, event: Mapping[str, Any]) -> Sequence[Caution]:
        """Whom a fact of on-call names, and nobody can reach. Raises Problem where it names nobody."""
        if event["type"] not in ON_CALL:
            return ()
        try:
            return people_of(event, self._people.find)
        except Invalid as error:
            raise invalid(error.errors) from None

    def _about(self, event: Mapping[str, Any]) -> About | None:
        """The alert that an answer is about."""
        if event["type"] != ANSWER or self._standings is None:
            return None
        standing = self._standings(event["data"]["alert_id"])
        return About(None if standing is None or standing.home_id != event["homeid"] else standing)

    def _is_shown(self, fact: Fact, speaks: Actor) -> bool:
        """A commissioner answers alerts that they are shown (the chain reaches them too): of their children, and of
        homes in which one lives."""
        if fact.type != ANSWER or self._shows is None or speaks.scope.commissioner_id is None:
            return False
        return self._shows(speaks, fact.home_id, fact.data["alert_id"])

    def _decide(self, ready: Prepared, stamp: Instant) -> Problem | None:
        """In the log's writer, in its order: may this fact stand? If so it is folded in at once, so that what
        comes after it, in the same batch too, is judged with it."""
        fact = ready.fact
        fact.appended_at = stamp
        if ready.ask_again is not None:
            self.fold.make_sure(fact.home_id, stamp)
            problem = may_say_now(ready.ask_again, self.fold)
            if problem is not None:
                return problem
        refused = None if ready.about is None else ready.about.refusal(fact)
        refused = refused or self.fold.admit(fact, ready.warned)
        return None if refused is None else refusal_problem(refused)


def _warned(ready: Prepared) -> Sequence[Caution]:
    return [*(ready.warned or ()), *ready.unreached][:AT_MOST]


def _by(ready: Prepared) -> str:
    return str(ready.fact.data["by"]) if ready.about is not None else ""


def in_order(ready: Sequence[Prepared]) -> list[Prepared]:
    """The order in which a batch is appended: by `observed_at`, as sent where that is the same."""
    return sorted(ready, key=lambda each: each.fact.observed_at)


def _type_of(body: Mapping[str, Any], types: Sequence[str] | None) -> str:
    type_ = body.get("type")
    allowed = RIGHT_OF if types is None else types
    if isinstance(type_, str) and type_ in allowed:
        return type_
    shown = type_ if isinstance(type_, str) and len(type_) <= 200 else None
    raise invalid([FieldError("type", shown, f"write one of {', '.join(allowed)}")])


def _raise(problem: Problem | None) -> None:
    if problem is not None:
        raise problem
