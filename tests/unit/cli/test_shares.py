"""A file that several processes share, home by home, gives what one process makes of it; or one process has to."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from services.rules import MONITORS
from shared.events.canonical import canonical
from shared.instants import HOUR, parse_instant
from shared.topics import RANK
from tests.simulation.mixed import elsewhere, night
from tests.unit.cli.story import Line, written
from wakeful.cli.proving import shares
from wakeful.cli.proving.factlines import Bad
from wakeful.cli.proving.replaying import replay_file
from wakeful.cli.proving.shares import NotShared, Task, combined
from wakeful.cli.proving.streaming import Outcome

SEEDS = range(6)
Told = tuple[list[bytes], list[tuple[int, str, str]]]


def nights(seed: int) -> list[Line]:
    """Two nights at once, each in homes of its own; some of it told twice, and some under another's id."""
    lines = [
        elsewhere(line, {home: f"{home}-{number}" for home in ("H1", "H2", "H3", "H4")})
        for number in range(2)
        for line in night(seed * 2 + number)
    ]
    last = max(str(line["appended_at"]) for line in lines)
    again = [{**line, "appended_at": last} for line in lines[::40]]
    other = [{**line, "event": {**line["event"], "actor": "somebody-else"}} for line in again[::2]]
    return sorted(lines + again + other, key=lambda line: (str(line["appended_at"]), RANK[line["topic"]]))


def file_of(lines: list[Line], folder: Path) -> Path:
    path = folder / "facts.jsonl"
    path.write_bytes(written(lines))
    return path


def by_one(path: Path, until: int | None = None) -> Told:
    with path.open("rb") as stream:
        return told(replay_file(stream, until, _never, lambda _bytes: None))


def told(outcome: Outcome) -> Told:
    assert outcome.set_aside == []
    refused = [(number, each.fact.id, each.reason.reason) for number, each in outcome.refused]
    return [canonical(effect.event) for effect in outcome.effects], refused


def _never(bad: Bad) -> None:
    raise AssertionError(bad)


def tasks(path: Path, of: int, until: int | None = None) -> Sequence[Task]:
    return [Task(str(path), 0, until, share, of, dict(MONITORS)) for share in range(of)]


def in_turn(path: Path, of: int, until: int | None = None) -> Outcome:
    """What that many processes make of it, here in one, one after the other."""
    read = []
    for task in tasks(path, of, until):
        with path.open("rb") as stream:
            read.append(shares.read(task, stream, lambda _bytes: None))
    end = max(each.end for each in read)
    return combined([shares.finished(each, end) for each in read])


@pytest.mark.parametrize("seed", SEEDS)
def test_shares_of_the_homes_tell_what_the_whole_file_tells(seed: int, tmp_path: Path) -> None:
    lines = nights(seed)
    path = file_of(lines, tmp_path)
    middle = parse_instant(lines[len(lines) // 2]["appended_at"])
    until = (None, middle, parse_instant(lines[-1]["appended_at"]) + HOUR)[seed % 3]
    whole = by_one(path, until)
    assert whole[0]
    assert until == middle or whole[1]
    assert told(in_turn(path, 2 + seed % 2, until)) == whole


def test_other_processes_tell_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file_of(nights(1), tmp_path)
    whole = by_one(path)
    monkeypatch.setattr(shares, "WORTH", 0)
    monkeypatch.setattr(shares, "_cores", lambda: 3)
    with path.open("rb") as stream:
        outcome = shares.replayed(stream, None, lambda _bytes: None, MONITORS)
    assert outcome is not None
    assert told(outcome) == whole


def test_a_line_that_is_bad_or_comes_too_early_is_one_processs_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = nights(1)
    for wrong in ([*lines[:9], {"topic": "wakeful.check-ins"}, *lines[9:]], [lines[-1], *lines[:-1]]):
        path = file_of(wrong, tmp_path)
        monkeypatch.setattr(shares, "WORTH", 0)
        monkeypatch.setattr(shares, "_cores", lambda: 2)
        bad: list[Bad] = []
        with path.open("rb") as stream:
            assert shares.replayed(stream, None, lambda _bytes: None, MONITORS) is None
            shared = replay_file(stream, None, bad.append, lambda _bytes: None)
        monkeypatch.undo()
        with path.open("rb") as stream:
            alone = replay_file(stream, None, bad.append, lambda _bytes: None)
        assert told(shared) == told(alone)
        assert [each.number for each in bad] in ([10, 10], [])


def test_a_line_of_no_home_is_somebodys(tmp_path: Path) -> None:
    path = file_of(nights(1), tmp_path)
    for line in (b"no json\n", b"[]\n", b'{"event": {"homeid": 7}}\n'):
        path.write_bytes(line + path.read_bytes())
        with pytest.raises(NotShared):
            in_turn(path, 3)
