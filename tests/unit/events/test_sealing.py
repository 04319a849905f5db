"""Free text is sealed one by one; its shape stays."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.errors import Invalid
from shared.events.registry import TYPES
from shared.events.sealing import is_there, placement_of, refuse_sealed, seal, unseal
from shared.events.validate import validate
from tests.unit.events.samples import REMOVED, Event, a, golden_events


class Notebook:
    """A sealer that writes down each text and hands out its number: enough to see what was sealed, and for
    whom."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str, str | None]] = []

    def seal(self, text: str, home_id: str, placement_id: str | None) -> dict[str, str]:
        self.texts.append((text, home_id, placement_id))
        return {"sealed": f"{len(self.texts):04d}", "key": placement_id or home_id}

    def open(self, sealed: Mapping[str, str], home_id: str, placement_id: str | None) -> str | None:
        number = int(sealed["sealed"]) if sealed["sealed"].isdigit() else 0
        return self.texts[number - 1][0] if number else None


def outline(value: Any) -> Any:
    """The shape of a value, a sealed text counting as a text."""
    if isinstance(value, dict):
        return (
            "text"
            if set(value) == {"sealed", "key"}
            else {name: outline(item) for name, item in value.items()}
        )
    return (
        [outline(item) for item in value]
        if isinstance(value, list)
        else "text"
        if value is not None
        else None
    )


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


@st.composite
def with_texts(draw: st.DrawFn) -> Event:
    """A golden event whose free texts are any texts, blank ones too."""

    def drawn(value: Any, path: tuple[str, ...]) -> Any:
        if not path:
            return draw(texts)
        if path[0] == "*":
            return [drawn(item, path[1:]) for item in value]
        return (
            {**value, path[0]: drawn(value[path[0]], path[1:])} if value.get(path[0]) is not None else value
        )

    event = draw(golden_events)
    for path in TYPES[event["type"]].sealed:
        event["data"] = drawn(event["data"], path)
    return event


@settings(deadline=None)
@given(with_texts())
def test_sealing_keeps_every_shape_and_hides_every_text(event: Event) -> None:
    before, notebook = copy.deepcopy(event), Notebook()
    sealed = seal(event, notebook)

    assert event == before
    assert outline(sealed) == outline(event)
    assert validate(sealed, unknown="refuse") == sealed
    assert all(text.strip() for text, _, _ in notebook.texts)
    assert seal(sealed, Notebook()) == sealed
    assert unseal(sealed, notebook) == event


@settings(deadline=None)
@given(with_texts())
def test_what_is_not_free_text_is_not_touched(event: Event) -> None:
    sealed = seal(event, Notebook())
    paths = TYPES[event["type"]].sealed

    def rest(value: Any, path: tuple[str, ...] = ()) -> Any:
        if path in paths:
            return None
        if isinstance(value, dict):
            return {name: rest(item, (*path, name)) for name, item in value.items()}
        return [rest(item, (*path, "*")) for item in value] if isinstance(value, list) else value

    assert rest(sealed["data"]) == rest(event["data"])
    assert {**sealed, "data": None} == {**event, "data": None}


def test_a_list_keeps_its_length_and_a_blank_stays_blank() -> None:
    risks = ["One.", "", "  ", "Two."]
    plan = a(
        "plan.agreed.v1", suicide_prevention={"emotional_risks": risks}, ligature_plan=None, night_cover=None
    )
    notebook = Notebook()
    sealed = seal(plan, notebook)["data"]["suicide_prevention"]["emotional_risks"]

    assert [is_there(text) for text in sealed] == [True, False, False, True]
    assert sealed[1:3] == ["", "  "]
    assert [text for text, _, _ in notebook.texts if text in risks] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("event", "placement"),
    [
        (a("check.recorded.v1", 1), "placement-1042"),
        (a("check.corrected.v1"), "placement-1042"),
        (a("silence.set.v1"), "placement-1042"),
        (a("silence.set.v1", covers={}), None),
        (a("review.triggered.v1", 1, note="Dust."), None),
        (a("cover.handed_over.v1"), None),
        (a("anchor_point.changed.v1"), None),
        (a("response.given.v1"), None),
    ],
)
def test_the_key_is_the_placements_else_the_homes(event: Event, placement: str | None) -> None:
    notebook = Notebook()
    seal(event, notebook)
    assert notebook.texts
    assert {(home, whose) for _, home, whose in notebook.texts} == {("home-17", placement)}
    assert placement_of(event) == placement


def test_who_knows_whose_alert_it_is_can_say_so() -> None:
    notebook = Notebook()
    seal(a("response.given.v1"), notebook, placement_id="placement-7")
    assert {whose for _, _, whose in notebook.texts} == {"placement-7"}


@pytest.mark.parametrize(
    ("value", "there"),
    [
        ("Asleep.", True),
        ({"sealed": "QUJD", "key": "key_1"}, True),
        ({"sealed": "", "key": "key_1"}, True),
        ("", False),
        (" \n", False),
        (None, False),
        ({}, False),
        (["text"], False),
    ],
)
def test_rules_ask_only_whether_a_text_is_there(value: Any, there: bool) -> None:
    assert is_there(value) is there


def test_an_erased_text_stays_sealed_and_says_that_it_was_there() -> None:
    event = a("check.recorded.v1", note={"sealed": "", "key": "key_1"})
    assert unseal(event, Notebook()) == event


def test_the_door_refuses_texts_that_come_sealed_and_names_them() -> None:
    risks = ["One.", {"sealed": "QUJD", "key": "key_1"}]
    event = a("plan.agreed.v1", suicide_prevention={"emotional_risks": risks})
    with pytest.raises(Invalid) as caught:
        refuse_sealed(event)
    (error,) = caught.value.errors
    assert error.field == "data.suicide_prevention.emotional_risks.1"
    assert error.remedy == "send the text in plain; the door seals it"

    refuse_sealed(a("plan.agreed.v1"))
    refuse_sealed(a("placement.started.v1"))


def test_a_text_is_opened_for_the_child_that_the_event_is_about() -> None:
    asked: list[tuple[str, str | None]] = []

    class Listener(Notebook):
        def open(self, sealed: Mapping[str, str], home_id: str, placement_id: str | None) -> str | None:
            asked.append((home_id, placement_id))
            return "Open."

    assert unseal(a("check.recorded.v1"), Listener())["data"]["note"] == "Open."
    assert unseal(a("check.corrected.v1", 1), Listener())["data"]["reason"] == "Open."
    assert unseal(a("alert.acknowledged.v1"), Listener())["data"]["action"] == "Open."
    assert asked == [("home-17", "placement-1042"), ("home-17", "placement-1042"), ("home-17", None)]


def test_what_was_left_out_stays_left_out() -> None:
    event = a("check.recorded.v1", note=REMOVED)
    assert seal(event, Notebook()) == event
