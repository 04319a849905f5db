"""The gap of one watch and its deadline (DOMAIN.md §3 "The deadline", "Corrections"), from the whole history.

Nothing is kept up to date here: whoever asks hands over all that was told, and gets the answer worked out
afresh. Alerts and absences are not known in this module.
"""

from dataclasses import dataclass, field

from shared.instants import show_duration
from tests.oracle.plans import Timeline


@dataclass(eq=False)
class Sighting:
    """A check that was valid when it was applied."""

    fact_id: str
    observed: int
    order: int
    withdrawn: bool = False
    late: bool = False
    """Whether it was observed after the deadline that stood when it was applied."""


@dataclass(frozen=True)
class Withdrawal:
    """A check that "was not so", said at `at`."""

    fact_id: str
    at: int


@dataclass
class Watch:
    """One stretch of watching: when it began, and what was told of it since, in log order."""

    began: int
    return_id: str | None = None
    told: list[Sighting | Withdrawal] = field(default_factory=list)


@dataclass
class Gap:
    """Where a watch stands: the latest valid check, the remembered one, whether one is gone; due at once."""

    latest: Sighting | None = None
    remembered: Sighting | None = None
    forgotten: bool = False
    due: int | None = None
    quiet: list[tuple[int, int]] = field(default_factory=list)
    """(withdrawn check observed, correction): items that such a check had settled "are not asked again"."""


@dataclass(frozen=True)
class Deadline:
    """One deadline of the child, with the grace of its own rule and what an alert says of it."""

    at: int
    grace: int
    facts: tuple[tuple[str, str | int], ...]
    item: tuple[int, str] | None = None

    @property
    def order(self) -> tuple[int, int, bool, tuple[int, str]]:
        """ "The earliest D + grace (then D)"; the interval rule before items, items by their time."""
        return self.at + self.grace, self.at, self.item is not None, self.item or (0, "")


def gap_of(watch: Watch) -> Gap:
    """Fold what was told of a watch."""
    gap = Gap()
    for word in watch.told:
        if isinstance(word, Sighting):
            _seen(gap, word)
        else:
            _withdrawn(gap, word, watch.return_id)
    return gap


def _seen(gap: Gap, check: Sighting) -> None:
    """ "Only a valid check observed later than the latest one moves the gap"; others may be remembered."""
    if gap.latest is None or check.observed > gap.latest.observed:
        if gap.latest is not None:
            gap.remembered, gap.forgotten = gap.latest, False
        gap.latest, gap.due = check, None
    elif gap.remembered is None or check.observed > gap.remembered.observed:
        gap.remembered, gap.forgotten = check, False


def _withdrawn(gap: Gap, word: Withdrawal, return_id: str | None) -> None:
    latest, remembered = gap.latest, gap.remembered
    if latest is not None and latest.fact_id == word.fact_id:
        gap.latest, gap.remembered = remembered, None
        if word.fact_id == return_id or (remembered is None and gap.forgotten):
            gap.latest, gap.due = None, word.at
            gap.quiet.append((latest.observed, word.at))
            gap.forgotten = True
        elif remembered is not None:
            gap.forgotten = True
    elif remembered is not None and remembered.fact_id == word.fact_id:
        gap.remembered, gap.forgotten = None, True


def since_of(watch: Watch) -> int:
    """ "`g` is the later of the latest valid check and the moment watching began." """
    latest = gap_of(watch).latest
    return watch.began if latest is None else max(latest.observed, watch.began)


def walk(timeline: Timeline, watch: Watch, to: int) -> int | None:
    """D as it stands when every rule change up to `to` has been walked; None where there is no deadline."""
    due, g = gap_of(watch).due, since_of(watch)
    start = g if due is None else due
    there = timeline.rule_at(start)
    deadline = None
    if there is not None:
        deadline = g + there[1].ceiling if due is None else due
    for at in timeline.changes(start, to):
        deadline = _change(timeline, at, g, deadline)
    return deadline


def _change(timeline: Timeline, at: int, g: int, deadline: int | None) -> int | None:
    """One change of rules at `at`, by the formula of the page, line by line."""
    if deadline is not None and deadline < at:
        return deadline
    now = timeline.rule_at(at)
    if now is None:
        return None
    ceiling = now[1].ceiling
    if deadline is None:  # no interval rule was in force just before
        return at + ceiling
    return min(max(deadline, g + ceiling), at + ceiling)


def deadlines(timeline: Timeline, watch: Watch, sightings: list[Sighting], to: int) -> list[Deadline]:
    """Every deadline of the child known when the clock has come to `to`: D, and the unsettled items.

    Items later than `to` are left out: their deadlines are later still.
    """
    found = []
    gap_deadline = walk(timeline, watch, to)
    if gap_deadline is not None:
        found.append(_interval_deadline(timeline, gap_deadline))
    quiet = gap_of(watch).quiet
    for at, version, item in timeline.items(watch.began, to):
        opens = at - item.tolerance
        seen = any(check.observed >= opens and not check.withdrawn for check in sightings)
        if not seen and not any(at <= told and opens <= observed for observed, told in quiet):
            facts = (
                ("grace", show_duration(item.grace)),
                ("plan_version", version.number),
                ("item", item.wall),
            )
            found.append(Deadline(at + item.tolerance, item.grace, facts, (at, item.wall)))
    return sorted(found, key=lambda one: one.order)


def _interval_deadline(timeline: Timeline, at: int) -> Deadline:
    """D with "the grace of the rule in force at D"; where there is none, D does not bind: no grace."""
    there = timeline.rule_at(at)
    if there is None:
        return Deadline(at, 0, ())
    version, rule = there
    facts = (
        ("ceiling", show_duration(rule.ceiling)),
        ("grace", show_duration(rule.grace)),
        ("plan_version", version.number),
    )
    return Deadline(at, rule.grace, facts)


def worsens_at(timeline: Timeline, last: int, to: int) -> int | None:
    """When an alert raised or last worsened at `last` worsens next, if that is before `to`.

    "One ceiling after … by the ceiling in force when that happened (none in force: one ceiling after the next
    rule begins)."
    """
    for at in (last, *timeline.changes(last, to)):
        there = timeline.rule_at(at)
        if there is not None:
            return at + there[1].ceiling if at + there[1].ceiling < to else None
    return None


def own_deadline(timeline: Timeline, watch: Watch, sightings: list[Sighting], to: int) -> int | None:
    """ "The child's own deadline is the earliest of D and the unsettled items"; None where there is none."""
    return min((one.at for one in deadlines(timeline, watch, sightings, to)), default=None)
