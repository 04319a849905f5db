"""Old versions are raised to the one we know when they are read."""

from typing import Any

import pytest

from shared.events.decode import fact_of_event
from shared.events.errors import Invalid, Unreadable
from shared.events.upcast import Upcasters
from shared.events.validate import validate
from shared.topics import CHECK_INS, NIGHT_COVER
from tests.unit.events.samples import REMOVED, Event, a


@pytest.fixture
def upcasters() -> Upcasters:
    """As if checks had been recorded differently once, and before that differently again."""
    old = Upcasters()

    @old.reads("check.recorded.v0")
    def _place_became_room(data: dict[str, Any]) -> dict[str, Any]:
        return {**{name: value for name, value in data.items() if name != "place"}, "room": data["place"]}

    return old


@pytest.fixture
def event() -> Event:
    return a("check.recorded.v1", room=REMOVED, place="room-3") | {"type": "check.recorded.v0"}


def test_an_old_version_decodes_as_the_current_one(upcasters: Upcasters, event: Event) -> None:
    fact = fact_of_event(CHECK_INS, 0, event, upcasters)
    assert fact.type == "check.recorded.v1"
    assert fact.data == a("check.recorded.v1")["data"]


def test_an_old_version_is_validated_as_the_current_one(upcasters: Upcasters, event: Event) -> None:
    assert validate(event, unknown="refuse", upcasters=upcasters) == a("check.recorded.v1")
    del event["data"]["proof"]
    with pytest.raises(Invalid, match=r"data\.proof"):
        validate(event, unknown="refuse", upcasters=upcasters)


def test_versions_are_raised_one_by_one() -> None:
    old = Upcasters()
    old.reads("check.recorded.v1")(lambda data: {**data, "second": True})
    old.reads("check.recorded.v2")(lambda data: {**data, "third": True})
    raised = old.raise_to({"check.recorded.v3"}, "check.recorded.v1", {"first": True})
    assert raised == ("check.recorded.v3", {"first": True, "second": True, "third": True})


def test_a_version_without_a_way_up_is_unreadable(upcasters: Upcasters, event: Event) -> None:
    with pytest.raises(Unreadable, match=r"check\.recorded\.v7"):
        fact_of_event(CHECK_INS, 0, {**event, "type": "check.recorded.v7"}, upcasters)
    with pytest.raises(Unreadable, match=r"check\.recorded\.v0"):
        fact_of_event(CHECK_INS, 0, event)


def test_an_upcaster_that_does_not_understand_costs_one_record(upcasters: Upcasters, event: Event) -> None:
    del event["data"]["place"]
    with pytest.raises(Unreadable):
        fact_of_event(CHECK_INS, 0, event, upcasters)
    with pytest.raises(Invalid):
        validate(event, unknown="ignore", upcasters=upcasters)


def test_an_old_version_belongs_into_the_same_topic(upcasters: Upcasters, event: Event) -> None:
    with pytest.raises(Unreadable, match=r"but into wakeful\.check-ins"):
        fact_of_event(NIGHT_COVER, 0, event, upcasters)


def test_a_version_is_raised_in_one_way_only(upcasters: Upcasters) -> None:
    with pytest.raises(ValueError, match="one way only"):
        upcasters.reads("check.recorded.v0")
    with pytest.raises(ValueError, match="has no version"):
        upcasters.reads("check.recorded")
