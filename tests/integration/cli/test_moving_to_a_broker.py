"""An embedded installation moves to a broker: what was told there is told here, byte for byte; or nothing is moved."""

from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.gate import Gate
from services.monitors import SERVICES
from services.worker import Worker
from shared.events.canonical import canonical
from shared.instants import SECOND, parse_instant, show_instant
from shared.log.base import Unavailable
from shared.log.importing import Past
from shared.log.kafka.connection import BrokerWrong
from shared.log.kafka.importing import Importer
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import Outgoing, outgoing
from shared.security.keys import KeyRing, load_master_key
from shared.topics import CHECK_INS, INPUTS, PLAN_CHANGES, RANK
from tests.integration.cli.apart import PARTITIONS, Apart, demo, end_of, working
from tests.integration.cli.house import House, draft
from tests.unit.cli.story import Line, check, corrected, night, wakeful, written
from wakeful.cli.moving import merged
from wakeful.cli.moving.export import TOPICS

PASSPHRASE = b"nine sample horses\n"
STORY = "said that home is far away (sample)"


def noted(lines: list[Line]) -> Line:
    """A correction that tells a story of the first child that was checked."""
    first = next(each["event"] for each in lines if each["topic"] == CHECK_INS)
    line = corrected("23:59", first["id"])
    line["event"] |= {"homeid": first["homeid"], "subject": first["subject"]}
    line["event"]["data"] |= {"reason": STORY, "withdrawn": False, "changes": {"state": "asleep"}}
    return line


def with_a_story(lines: list[Line]) -> list[Line]:
    return sorted([*lines, noted(lines)], key=lambda each: str(each["appended_at"]))


def merged_order(lines: list[Line]) -> list[Line]:
    """Of one instant home-partition by home-partition, and each in the order of its log."""
    return sorted(
        lines,
        key=lambda each: (
            str(each["appended_at"]),
            RANK[each["topic"]],
            partition_of(each["event"]["homeid"], PARTITIONS),
        ),
    )


def told_of(result: Any) -> Any:
    assert (result.exit_code, result.stderr) == (0, "")
    return orjson.loads(result.stdout)


def test_an_installation_moves_and_tells_what_it_told(house: House, tmp_path: Path, apart: Apart) -> None:
    lines = with_a_story(demo())
    until = end_of(lines)
    folder, facts, keys = str(house.folder), tmp_path / "facts.jsonl", tmp_path / "keys.json"
    house.folder.mkdir(mode=0o700)
    with apart.left():
        apart.name("MASTER_KEY_FILE", house.master_key)
        house.live([house.sealed(each) for each in lines], until)
        assert wakeful("export", "-o", str(facts), "--data", folder).exit_code == 0
        assert wakeful("keys", "export", str(keys), "--data", folder, given=PASSPHRASE).exit_code == 0
        assert wakeful("audit", "--data", folder).exit_code == 0
    apart.name("MASTER_KEY_FILE", apart.master_key)

    assert wakeful("migrate").exit_code == 0
    assert wakeful("topics", "make", "--import").exit_code == 0
    assert wakeful("keys", "import", str(keys), given=PASSPHRASE).exit_code == 0
    imported = told_of(wakeful("import", str(facts), "--json"))
    assert (imported["facts"], imported["homes"]) == (len(lines), 3)
    assert told_of(wakeful("topics", "seal", "--json"))["sealed"]
    assert wakeful("topics", "check").exit_code == 0

    with working(apart):
        apart.wait_until(until)
    replayed = wakeful("replay", str(facts), "--until", show_instant(until)).stdout_bytes
    assert apart.alerts() == house.alerts() == replayed
    assert replayed.count(b"alert.raised.v1") > 1
    audit = told_of(wakeful("audit", "--json"))
    assert (audit["compared"], audit["differences"]) == (replayed.count(b"\n"), [])
    before = [orjson.loads(each) for each in facts.read_bytes().splitlines()]
    assert [orjson.loads(each) for each in wakeful("export").stdout.splitlines()] == merged_order(before)
    assert STORY in wakeful("export", "--open").stdout


