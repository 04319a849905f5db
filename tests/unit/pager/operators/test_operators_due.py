"""Whoever runs the system is told of holes in rotas and pages that reached nobody: once, again, and when it is over."""

from dataclasses import replace

from services.pager.chain.gathering import WINDOW
from services.pager.chain.gathering import Told as Gathered
from services.pager.operators.due import SETTLES, Call, Entries, call
from shared.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from shared.store.operations import PAGE_UNDELIVERED, ROTA_GAP, Operation, Told

NOON = parse_instant("2026-03-03T12:00:00.000Z")
LONG_AGO = NOON - DAY


def entry(id_: str, kind: str = PAGE_UNDELIVERED, since: Instant = LONG_AGO) -> Operation:
    return Operation(id_, kind, "H1", "pager", since, None, None, "nobody could be reached by step 0")


class Day:
    """One person, and what stands; every message is sent, and written down."""

    def __init__(self, *opened: Operation) -> None:
        self.open, self.over = list(opened), list[Operation]()
        self.told: dict[str, Told] = {}
        self.gathered = Gathered()

    def at(self, now: Instant) -> Call | None:
        told = [each for each in self.told.values() if each.over is None]
        entries = Entries(self.open, self.over, told, {"H1": "Europe/London"})
        made, self.gathered = call("OP", entries, self.gathered, now, now)
        if made is not None:
            self.told |= {each.entry_id: each for each in made.told(entries.known_to("OP"), now)}
        return made

    def ends(self, id_: str, at: Instant) -> None:
        (ended,) = [each for each in self.open if each.id == id_]
        self.open.remove(ended)
        self.over.append(replace(ended, resolved=at))

    def acknowledged(self, id_: str, until: Instant) -> None:
        self.open = [replace(each, until=until) if each.id == id_ else each for each in self.open]


def said(made: Call | None) -> tuple[str, list[str]] | None:
    return None if made is None else (made.status, [each.id for each in made.entries])


def test_a_page_that_reached_nobody_is_told_once_and_again_every_half_hour_while_it_is_so() -> None:
    day = Day(entry("A"))
    first = day.at(NOON)
    assert said(first) == ("open", ["A"])
    assert day.at(NOON + 30 * MINUTE - 1) is None
    again = day.at(NOON + 30 * MINUTE)
    assert said(again) == ("open", ["A"])
    assert first is not None
    assert again is not None
    assert first.thread == again.thread
    assert first.key != again.key


def test_a_rota_with_nobody_is_told_once_a_day_at_most() -> None:
    day = Day(entry("R", ROTA_GAP))
    assert said(day.at(NOON)) == ("open", ["R"])
    assert not any(day.at(NOON + hour * HOUR) for hour in range(1, 24))
    assert said(day.at(NOON + DAY)) == ("open", ["R"])


def test_a_rota_with_nobody_wakes_nobody_but_a_page_that_reached_nobody_does() -> None:
    three = NOON + 15 * HOUR
    day = Day(entry("R", ROTA_GAP))
    assert day.at(three) is None
    assert said(day.at(three + 5 * HOUR)) == ("open", ["R"])
    assert said(Day(entry("A")).at(three)) == ("open", ["A"])


def test_what_is_over_before_it_has_stood_for_a_while_is_never_told() -> None:
    for kind in (PAGE_UNDELIVERED, ROTA_GAP):
        day = Day(entry("A", kind, NOON))
        assert day.at(NOON + SETTLES[kind] - 1) is None
        day.ends("A", NOON + SETTLES[kind])
        assert day.at(NOON + HOUR) is None


def test_everything_that_falls_to_one_person_is_one_message_worst_first() -> None:
    day = Day(entry("R", ROTA_GAP), entry("B", since=LONG_AGO + 1), entry("A"))
    made = day.at(NOON)
    assert said(made) == ("open", ["A", "B", "R"])


def test_what_comes_in_the_next_half_minute_is_gathered_but_what_is_worse_goes_at_once() -> None:
    day = Day(entry("R", ROTA_GAP))
    day.at(NOON)
    day.open += [entry("S", ROTA_GAP), entry("A")]
    assert said(day.at(NOON + SECOND)) == ("open", ["A"])
    day.open.append(entry("B"))
    assert day.at(NOON + WINDOW - 1) is None
    assert said(day.at(NOON + WINDOW)) == ("open", ["B", "S"])


def test_what_was_told_in_one_message_is_told_to_be_over_in_one_when_all_of_it_is() -> None:
    day = Day(entry("A"), entry("B"))
    opened = day.at(NOON)
    day.ends("A", NOON + MINUTE)
    assert day.at(NOON + 2 * MINUTE) is None
    day.ends("B", NOON + 3 * MINUTE)
    over = day.at(NOON + 3 * MINUTE)
    assert said(over) == ("resolved", ["A", "B"])
    assert opened is not None
    assert over is not None
    assert opened.thread == over.thread
    assert day.at(NOON + HOUR) is None


def test_nobody_is_told_while_somebody_has_it_and_it_is_told_again_when_his_time_is_over() -> None:
    day = Day(entry("A"))
    day.at(NOON)
    day.acknowledged("A", NOON + HOUR)
    assert day.at(NOON + HOUR - 1) is None
    assert said(day.at(NOON + HOUR)) == ("open", ["A"])


def test_that_it_is_over_is_told_though_somebody_had_it() -> None:
    day = Day(entry("A"))
    day.at(NOON)
    day.acknowledged("A", NOON + HOUR)
    day.ends("A", NOON + MINUTE)
    assert said(day.at(NOON + MINUTE)) == ("resolved", ["A"])


def test_each_try_of_the_same_has_the_same_key() -> None:
    entries = Entries([entry("A")], zones={})
    keys = {call("OP", entries, Gathered(), NOON + n, n)[0] for n in range(3)}
    assert len({each.key for each in keys if each}) == 1
