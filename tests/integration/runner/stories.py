"""Small stories for the runner's tests: homes with one child, checks, and monitors with a bug or other rules."""

from collections.abc import Iterable

from services.checks.model import ChecksMonitor
from shared.facts import Fact
from shared.instants import Instant, parse_instant, show_instant
from shared.monitor import Effect, HomeFault
from shared.topics import ALERTS, CHECK_INS, PLAN_CHANGES
from tests.integration.runner.world import Line, World

EVENING = parse_instant("2026-03-02T21:00:00Z")
NIGHT = parse_instant("2026-03-02T22:00:00Z")


def line(
    topic: str, at: Instant, id_: str, type_: str, home_id: str, subject: str, /, **data: object
) -> Line:
    told = show_instant(at)
    event = {
        "specversion": "1.0",
        "id": f"{home_id}-{id_}",
        "source": "test/device",
        "type": type_,
        "subject": subject,
        "time": told,
        "enteredat": told,
        "homeid": home_id,
        "actor": "S1",
        "datacontenttype": "application/json",
        "data": data,
    }
    return {"topic": topic, "appended_at": told, "event": event}


def home(
    home_id: str, at: Instant = EVENING, ceiling: str = "PT15M", window: tuple[str, str] = ("22:00", "07:00")
) -> list[Line]:
    """A home with one child, watched by its default plan."""
    asked = {"from": window[0], "to": window[1], "ceiling": ceiling, "grace": "PT2M"}
    started = {"placement_id": f"P-{home_id}", "home_id": home_id, "commissioner_id": "C1", "room": "R1"}
    return [
        line(
            PLAN_CHANGES, at, "registered", "home.registered.v1", home_id, home_id,
            home_id=home_id, provider_id="PR1", time_zone="Europe/London", rooms=["R1"],
            statement_of_purpose={"waking_staff": 1, "sleep_in_staff": 0}, default_plan={"checks": [asked]},
        ),
        line(
            PLAN_CHANGES, at, "started", "placement.started.v1", home_id, f"P-{home_id}",
            **started, emergency=False, suicide_risk=False,
        ),
    ]  # fmt: skip


def check(home_id: str, at: Instant, state: str = "asleep") -> Line:
    seen = {"outcome": "seen", "sign_of_life": "breathing", "state": state, "view": "entered", "proof": "nfc"}
    subject = f"P-{home_id}"
    return line(CHECK_INS, at, str(at), "check.recorded.v1", home_id, subject, placement_id=subject, **seen)


def kinds(world: World) -> list[tuple[str, str]]:
    return [(event["homeid"], event["type"].split(".")[1]) for event in world.events(ALERTS)]


class Fragile(ChecksMonitor):
    """Checks, with a bug: it cannot bear one state."""

    def apply(self, fact: Fact) -> Iterable[Effect]:
        if fact.data.get("state") == "poison":
            raise HomeFault(fact.home_id, KeyError("state"))
        return super().apply(fact)


class FragileLater(ChecksMonitor):
    """Checks, with a bug that shows when time passes: while one home's deadline fires."""

    def _fire(self, watch, due, at):  # type: ignore[no-untyped-def]
        if watch.home.id == "H1":
            raise ZeroDivisionError
        return super()._fire(watch, due, at)


class Newer(ChecksMonitor):
    """The next version of the rules: no grace is left to anybody who is found awake, who is not seen at all."""

    version = 2

    def apply(self, fact: Fact) -> Iterable[Effect]:
        return () if fact.data.get("state") == "awake_settled" else super().apply(fact)
