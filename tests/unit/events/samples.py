"""Events for tests: the golden ones, one plain check, and hypothesis strategies that bend them."""

import copy
import json
from pathlib import Path
from typing import Any, Literal, TypeAlias

from hypothesis import strategies as st

from shared.events.errors import FieldError, Invalid
from shared.events.validate import validate
from shared.instants import show_instant

Event: TypeAlias = dict[str, Any]

GOLDEN = Path(__file__).parents[2] / "golden" / "events"
FIRST, LAST = -2_208_988_800_000, 32_503_679_999_999
"""The first and the last millisecond of the years 1900 to 2999."""

REMOVED = object()
WINDOW = {"from": "22:00", "to": "07:00", "ceiling": "PT15M"}
"""A plain interval rule."""


def golden() -> dict[str, list[dict[str, Any]]]:
    """By type: `{"contenthash", "event"}` of each golden event."""
    return {
        path.stem: json.loads(path.read_text("utf-8"))["events"] for path in sorted(GOLDEN.glob("*.json"))
    }


EVENTS: list[Event] = [one["event"] for many in golden().values() for one in many]


def a(type_name: str, number: int = 0, **changes: Any) -> Event:
    """A golden event with fields of its data changed, or REMOVED."""
    event: Event = copy.deepcopy(golden()[type_name][number]["event"])
    for name, value in changes.items():
        name = "from" if name == "from_" else name
        if value is REMOVED:
            del event["data"][name]
        else:
            event["data"][name] = value
    return event


def errors_of(event: Any, unknown: Literal["refuse", "ignore"] = "refuse") -> list[FieldError]:
    """What validation says is wrong; the test fails where nothing is."""
    try:
        validate(event, unknown=unknown)
    except Invalid as error:
        return error.errors
    raise AssertionError(f"nothing was found wrong with {event}")


def only_error(event: Any) -> FieldError:
    """The one thing that is wrong."""
    (error,) = errors_of(event)
    return error


instants = st.integers(FIRST, LAST).map(show_instant)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20)
values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
golden_events = st.sampled_from(EVENTS).map(copy.deepcopy)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in [(value, key), *_places(value[key])]]


@st.composite
def bent_events(draw: st.DrawFn, events: st.SearchStrategy[Event] = golden_events) -> Event:
    """A golden event with up to two of its values changed, dropped or joined by an unknown one; mostly
    wrong."""
    event = draw(events)
    odd = (
        values | instants | st.sampled_from(["", " ", "24:00", "22:00", "PT0S", "\x00", "seen", "seen ", "é"])
    )
    for _ in range(draw(st.integers(0, 2))):
        container, key = draw(st.sampled_from(_places(event)))
        what = draw(st.sampled_from(["change", "change", "drop", "add"]))
        if what == "drop":
            del container[key]
        elif what == "change" or isinstance(container, list):
            container[key] = draw(odd)
        else:
            container[draw(st.text(min_size=1, max_size=8))] = draw(values)
    return event


ids = st.sampled_from(["P-1", "home 17", "räume/3", "x" * 200])


@st.composite
def checks(draw: st.DrawFn) -> Event:
    """Valid, normalised checks, with every mix of optional fields."""
    subject = draw(ids)
    clock = st.fixed_dictionaries(
        {"device_at": instants} | dict.fromkeys(_CLOCK, st.integers(-(2**53) + 1, 2**53 - 1))
    )
    data = st.fixed_dictionaries(
        {
            "placement_id": st.just(subject),
            "outcome": st.sampled_from(["seen", "not_seen", "not_found"]),
            "state": ids,
            "view": st.sampled_from(["entered", "doorway", "panel", "camera"]),
            "proof": st.sampled_from(["nfc", "qr", "ble", "manual"]),
        },
        optional={
            "sign_of_life": st.sampled_from(["breathing", "moved", "spoke", "awake", None]),
            "room": ids,
            "position": st.sampled_from(["", "on_left_side"]),
            "proof_token": st.sampled_from(["04a2f9c1"]),
            "note": st.sampled_from(["", "Asleep.", "schläft", {"sealed": "QUJD", "key": "key_1"}]),
            "clock": clock,
        },
    )
    envelope = {name: draw(ids) for name in ("source", "homeid", "actor")} | {"id": draw(st.uuids()).hex}
    times = {"time": draw(instants), "enteredat": draw(instants)}
    hashed = draw(st.sampled_from([{}, {"contenthash": "0" * 64}]))
    fixed = {"specversion": "1.0", "type": "check.recorded.v1", "datacontenttype": "application/json"}
    return {**fixed, **envelope, **times, **hashed, "subject": subject, "data": draw(data)}


_CLOCK = ("monotonic_ms", "offset_ms", "uncertainty_ms")