def test_lines_in_any_order_come_into_order_and_each_id_once(apart: Apart) -> None:
    lines = demo()
    apart.make(importing=True)
    shuffled = sorted(lines, key=lambda each: str(each["appended_at"]), reverse=True)
    assert shuffled != lines
    result = wakeful("import", "-", "--json", given=written([*shuffled, *shuffled[:3]]))
    assert (told_of(result)["facts"], told_of(result)["repeated"]) == (len(lines), 3)
    until = show_instant(end_of(lines))
    again = wakeful("replay", "-", "--until", until, given=wakeful("export").stdout_bytes).stdout_bytes
    assert again == wakeful("replay", "-", "--until", until, given=written(lines)).stdout_bytes
    times = [str(orjson.loads(each)["appended_at"]) for each in wakeful("export").stdout.splitlines()]
    assert times == sorted(times)


def test_a_text_that_is_plain_is_sealed_under_the_installations_keys(apart: Apart) -> None:
    lines = with_a_story(demo())
    apart.make(importing=True)
    assert told_of(wakeful("import", "-", "--json", given=written(lines)))["facts"] == len(lines)
    on_the_broker = b"".join(record.body for topic in INPUTS for record in apart.records(topic))
    assert STORY.encode() not in on_the_broker
    with closing(KeyRing(apart.url, load_master_key(apart.master_key))) as ring:
        assert len(ring.homes_of(noted(lines)["event"]["subject"])) == 1
    assert STORY in wakeful("export", "--open").stdout


# --- Nothing is moved by half ------------------------------------------------------------------------------


def refused(*words: str, given: bytes | None = None) -> str:
    result = wakeful(*words, given=given)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def nothing_is_there(apart: Apart) -> bool:
    return not any(apart.records(topic) for topic in INPUTS)


def test_a_bad_line_stops_it_and_nothing_reaches_the_broker(apart: Apart) -> None:
    apart.make(importing=True)
    bad = check("22:20", "c9")
    bad["event"]["data"]["view"] = "window"
    result = wakeful("import", "-", given=written([*night(), bad]))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing was imported" in result.stderr
    assert nothing_is_there(apart)
    assert told_of(wakeful("import", "-", "--json", given=written(night())))["facts"] == len(night())


def test_topics_that_are_sealed_or_not_there_take_no_history(apart: Apart) -> None:
    apart.migrate()
    assert "make the topics: wakeful topics make --import" in refused("import", "-", given=written(night()))
    apart.make()
    said = refused("import", "-", given=written(night()))
    assert "is sealed: the broker stamps what is written there with its own time" in said
    assert "kafka-topics.sh --bootstrap-server" in said
    assert nothing_is_there(apart)


def test_a_history_is_imported_once(apart: Apart) -> None:
    apart.make(importing=True)
    assert wakeful("import", "-", given=written(night())).exit_code == 0
    before = wakeful("export").stdout_bytes
    said = refused("import", "-", given=written(night()))
    assert "hold a history already, whole: seal it (wakeful topics seal)" in said
    assert wakeful("export").stdout_bytes == before


def half(apart: Apart) -> None:
    """What is left of an import whose process was killed."""
    with closing(Importer(apart.broker)) as importer:
        importer.put([Past(parse_instant(each["appended_at"]), draft(each)) for each in night()[:2]])


def test_an_import_that_was_killed_is_told_and_neither_gone_on_with_nor_sealed(apart: Apart) -> None:
    apart.make(importing=True)
    half(apart)
    for words in (["import", "-"], ["topics", "seal"]):
        said = refused(*words, given=written(night()))
        assert "part of an import that did not come to its end" in said
        assert "--delete --topic" in said
        assert "wakeful topics make --import" in said


