"""The dashboard asks for what a house shows, with labels that it has there, and what it answers fits on one screen."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from services.up import House
from shared.settings import Settings
from tests.deploy.described import DEPLOY, compose_services
from tests.documents.figures import figures
from tests.documents.test_alarms import OF_PROMETHEUS, selectors

GRAFANA = DEPLOY / "grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards" / "wakeful.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
ASKED = [
    pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in PANELS
    for target in panel["targets"]
]
WIDE, HIGH = 24, 26
"""Grafana's columns, and the rows of 30 pixels that a large screen shows."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[str]]]:
    """The labels of every series, by its name."""
    folder = tmp_path_factory.mktemp("house")
    house = House(Settings(data=folder / "data", master_key_file=folder / "master.key"))
    try:
        found: dict[str, set[str]] = {"up": set()}
        for figure in figures(house):
            labels = set(figure.labels)
            if figure.type == "histogram":
                found |= {f"{figure.name}_{part}": labels for part in ("count", "sum")}
                labels = labels | {"le"}
            found[f"{figure.name}_bucket" if figure.type == "histogram" else figure.name] = labels
        yield found
    finally:
        house.close()


@pytest.mark.parametrize("expression", ASKED)
def test_every_panel_asks_for_figures_that_there_are_by_labels_that_they_have(
    expression: str, shown: dict[str, set[str]]
) -> None:
    parsed = promql.parse(expression)
    asked = list(selectors(parsed))
    assert asked
    for each in asked:
        name = each.name or ""
        assert name in shown
        has = shown[name] | OF_PROMETHEUS
        assert {matcher.name for matcher in each.matchers.matchers} <= has
        assert set(grouped(parsed)) <= has


def grouped(expression: Any) -> Iterator[str]:
    """The labels that it is summed up by."""
    modifier = getattr(expression, "modifier", None)
    if isinstance(expression, promql.AggregateExpr) and modifier is not None:
        yield from modifier.labels
    for name in ("expr", "lhs", "rhs"):
        if (inner := getattr(expression, name, None)) is not None:
            yield from grouped(inner)
    for argument in getattr(expression, "args", None) or ():
        yield from grouped(argument)


def test_the_labels_that_a_figure_is_summed_up_by_are_found() -> None:
    expression = "histogram_quantile(0.9, sum by (le, route) (rate(a_bucket[1m]))) > 2 * max by (x) (b)"
    assert sorted(grouped(promql.parse(expression))) == ["le", "route", "x"]


def test_every_figure_of_ours_is_on_it(shown: dict[str, set[str]]) -> None:
    asked = {each.name for parameter in ASKED for each in selectors(promql.parse(str(parameter.values[0])))}
    of_histograms = {name.removesuffix("_bucket") for name in shown if name.endswith("_bucket")}
    for name in shown:
        histogram = next((each for each in of_histograms if name.startswith(each)), None)
        wanted = {f"{histogram}_bucket", f"{histogram}_count"} if histogram else {name}
        assert asked & wanted, name


def test_the_first_row_answers_in_colour_and_says_what_it_means() -> None:
    first = [panel for panel in PANELS if panel["gridPos"]["y"] == 0]
    assert [panel["title"].split("?")[0] for panel in first[:3]] == ["Blind", "Late", "Untold"]
    for panel in first:
        assert panel["type"] == "stat"
        colours = {step["color"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]}
        assert {"green", "red"} <= colours
        nothing = panel["fieldConfig"]["defaults"]["mappings"][0]["options"]
        assert nothing["match"] == "null"
        assert nothing["result"]["color"] == "red", "no figures must not look like all is well"


def test_it_is_one_screen_and_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["description"]
    assert max(x for x, _ in taken) < WIDE
    assert max(y for _, y in taken) < HIGH
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_grafana_finds_the_dashboard_and_where_its_figures_come_from() -> None:
    [source] = read("datasources/wakeful.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    used = {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]}
    assert used == {source["uid"]}
    [provider] = read("dashboards/wakeful.yaml")["providers"]
    mounted = dict(volume.split(":")[:2] for volume in compose_services()["grafana"]["volumes"])
    assert mounted["./deploy/grafana/dashboards"] == provider["options"]["path"]
    home = compose_services()["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/wakeful.json"


def read(name: str) -> Any:
    return yaml.safe_load((GRAFANA / "provisioning" / Path(name)).read_text("utf-8"))
