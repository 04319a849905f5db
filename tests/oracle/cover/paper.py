"""A page to write a hand-computed night's cover on, by the wall clock of `tests.oracle.paper`."""

from typing import Any

from tests.oracle.cover import reading
from tests.oracle.paper import Paper, at, interval

NIGHT_COVER = "wakeful.night-cover"


class CoverPaper(Paper):
    """One home H, one child P whose plan asks for one waking worker, unless said otherwise; workers by one letter."""

    def __init__(self, start: str = "21:00", **cover: Any) -> None:
        self._actor = "office"
        super().__init__(start=start)
        self.agree(1, "20:30", **cover)

    def agree(
        self, version: int, told: str, effective: str | None = None, child: str = "P", **cover: Any
    ) -> None:
        """A plan version that asks for this night cover; from 22:00 to 06:00Z, unless said otherwise."""
        night = {"from": "22:00", "to": "07:00", "waking_staff": 1, "dedicated": False, **cover}
        approved = {"approver": "post:sample", "reason": "Sample"}
        rules, more = interval("22:00", "07:00", "PT1H"), {"night_cover": night, "placement_id": child}
        self.plan(version, rules, told=told, effective=effective or told, lowers_protection=approved, **more)

    def child(self, placement_id: str, told: str) -> None:
        """One more child comes to live there."""
        data = {"placement_id": placement_id, "home_id": "H"}
        self.fact(f"start-{placement_id}", "placement.started.v1", data, told)

    def start(
        self, staff: str, told: str, time: str | None = None, entered: str | None = None, **more: Any
    ) -> None:
        """A worker begins a session; waking, unless said otherwise."""
        self._cover("started", staff, {"staff_id": staff, "role": "waking", **more}, told, time, entered)

    def with_child(self, staff: str, told: str, child: str = "P") -> None:
        """A worker begins a one-to-one session."""
        self.start(staff, told, role="one_to_one", placement_id=child)

    def end(self, staff: str, told: str, time: str | None = None) -> None:
        """His session ends."""
        self._cover("ended", staff, {"staff_id": staff}, told, time)

    def prove(self, staff: str, told: str, time: str | None = None, **more: Any) -> None:
        """A prompt was answered."""
        self._cover("proved", staff, {"staff_id": staff, "how": "prompt"}, told, time, **more)

    def rest(self, staff: str, told: str, relief: str | None = None, **more: Any) -> None:
        """A break."""
        data = {"staff_id": staff, "relief_staff_id": relief, "expected": "PT20M"}
        self._cover("break_started", staff, data, told, **more)

    def back_on_duty(self, staff: str, told: str, time: str | None = None, **more: Any) -> None:
        """The break is over."""
        self._cover("break_ended", staff, {"staff_id": staff}, told, time, **more)

    def hand_over(self, giver: str, taker: str, told: str, accepted: bool = True) -> None:
        """Recorded by the one who takes over."""
        data = {"from_staff_id": giver, "to_staff_id": taker, "accepted": accepted, "headcount": 1}
        self._cover("handed_over", taker, data, told)

    def checked_by(
        self, staff: str, fact_id: str, observed: str, told: str | None = None, **data: Any
    ) -> None:
        """A check that this worker recorded."""
        self._actor = staff
        self.check(fact_id, observed, told, **data)
        self._actor = "office"

    def _cover(
        self,
        what: str,
        staff: str,
        data: dict[str, Any],
        told: str,
        time: str | None = None,
        entered: str | None = None,
        actor: str | None = None,
    ) -> None:
        self._actor = actor or staff
        time = time or told
        self._line(
            NIGHT_COVER, f"{staff}-{what}-{told}", f"cover.{what}.v1", data, told, time, entered or time
        )
        self._actor = "office"

    def _line(
        self, topic: str, fact_id: str, kind: str, data: dict[str, Any], told: str, time: str, entered: str
    ) -> None:
        super()._line(topic, fact_id, kind, data, told, time, entered)
        self.lines[-1]["event"]["actor"] = self._actor

    def events(self, until: str) -> list[dict[str, Any]]:
        """The whole envelopes."""
        return reading.alerts(self.lines, at(until))

    def story(self, until: str) -> list[str]:
        """One line an event: `22:05 raised cover_gap since 22:00`."""
        kinds: dict[str, str] = {}
        return [_say(event, kinds) for event in self.events(until)]


def _say(event: dict[str, Any], kinds: dict[str, str]) -> str:
    data, what = event["data"], event["type"].split(".")[1]
    if what == "raised":
        kinds[data["alert_id"]] = data["kind"]
    told = [_clock(event["time"]), what, kinds[data["alert_id"]]]
    if what == "raised":
        told += ["since", _clock(data["since"])]
    elif what == "worsened":
        told.append(str(data["level"]))
    else:
        told += [data["how"], *(["by", data["fact_id"]] if "fact_id" in data else [])]
    return " ".join(told)


def _clock(text: str) -> str:
    return text[11:-1].removesuffix(".000").removesuffix(":00")
