"""What whoever runs the system is told: what is wrong with the watch itself, why, what puts it right (DOMAIN.md §6).

Three kinds: `monitor_blind`, `rota_gap`, `page_undelivered`. Where the facts do not say a thing, nothing is said of it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from shared.instants import Instant, parse_instant
from shared.words.times import Wall

OPERATIONS_TITLES: Final[dict[str, str]] = {
    "monitor_blind": "Not watched",
    "rota_gap": "Nobody on call",
    "page_undelivered": "Nobody could be reached",
}


class OperationsTold(NamedTuple):
    """An operations' alert as page and message tell it."""

    title: str
    points: tuple[str, ...]
    """What is known, and the cause."""
    remedy: str


def operations_told(
    kind: str, home_id: str | None, since: Instant, facts: Mapping[str, Any], wall: Wall
) -> OperationsTold:
    """One of the three in words, as of `wall.now`."""
    points, remedy = _KINDS.get(kind, (_plain, "Run wakeful doctor, and read the log of the service."))
    title = OPERATIONS_TITLES.get(kind, kind.replace("_", " ").capitalize())
    where = () if home_id is None else (f"home {home_id}",)
    return OperationsTold(title, (*where, *points(facts, since, wall)), remedy)


def _plain(facts: Mapping[str, Any], since: Instant, wall: Wall) -> tuple[str, ...]:
    return (f"since {wall.clock(since)}", *_cause(facts))


def _blind(facts: Mapping[str, Any], since: Instant, wall: Wall) -> tuple[str, ...]:
    services = facts.get("services") or ([facts["service"]] if facts.get("service") else [])
    return (
        f"not watched since {wall.clock(since)}: what is missed is not noticed",
        *((f"what stands still: {', '.join(map(str, services))}",) if services else ()),
        *_cause(facts),
    )


def _gap(facts: Mapping[str, Any], since: Instant, wall: Wall) -> tuple[str, ...]:
    if "detail" in facts:  # it says which rota, and when
        return _cause(facts)
    rota, start, end = facts.get("rota"), facts.get("from"), facts.get("to") or facts.get("until")
    if rota is None:
        return (
            "the home's policy names no last resort, so the home does not count as watched",
            *_cause(facts),
        )
    begins = wall.clock(parse_instant(start)) if start else wall.clock(since)
    until = f" until {wall.clock(parse_instant(end))}" if end else ""
    return (f"nobody on rota {rota} from {begins}{until}", *_cause(facts))


def _undelivered(facts: Mapping[str, Any], since: Instant, wall: Wall) -> tuple[str, ...]:
    step, who, alert = facts.get("step"), facts.get("to"), facts.get("alert_id")
    people = ", ".join(map(str, who)) if isinstance(who, list | tuple) else who
    return (
        f"at {wall.clock(since)}",
        *((f"step {step + 1} of the chain",) if isinstance(step, int) else ()),
        *((f"tried: {people}",) if people else ()),
        *_cause(facts),
        *((f"alert {alert}",) if alert else ()),
    )


def _cause(facts: Mapping[str, Any]) -> tuple[str, ...]:
    cause = facts.get("detail") or facts.get("cause") or facts.get("error") or facts.get("reason")
    return (str(cause),) if cause else ()


_KINDS: Final[dict[str, tuple[Callable[[Mapping[str, Any], Instant, Wall], tuple[str, ...]], str]]] = {
    "monitor_blind": (
        _blind,
        "Ring the homes: until this is put right they watch alone. Then run wakeful doctor; it says what stands "
        "still, and why.",
    ),
    "rota_gap": (
        _gap,
        "Put somebody on that rota, or an override, or a last resort into the home's policy: wakeful oncall, or "
        "PUT /api/v1/on-call.",
    ),
    "page_undelivered": (
        _undelivered,
        "Ring the home and the next step of its chain yourself, now. Then put right how those people are reached, and "
        "try it: wakeful page test.",
    ),
}
