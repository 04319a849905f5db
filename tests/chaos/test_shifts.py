"""Whether what happens in a chaotic night is what the door would take, and what services have something to say to."""

from itertools import count
from random import Random

from services.rules import MONITORS
from shared.acceptance import refusal
from shared.courtesy import courtesy
from shared.events.decode import fact_of_event
from shared.events.registry import TYPES
from shared.events.validate import validate
from shared.facts import Fact
from shared.home import Homes
from shared.instants import MINUTE
from shared.replay import replay
from tests.chaos.hurried import hurried
from tests.chaos.shifts import WHAT, Shift


def facts_of(shift: Shift, rounds: int) -> list[Fact]:
    """All at about one instant, each a little after the last."""
    numbers = count()
    facts: list[Fact] = []
    for body in (*shift.settled(), *(body for _ in range(rounds) for body in shift.next())):
        number = next(numbers)
        event = {
            "specversion": "1.0",
            "id": f"fact-{number}",
            "source": "system/sample",
            "datacontenttype": "application/json",
            **body,
        }
        assert validate(event, unknown="refuse") == event
        first = facts[0].appended_at if facts else 0
        fact = fact_of_event(TYPES[body["type"]].topic, 0, event)
        fact.appended_at = max(fact.observed_at, first) + number
        facts.append(fact)
    return facts


def test_whatever_happens_there_would_be_taken_by_the_door() -> None:
    facts = facts_of(Shift("sample-home", Random(7)), 40 * len(WHAT))
    homes = Homes()
    for fact in facts:
        assert (refusal(fact, homes, None), courtesy(fact, homes)) == (None, None), fact
        homes.apply(fact)


def test_every_service_raises_something_within_seconds() -> None:
    facts = facts_of(Shift("sample-home", Random(7)), 0)
    with hurried():
        told = replay(facts, MONITORS.values(), facts[-1].appended_at + MINUTE)
    assert (told.refused, told.set_aside) == ([], [])
    assert {effect.event["source"].removeprefix("wakeful/") for effect in told.effects} == set(MONITORS)