def test_a_broker_that_goes_away_in_the_middle_is_told_with_how_to_begin_anew(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart.make(importing=True)

    def away(_importer: Importer) -> None:
        raise Unavailable("the broker does not answer")

    monkeypatch.setattr(Importer, "finish", away)
    said = refused("import", "-", given=written(night()))
    assert "the import ended after 4 facts and cannot be gone on with: delete the topics" in said
    monkeypatch.undo()


def test_rows_of_another_log_are_not_taken_for_this_ones(apart: Apart) -> None:
    apart.make(importing=True)
    apart.live(night(), end_of(night()))
    apart.watched(end_of(night()))
    apart.elsewhere()
    apart.make(importing=True)
    said = refused("import", "-", given=written(night()))
    assert "read models of another log" in said
    assert f"DROP SCHEMA wakeful, gateway, {', '.join(SERVICES)} CASCADE" in said
    assert nothing_is_there(apart)


def test_neither_gateway_nor_worker_starts_before_the_topics_are_sealed(apart: Apart) -> None:
    apart.make(importing=True)
    assert wakeful("import", "-", given=written(night())).exit_code == 0
    with pytest.raises(BrokerWrong, match=r"message\.timestamp\.type is CreateTime .* wakeful topics seal"):
        Worker(apart.settings, [SERVICES["checks"]], apart.prefix)
    with pytest.raises(BrokerWrong, match="wakeful topics seal"):
        Gate(apart.settings, apart.prefix)
    assert wakeful("topics", "seal").exit_code == 0
    Gate(apart.settings, apart.prefix).close()


# --- What an export leaves out -------------------------------------------------------------------------------


def test_each_id_is_exported_once_and_what_is_left_out_is_counted(apart: Apart) -> None:
    apart.make(importing=True)
    lines = night()
    apart.live(lines, end_of(lines))
    home = partition_of("H1", PARTITIONS)
    late = parse_instant("2026-03-02T23:45:00.000Z")
    other = check("23:00", "c1")
    apart.put(
        outgoing(draft(lines[2]), PARTITIONS, late),
        outgoing(draft(other), PARTITIONS, late),
        Outgoing(CHECK_INS, (home + 1) % PARTITIONS, b"H1", draft(check("23:40", "c8")).body, at=late),
        Outgoing(CHECK_INS, home, b"H1", b"no event", at=late),
    )
    result = wakeful("export")
    assert result.exit_code == 0
    assert [orjson.loads(each)["event"]["id"] for each in result.stdout.splitlines()] == [
        "h1",
        "p1",
        "c1",
        "c2",
    ]
    assert [said[:40] for said in result.stderr.splitlines()] == [
        "1 records repeat a fact that came before",
        "1 records have the id of another fact, w",
        "1 records lie in another home-partition ",
        "1 records are no events: they are left o",
    ]
    assert wakeful("export", "--home", "H1").stdout == result.stdout


def test_what_is_acknowledged_while_it_is_exported_is_no_part_of_it(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an export of a log that grows would never end. Read in many small portions, all of before is in it."""
    monkeypatch.setattr(merged, "_LIMIT", 3)
    lines = demo()
    apart.make(importing=True)
    apart.live(lines, end_of(lines))
    with closing(KafkaLog(apart.broker, read_only=True)) as log:
        found = merged.Merged(log, TOPICS)
        after = end_of(lines) + SECOND
        apart.put(*(outgoing(draft(check("23:00", f"n{n}")), PARTITIONS, after) for n in range(5)))
        ids = [record.id for record in found]
    assert ids == [each["event"]["id"] for each in merged_order(lines)]
    assert found.reached <= found.total
    assert list(found.left_out()) == []


def test_a_checks_id_that_was_forgotten_is_exported_again(apart: Apart) -> None:
    apart.make(importing=True)
    lines = night()
    apart.live(lines, end_of(lines))
    after = parse_instant("2026-04-02T23:45:00.000Z")
    apart.put(outgoing(draft(check("23:00", "c1")), PARTITIONS, after))
    ids = [orjson.loads(each)["event"]["id"] for each in wakeful("export").stdout.splitlines()]
    assert ids == ["h1", "p1", "c1", "c2", "c1"]


def test_what_another_wrote_over_several_lines_is_exported_on_one(apart: Apart) -> None:
    apart.make(importing=True)
    line = night()[0]
    body = orjson.dumps(orjson.loads(draft(line).body), option=orjson.OPT_INDENT_2)
    at = parse_instant(line["appended_at"])
    apart.put(Outgoing(PLAN_CHANGES, partition_of("H1", PARTITIONS), b"H1", body, at=at))
    (exported,) = wakeful("export").stdout_bytes.splitlines()
    assert canonical(orjson.loads(exported)["event"]) == canonical(orjson.loads(body))
