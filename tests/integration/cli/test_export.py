"""What is exported replays to what was published; texts are opened only on request."""

from pathlib import Path

import orjson
import pytest

from shared.instants import parse_instant, show_instant
from shared.topics import PLAN_CHANGES
from tests.integration.cli.house import House
from tests.oracle.nights import night as random_night
from tests.unit.cli.story import Line, check, corrected, line, night, registered, started, wakeful

STORY = "said that home is far away (sample)"


@pytest.mark.parametrize("seed", range(6))
def test_an_exported_log_replays_to_what_was_published(house: House, seed: int) -> None:
    house.live(random_night(seed))
    exported = wakeful("export")
    assert exported.exit_code == 0
    until = show_instant(house.now)
    replayed = wakeful("replay", "-", "--until", until, given=exported.stdout_bytes)
    assert replayed.stdout_bytes == house.alerts()


def test_a_night_with_a_missed_check_comes_out_as_it_went_in(house: House) -> None:
    house.live(night())
    exported = wakeful("export").stdout_bytes
    found = [orjson.loads(each) for each in exported.splitlines()]
    for each in found:
        del each["event"]["contenthash"]
    assert found == night()
    assert house.alerts().count(b"alert.raised.v1") >= 1


def test_one_home_is_exported_alone(house: House) -> None:
    other: Line = registered()
    other["event"] |= {
        "homeid": "H2",
        "subject": "H2",
        "id": "h2",
        "data": {**other["event"]["data"], "home_id": "H2"},
    }
    house.live([other, *night()])
    lines = wakeful("export", "--home", "H2").stdout.splitlines()
    assert [orjson.loads(each)["event"]["id"] for each in lines] == ["h2"]


def test_it_works_while_somebody_writes(house: House) -> None:
    house.live(night())
    with house.log():
        assert wakeful("export").stdout.count("\n") == len(night())


def noted() -> Line:
    return corrected("22:30", "c1")


def test_texts_stay_sealed_unless_opened(house: House) -> None:
    house.folder.mkdir(mode=0o700)
    lines = [registered(), started(), check("22:10", "c1"), noted()]
    lines[3]["event"]["data"]["reason"] = STORY
    house.live([*lines[:3], house.sealed(lines[3])])
    assert STORY not in wakeful("export").stdout
    opened = wakeful("export", "--open")
    assert opened.exit_code == 0
    assert orjson.loads(opened.stdout.splitlines()[3])["event"]["data"]["reason"] == STORY
    same = [
        wakeful("replay", "-", given=each).stdout_bytes
        for each in (opened.stdout_bytes, wakeful("export").stdout_bytes)
    ]
    assert same[0] == same[1]


def test_a_text_that_cannot_be_opened_stays_sealed_and_is_told(house: House) -> None:
    house.folder.mkdir(mode=0o700)
    sealed = house.sealed(noted())
    sealed["event"]["data"]["reason"]["key"] = "key_unknown"
    house.live([registered(), started(), check("22:10", "c1"), sealed])
    opened = wakeful("export", "--open")
    assert opened.exit_code == 1
    assert "stays sealed: key key_unknown is not in this ring" in opened.stderr
    assert orjson.loads(opened.stdout.splitlines()[3])["event"]["data"]["reason"]["key"] == "key_unknown"


def test_a_file_is_written_whole_and_for_nobody_else_to_read(house: House, tmp_path: Path) -> None:
    house.live(night())
    path = tmp_path / "facts.jsonl"
    assert wakeful("export", "-o", str(path)).stdout == ""
    assert path.read_bytes() == wakeful("export").stdout_bytes
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "facts" in each.name] == ["facts.jsonl"]


def test_no_log_is_one_line_with_the_remedy(house: House) -> None:
    result = wakeful("export")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no log at" in result.stderr
    assert "WAKEFUL_DATA" in result.stderr
    assert result.stderr.count("\n") == 1


def test_more_than_one_reading_of_the_log_comes_in_order(house: House) -> None:
    many = [
        line(PLAN_CHANGES, "21:00", "placement.moved.v1", f"m{n}", "P1", {"placement_id": "P1", "room": "R1"})
        for n in range(1500)
    ]
    for number, each in enumerate(many):
        each["appended_at"] = show_instant(parse_instant(each["appended_at"]) + number)
    house.live([registered(), started(), *many])
    ids = [orjson.loads(each)["event"]["id"] for each in wakeful("export").stdout.splitlines()]
    assert ids == ["h1", "p1", *(f"m{n}" for n in range(1500))]
