"""An import whose process is killed in the middle: it is told, and begun anew; nothing of it is ever watched."""

import subprocess
import sys
from pathlib import Path

import orjson
from kafka.admin import KafkaAdminClient

from shared.instants import SECOND, parse_instant, show_instant
from shared.log.kafka.importing import Imported, imported
from shared.topics import ALL
from tests.integration.cli.apart import Apart
from tests.unit.cli.story import check, registered, started, wakeful, written
from tests.waiting import LONG_S, until

CHECKS = 40_000


def long_history(path: Path) -> None:
    """Checks a second apart: more than goes to the broker at once, by far."""
    first = check("22:00", "c")
    at = parse_instant(first["appended_at"])
    with path.open("wb") as file:
        file.write(written([registered(), started()]))
        for number in range(CHECKS):
            moment = show_instant(at + number * SECOND)
            event = {**first["event"], "id": f"c{number}", "time": moment, "enteredat": moment}
            file.write(written([{**first, "appended_at": moment, "event": event}]))


def run(apart: Apart, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.integration.cli.launcher", apart.prefix, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def forget_topics(apart: Apart) -> None:
    """What the message says to do."""
    client = KafkaAdminClient(**apart.broker.client())
    names = [apart.broker.topic(name) for name in ALL]
    client.delete_topics(names)
    until(lambda: not set(names) & set(client.list_topics()), pause_s=0.1)
    client.close()


def test_what_was_killed_is_told_and_begun_anew(apart: Apart, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    long_history(facts)
    apart.make(importing=True)
    importing = run(apart, "import", str(facts), "--json")
    until(lambda: importing.poll() is not None or imported(apart.broker) is not Imported.NOTHING)
    importing.kill()
    importing.communicate(timeout=LONG_S)
    assert imported(apart.broker) is Imported.PART

    for words in (["import", str(facts)], ["topics", "seal"]):
        again = run(apart, *words)
        out, said = again.communicate(timeout=LONG_S)
        assert (again.returncode, out, said.count("\n")) == (1, "", 1)
        assert "part of an import that did not come to its end" in said

    forget_topics(apart)
    assert wakeful("topics", "make", "--import").exit_code == 0
    again = run(apart, "import", str(facts), "--json")
    out, said = again.communicate(timeout=LONG_S)
    assert (again.returncode, said) == (0, "")
    assert orjson.loads(out)["facts"] == CHECKS + 2
    assert imported(apart.broker) is Imported.ALL
    sealing = run(apart, "topics", "seal")
    assert sealing.communicate(timeout=LONG_S)[1] == ""
    assert sealing.returncode == 0
    exported = run(apart, "export")
    lines, said = exported.communicate(timeout=LONG_S)
    assert (exported.returncode, said, lines.count("\n")) == (0, "", CHECKS + 2)
