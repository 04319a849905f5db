"""The alarm rules ask for figures that a running house shows, with labels that they have there, and lead to a page that
says what to do."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.documents.test_links import anchors
from tests.integration.house.serving import Up
from tests.waiting import LONG_S, until

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
OF_PROMETHEUS = {"job", "instance"}
ONLY_WHEN = {"wakeful_detection_lag_seconds_bucket": {"service", "kind", "le"}}
"""What a fresh house does not show yet: there was no alert."""


FILES = ("wakeful.rules.yaml", "wakeful.embedded.rules.yaml", "wakeful.kafka.rules.yaml")


def rules() -> list[dict[str, Any]]:
    read = [yaml.safe_load((PROMETHEUS / name).read_text("utf-8")) for name in FILES]
    return [rule for file in read for group in file["groups"] for rule in group["rules"]]


def test_every_file_of_rules_is_looked_at_and_belongs_to_one_of_the_two_logs() -> None:
    assert {path.name for path in PROMETHEUS.glob("*.rules.yaml")} == set(FILES)
    loaded = {
        name: yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))["rule_files"]
        for name in ("prometheus.yaml", "compose.yaml")
    }
    assert loaded == {"prometheus.yaml": [FILES[0], FILES[1]], "compose.yaml": [FILES[0], FILES[2]]}


PROBED = re.compile(r'^wakeful_door_seconds_count\{[^}]*route="/probe"[^}]*status="2xx"', re.MULTILINE)
"""Reading the metrics is a request too, and is answered as well: it must not be taken for the probe."""
RULES = [pytest.param(rule, id=f"{rule['alert']}-{rule['labels']['severity']}") for rule in rules()]


def selectors(expression: Any) -> Iterator[promql.VectorSelector]:
    if isinstance(expression, promql.VectorSelector):
        yield expression
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        if (inner := getattr(expression, name, None)) is not None:
            yield from selectors(inner)
    for argument in getattr(expression, "args", None) or ():
        yield from selectors(argument)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[dict[str, str]]]]:
    """The label sets of each series of a house that has just come up; and what it said at that."""
    with Up(tmp_path_factory.mktemp("house")) as up:

        def metrics() -> str:
            answer = httpx.get(f"{up.url}/metrics", trust_env=False, timeout=LONG_S)
            return answer.raise_for_status().text

        until(lambda: PROBED.search(metrics()), metrics)
        text = metrics()
        found: dict[str, list[dict[str, str]]] = {"said": [{"": up.said}]}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(dict(sample.labels))
        yield found


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_asks_for_what_a_running_house_shows(
    rule: dict[str, Any], shown: dict[str, list[dict[str, str]]]
) -> None:
    asked = list(selectors(promql.parse(rule["expr"])))
    assert asked
    for each in asked:
        labels = {matcher.name for matcher in each.matchers.matchers} - OF_PROMETHEUS
        if each.name == "up":
            assert not labels
            continue
        name = each.name or ""
        there = ONLY_WHEN.get(name) or set().union(*shown[name])
        assert labels <= there, each.name


def test_the_probe_is_timed_by_the_route_that_the_rules_name(shown: dict[str, list[dict[str, str]]]) -> None:
    assert {"route": "/probe", "status": "2xx"} in shown["wakeful_door_seconds_count"]


@pytest.mark.parametrize("rule", RULES)
def test_an_alarm_says_how_urgent_it_is_and_where_it_stands_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    said = rule["annotations"]
    assert said["summary"]
    assert said["description"]
    page, _, anchor = said["runbook"].partition("#")
    assert anchor in anchors((ROOT / page).read_text("utf-8"))


def test_up_asks_for_the_dead_mans_switch_when_it_starts(shown: dict[str, list[dict[str, str]]]) -> None:
    assert "WAKEFUL_WATCHDOG_URL" in shown["said"][0][""]


@pytest.mark.parametrize(
    "name", ["alertmanager.yaml", "wakeful.rules.test.yaml", "wakeful.kafka.rules.test.yaml"]
)
def test_the_files_beside_the_rules_can_be_read(name: str) -> None:
    assert isinstance(yaml.safe_load((PROMETHEUS / name).read_text("utf-8")), dict)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on this machine")
@pytest.mark.parametrize(
    "command",
    [
        ["test", "rules", "wakeful.rules.test.yaml"],
        ["test", "rules", "wakeful.kafka.rules.test.yaml"],
        ["check", "config", "--syntax-only", "prometheus.yaml"],
        ["check", "config", "--syntax-only", "compose.yaml"],
    ],
    ids=lambda command: command[-1],
)
def test_promtool_finds_the_files_in_order_and_the_rules_fire_as_their_own_tests_say(
    command: list[str],
) -> None:
    done = subprocess.run(["promtool", *command], cwd=PROMETHEUS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
