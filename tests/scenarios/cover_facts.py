"""What workers tell of a night's cover, in the words of a scenario: `on_duty("W1")`, `rest("W1", relief="W2")`.

Beside `facts.py`, whose `Said` they are. Sample data. Whoever a fact speaks of recorded it, unless `by` says who did.
"""

from dataclasses import replace
from typing import Any

from shared.topics import NIGHT_COVER
from tests.scenarios.facts import Said, check, every, plan, registered, started
from tests.scenarios.night import Heard, Night


def asks(
    staff: int = 1,
    start: str = "22:00",
    end: str = "07:00",
    *,
    dedicated: bool = False,
    proof: int | None = None,
) -> dict[str, Any]:
    """A night cover; `proof`: how often a proof of wake is asked for, in minutes."""
    asked: dict[str, Any] = {"from": start, "to": end, "waking_staff": staff, "dedicated": dedicated}
    return asked if proof is None else asked | {"proof_every": f"PT{proof}M"}


def house(night: Night, asked: dict[str, Any] | None = None, children: tuple[str, ...] = ("P1",)) -> Night:
    """A home since 18:00 whose default plan asks for this cover (one waking worker from 22:00 to 07:00, unless said
    otherwise); children who are there since 20:00."""
    home = registered(every(60))
    home.data["default_plan"]["night_cover"] = asks() if asked is None else asked
    night.at("18:00").tell(home)
    if children:
        night.at("20:00").tell(*(started(child) for child in children))
    return night


def agreed(
    version: int, asked: dict[str, Any] | None, child: str = "P1", effective: str | None = None
) -> Said:
    """A plan version that asks for this cover, or for none."""
    return plan(version, every(60), effective=effective, approved=True, placement=child, night_cover=asked)


def _of_cover(
    what: str, data: dict[str, Any], by: str, time: str | None, entered: str | None, home: str = "H1"
) -> Said:
    type_ = f"cover.{what}.v1"
    return Said(type_, data, NIGHT_COVER, time=time, entered=entered, home=home, subject=home, actor=by)


def on_duty(
    worker: str = "W1",
    time: str | None = None,
    *,
    role: str = "waking",
    child: str | None = None,
    by: str | None = None,
    entered: str | None = None,
    home: str = "H1",
) -> Said:
    """A session begins."""
    data = {"staff_id": worker, "role": role} | ({"placement_id": child} if child else {})
    return _of_cover("started", data, by or worker, time, entered, home)


def with_child(worker: str = "W1", child: str = "P1", time: str | None = None, **more: Any) -> Said:
    """A one-to-one session begins."""
    return on_duty(worker, time, role="one_to_one", child=child, **more)


def off_duty(
    worker: str = "W1", time: str | None = None, by: str | None = None, entered: str | None = None
) -> Said:
    """A session ends."""
    return _of_cover("ended", {"staff_id": worker}, by or worker, time, entered)


def proved(
    worker: str = "W1",
    time: str | None = None,
    *,
    how: str = "prompt",
    by: str | None = None,
    entered: str | None = None,
) -> Said:
    """A prompt, or a round, was answered."""
    return _of_cover("proved", {"staff_id": worker, "how": how}, by or worker, time, entered)


def rest(
    worker: str = "W1",
    relief: str | None = None,
    time: str | None = None,
    *,
    by: str | None = None,
    entered: str | None = None,
    expected: str = "PT20M",
) -> Said:
    """A break begins."""
    data = {"staff_id": worker, "relief_staff_id": relief, "expected": expected}
    return _of_cover("break_started", data, by or worker, time, entered)


def rested(
    worker: str = "W1", time: str | None = None, *, by: str | None = None, entered: str | None = None
) -> Said:
    """A break ends."""
    return _of_cover("break_ended", {"staff_id": worker}, by or worker, time, entered)


def handed_over(
    giver: str,
    taker: str,
    time: str | None = None,
    *,
    accepted: bool = True,
    by: str | None = None,
    entered: str | None = None,
) -> Said:
    """Responsibility passes on, once it is accepted."""
    data = {"from_staff_id": giver, "to_staff_id": taker, "accepted": accepted, "headcount": 1}
    return _of_cover("handed_over", data, by or taker, time, entered)


def checked(worker: str, seen: str | None = None, child: str = "P1", **more: Any) -> Said:
    """A check that this worker recorded."""
    return replace(check(child, seen, **more), actor=worker)


def gap(night: Night, since: str, at: str, **facts: Any) -> Heard:
    """A `cover_gap` must be heard."""
    return night.expect.raised("cover_gap", about={}, since=since, at=at, **facts)


def child_gap(night: Night, since: str, at: str, child: str = "P1", **facts: Any) -> Heard:
    """A `one_to_one_gap` must be heard."""
    return night.expect.raised("one_to_one_gap", child, since=since, at=at, **facts)


def overrun(night: Night, since: str, at: str, worker: str = "W1", **facts: Any) -> Heard:
    """An `observer_overrun` must be heard."""
    return night.expect.raised("observer_overrun", about={"staff_id": worker}, since=since, at=at, **facts)
