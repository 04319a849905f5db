"""Facts for records that look wrong: who recorded a check, where, by which device; sessions, handovers, incidents,
decisions. Sample data. See `facts.py`.
"""

from collections.abc import Iterable
from dataclasses import replace

from shared.topics import NIGHT_COVER, RESPONSES
from tests.scenarios.facts import Said, check, cover, every, registered, started
from tests.scenarios.night import Night

NIGHTLY = every(15)


def ready(night: Night, *children: str, staff: int = 0, since: str = "20:00") -> Night:
    """A home with children who are there since 20:00. Unless `staff` is stated their plan asks for no waking cover."""
    home = registered(NIGHTLY)
    home.data["default_plan"]["night_cover"] = cover(staff)
    night.at("18:00").tell(home)
    night.at(since).tell(*(started(child) for child in children or ("P1",)))
    return night


def seen(
    placement: str = "P1",
    at: str | None = None,
    *,
    by: str = "W1",
    room: str | None = None,
    entered: str | None = None,
    proof: str = "nfc",
    outcome: str = "seen",
    sign: str | None = "breathing",
    source: str = "device/1",
    id: str | None = None,  # noqa: A002 - the envelope's own name
    home: str = "H1",
) -> Said:
    """A check by a worker."""
    said = check(placement, at, outcome, sign, entered, proof, home, id)
    if room is not None:
        said.data["room"] = room
    return replace(said, actor=by, source=source)


def all_seen(times: Iterable[str], placement: str = "P1", by: str = "W1") -> list[Said]:
    """Checks at these times, entered as they were made, with these times for ids."""
    return [seen(placement, time, by=by, id=time) for time in times]


def _of_cover(type_: str, data: dict[str, object], time: str | None, home: str, by: str) -> Said:
    return Said(f"cover.{type_}.v1", data, NIGHT_COVER, time=time, home=home, subject=home, actor=by)


def on_duty(
    worker: str = "W1",
    time: str | None = None,
    role: str = "waking",
    placement: str | None = None,
    home: str = "H1",
) -> Said:
    """A session begins."""
    data: dict[str, object] = {"staff_id": worker, "role": role}
    data |= {"placement_id": placement} if placement else {}
    return _of_cover("started", data, time, home, worker)


def off_duty(worker: str = "W1", time: str | None = None, home: str = "H1") -> Said:
    """A session ends."""
    return _of_cover("ended", {"staff_id": worker}, time, home, worker)


def on_break(worker: str = "W1", time: str | None = None, relief: str | None = None) -> Said:
    """A break begins."""
    data: dict[str, object] = {"staff_id": worker, "relief_staff_id": relief, "expected": "PT20M"}
    return _of_cover("break_started", data, time, "H1", worker)


def off_break(worker: str = "W1", time: str | None = None) -> Said:
    """A break ends."""
    return _of_cover("break_ended", {"staff_id": worker}, time, "H1", worker)


def handed_over(
    headcount: int,
    time: str | None = None,
    accepted: bool = True,
    before: str = "W1",
    after: str = "W2",
    home: str = "H1",
    id: str | None = None,  # noqa: A002 - the envelope's own name
) -> Said:
    """One worker takes over from another."""
    data: dict[str, object] = {"from_staff_id": before, "to_staff_id": after}
    said = _of_cover("handed_over", data | {"accepted": accepted, "headcount": headcount}, time, home, after)
    return replace(said, id=id)


def happened(trigger: str = "self_harm", placement: str = "P1", time: str | None = None) -> Said:
    """An incident."""
    return Said("review.triggered.v1", {"placement_id": placement, "trigger": trigger}, time=time)


def decision(alert: str, reason: str | None = "looked at together (sample)", kind: str = "decide") -> Said:
    """A person answers an alert."""
    data = {"alert_id": alert, "by": "RM1", "kind": kind, "via": "app"}
    data |= {"reason": reason} if reason is not None else {}
    return Said("response.given.v1", data, RESPONSES, subject=alert, actor="RM1")
