"""What was exported goes into another log as it was, and is watched there as it was; or nothing of it does."""

from pathlib import Path

import orjson
import pytest

from shared.events.canonical import canonical
from shared.events.contenthash import contenthash
from shared.instants import DAY, NEVER, Instant, show_instant
from shared.security.keys import KeyRing, load_master_key
from shared.topics import ALERTS, SWAPS
from tests.integration.cli.house import House
from tests.oracle.nights import night as random_night
from tests.unit.cli.story import Line, check, corrected, night, registered, started, wakeful, written

STORY = "said that home is far away (sample)"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The folder that is imported into, named by the settings."""
    folder, master_key = tmp_path / "elsewhere", tmp_path / "other keys" / "master-key"
    monkeypatch.setenv("WAKEFUL_DATA", str(folder))
    monkeypatch.setenv("WAKEFUL_MASTER_KEY_FILE", str(master_key))
    return House(folder, master_key)


def moved(house: House, elsewhere: House) -> bytes:
    """The export of one folder, imported into the other."""
    exported = wakeful("export", "--data", str(house.folder)).stdout_bytes
    result = wakeful("import", "-", given=exported)
    assert (result.exit_code, result.stderr) == (0, "")
    elsewhere.now = house.now
    return exported


def replayed_to(until: Instant, lines: bytes) -> bytes:
    return wakeful("replay", "-", "--until", show_instant(until), given=lines).stdout_bytes


def exported() -> list[Line]:
    return [orjson.loads(each) for each in wakeful("export").stdout.splitlines()]


def noted() -> Line:
    line = corrected("22:30", "c1")
    line["event"]["data"]["reason"] = STORY
    return line


# --- Moving ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_a_log_that_was_moved_is_the_same_log_and_is_watched_the_same(
    house: House, elsewhere: House, seed: int
) -> None:
    house.live(random_night(seed))
    before = moved(house, elsewhere)
    assert replayed_to(house.now, wakeful("export").stdout_bytes) == replayed_to(house.now, before)
    elsewhere.live([], until=house.now)
    assert elsewhere.alerts() == house.alerts()
    audit = wakeful("audit", "--json")
    assert (audit.exit_code, orjson.loads(audit.stdout)["differences"]) == (0, [])


def test_lines_in_any_order_give_the_same_log(house: House, elsewhere: House) -> None:
    house.live(random_night(4))
    lines = wakeful("export", "--data", str(house.folder)).stdout_bytes.splitlines(keepends=True)
    latest_first = sorted(lines, key=lambda each: str(orjson.loads(each)["appended_at"]), reverse=True)
    assert latest_first != lines
    assert wakeful("import", "-", given=b"".join(latest_first)).exit_code == 0
    assert replayed_to(house.now, wakeful("export").stdout_bytes) == house.alerts()


def test_a_folder_that_had_run_empty_forgets_how_late_it_was(house: House, elsewhere: House) -> None:
    house.live(night())
    elsewhere.live([], until=house.now + DAY)
    moved(house, elsewhere)
    elsewhere.live([], until=house.now)
    assert elsewhere.alerts() == house.alerts()


def test_the_log_goes_on_where_the_history_ends(house: House, elsewhere: House) -> None:
    house.live(night()[:2], until=1)
    moved(house, elsewhere)
    elsewhere.live(night()[2:])
    assert [each["event"]["id"] for each in exported()] == ["h1", "p1", "c1", "c2"]
    assert wakeful("audit").exit_code == 0


# --- Texts -----------------------------------------------------------------------------------------------


def test_a_text_that_is_plain_is_sealed_on_the_way_in_and_hashed_before(elsewhere: House) -> None:
    plain = noted()
    assert wakeful("import", "-", given=written([registered(), started(), plain])).exit_code == 0
    sealed = exported()[2]["event"]
    assert sealed["data"]["reason"].keys() == {"sealed", "key"}
    assert STORY.encode() not in b"".join(each.read_bytes() for each in elsewhere.folder.iterdir())
    assert (
        orjson.loads(wakeful("export", "--open").stdout.splitlines()[2])["event"]["data"]["reason"] == STORY
    )
    ring = KeyRing(elsewhere.folder / "keys.sqlite3", load_master_key(elsewhere.master_key))
    try:
        assert sealed["contenthash"] == contenthash(plain["event"], ring.contenthash_key)
    finally:
        ring.close()


def test_a_hash_that_is_carried_is_kept(elsewhere: House) -> None:
    plain = noted()
    plain["event"]["contenthash"] = "ab" * 32
    assert wakeful("import", "-", given=written([plain])).exit_code == 0
    assert exported()[0]["event"]["contenthash"] == "ab" * 32


def test_what_is_sealed_stays_as_it_is_and_needs_no_key(house: House, elsewhere: House) -> None:
    house.folder.mkdir(mode=0o700)
    house.live([registered(), started(), check("22:10", "c1"), house.sealed(noted())])
    before = moved(house, elsewhere)
    assert wakeful("export").stdout_bytes == before
    assert not elsewhere.master_key.exists()
    assert not (elsewhere.folder / "keys.sqlite3").exists()


# --- All or nothing --------------------------------------------------------------------------------------


def test_a_bad_line_stops_it_and_nothing_is_taken(elsewhere: House) -> None:
    bad = check("22:20", "c9")
    bad["event"]["data"]["view"] = "window"
    result = wakeful("import", "-", given=written([*night(), bad]))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("line 5: data.view 'window': ")
    assert "nothing was imported" in result.stderr
    assert "--keep-going" in result.stderr
    assert exported() == []


def test_bad_lines_are_left_out_on_request_and_told(elsewhere: House) -> None:
    lines = b"{\n" + written(night()) + b"\n[]\n"
    result = wakeful("import", "-", "--keep-going", given=lines)
    assert result.exit_code == 1
    assert [told.split(":")[0] for told in result.stderr.splitlines()] == ["line 1", "line 7"]
    assert "2 lines were left out" in result.stdout
    assert len(exported()) == len(night())


def test_what_was_appended_in_the_future_is_refused(elsewhere: House) -> None:
    late = check("22:20", "c9") | {"appended_at": "2999-12-31T00:00:00.000Z"}
    result = wakeful("import", "-", given=written([*night(), late]))
    assert result.exit_code == 2
    assert "line 5: appended_at '2999-12-31T00:00:00.000Z': it lies in the future" in result.stderr
    assert exported() == []


def test_a_log_that_holds_something_is_refused(house: House) -> None:
    house.live(night())
    before = wakeful("export").stdout_bytes
    result = wakeful("import", "-", given=written(night()))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "into an empty log: name another folder" in result.stderr
    assert wakeful("export").stdout_bytes == before
    assert wakeful("audit").exit_code == 0, "the read models are untouched"


def test_a_log_that_somebody_writes_is_refused(house: House) -> None:
    with house.log():
        result = wakeful("import", "-", given=written(night()))
    assert result.exit_code == 1
    assert "is in use by process" in result.stderr


def test_of_two_facts_under_one_id_the_first_stands_and_the_other_is_told(elsewhere: House) -> None:
    other = check("23:00", "c1")
    result = wakeful("import", "-", given=written([*night(), other, night()[3]]))
    assert result.exit_code == 0
    assert result.stderr.startswith("line 5: id 'c1' of home H1 is another fact's already")
    assert "1 lines repeat a fact" in result.stdout
    assert [each["event"]["id"] for each in exported()] == ["h1", "p1", "c1", "c2"]


# --- Other topics ----------------------------------------------------------------------------------------


def test_what_is_worked_out_again_is_passed_over(elsewhere: House) -> None:
    derived = {"topic": ALERTS, "appended_at": "2026-03-02T20:00:00.000Z", "event": {"anything": 1}}
    result = wakeful("import", "-", "--json", given=written([derived, *night()]))
    assert orjson.loads(result.stdout) == {
        "facts": 4,
        "homes": 1,
        "first": "2026-03-02T20:00:00.000Z",
        "last": "2026-03-02T23:30:00.000Z",
        "repeated": 0,
        "refused": 0,
        "passed_over": 1,
        "bad": 0,
    }


def test_a_recorded_swap_goes_in_as_it_is(elsewhere: House) -> None:
    event = {"id": "swap-1", "homeid": "", "type": "swap.of.another.time", "data": {"service": "checks"}}
    swap = {"topic": SWAPS, "appended_at": "2026-03-02T23:00:00.000Z", "event": event}
    assert wakeful("import", "-", given=written([*night(), swap])).exit_code == 0
    with elsewhere.log() as log:
        (record,) = log.read(0, [SWAPS], {}, NEVER)[0]
    assert (record.id, record.body) == ("swap-1", canonical(event))
