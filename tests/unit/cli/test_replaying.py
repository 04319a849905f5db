"""A file that is streamed gives what the whole log gives at once, whatever its order."""

import io
from random import Random

import pytest

from services.rules import DECIDER, MONITORS
from shared.events.canonical import canonical
from shared.events.lines import read_line
from shared.instants import DAY, parse_instant
from shared.replay import in_order, replay
from tests.oracle.nights import night
from tests.unit.cli.story import Line, check, written
from wakeful.cli.proving import factlines
from wakeful.cli.proving.factlines import Bad
from wakeful.cli.proving.knownids import SlimSeen
from wakeful.cli.proving.replaying import _streamed, replay_file
from wakeful.cli.proving.streaming import Disorder, Outcome

SEEDS = range(40)


def of_file(lines: list[Line], until: int | None = None) -> Outcome:
    return replay_file(io.BytesIO(written(lines)), until, _never, lambda _bytes: None)


def _never(bad: Bad) -> None:
    raise AssertionError(bad)


def bytes_of(outcome: Outcome) -> list[bytes]:
    return [canonical(effect.event) for effect in outcome.effects]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_streamed_night_tells_what_the_whole_log_tells(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factlines, "_CHUNK", 700)  # a line or two at a time
    lines = night(seed)
    facts = in_order(read_line(canonical(line)) for line in lines)
    ordered = sorted(lines, key=lambda line: [fact.id for fact in facts].index(line["event"]["id"]))
    until = parse_instant(lines[-1]["appended_at"]) + DAY // 24
    for end in (None, until, parse_instant(lines[len(lines) // 2]["appended_at"])):
        whole = replay(facts, MONITORS.values(), end, DECIDER)
        outcome = of_file(ordered, end)
        assert bytes_of(outcome) == [canonical(effect.event) for effect in whole.effects]
        refused = [(each.fact.id, each.reason) for _number, each in outcome.refused]
        assert refused == [(each.fact.id, each.reason) for each in whole.refused]


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_of_different_instants_may_come_in_any_order(seed: int) -> None:
    lines = night(seed)
    shuffled = list(lines)
    Random(seed).shuffle(shuffled)
    shuffled.sort(key=lambda line: line["appended_at"], reverse=True)
    restored = sorted(shuffled, key=lambda line: line["appended_at"])
    assert bytes_of(of_file(shuffled)) == bytes_of(of_file(restored))


def test_a_line_that_comes_after_its_turn_is_seen() -> None:
    chunk = [read_line(canonical(check(clock, id_))) for clock, id_ in (("22:10", "c1"), ("22:09", "c2"))]
    with pytest.raises(Disorder):
        _streamed(iter([factlines.Chunk(chunk, [1, 2])]), None)


def fact(clock: str, id_: str, contenthash: str | None = None) -> Line:
    line = check(clock, id_)
    if contenthash is not None:
        line["event"]["contenthash"] = contenthash
    return line


@pytest.mark.parametrize("hashed", [None, "a" * 64])
def test_an_id_is_new_then_the_same_then_in_conflict(hashed: str | None) -> None:
    seen = SlimSeen()
    first = fact("22:10", "c1", hashed)
    other = fact("22:11", "c1", None if hashed is None else "b" * 64)
    taken = [seen.take(read_line(canonical(each))) for each in (first, first, other)]
    assert taken == ["new", "same", "conflict"]
    named = seen.named("H1", "c1")
    assert named is not None
    assert (named.type, named.subject) == ("check.recorded.v1", "P1")
    assert seen.named("H2", "c1") is None


def test_the_id_of_a_check_is_forgotten_after_28_days() -> None:
    seen = SlimSeen()
    first, late = fact("22:10", "c1", "a" * 64), fact("22:10", "c1", "b" * 64)
    late["appended_at"] = "2026-03-30T22:10:00.001Z"
    assert [seen.take(read_line(canonical(each))) for each in (first, late, late)] == ["new", "new", "same"]
