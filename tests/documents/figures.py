"""Every metric of a house, with its labels: found by making each happen once, since one with labels that never happened
shows nothing."""

from typing import NamedTuple

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from services.alerts.tables import ALERTS
from services.up import House
from shared.log.base import Unavailable
from shared.store.engine import writing


class Figure(NamedTuple):
    """One metric, as it is asked for."""

    name: str
    type: str
    labels: tuple[str, ...]
    what: str


def figures(house: House) -> list[Figure]:
    """All of them. Puts an alert into the house's read model."""
    _happen(house)
    found = []
    for family in text_string_to_metric_families(generate_latest(house.metrics.registry).decode()):
        labels = {name for sample in family.samples for name in sample.labels if name != "le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found.append(Figure(name, family.type, tuple(sorted(labels)), family.documentation))
    return sorted(found)


def _happen(house: House) -> None:
    told = house.metrics
    told.applied("checks", 1)
    told.reached("checks", 0, 0)
    told.detected("checks", "check_missed", 0)
    told.outbox("checks", 0, 0)
    told.rejected("checks", "version_used")
    told.differed("checks", "an id")
    told.unavailable("checks", Unavailable("for the table of metrics"))
    told.door.labels("/healthz", "2xx").observe(0)
    times = {"since": 1, "raised_at": 1, "changed_at": 1, "level": 1, "position": 1, "facts": {}}
    row = {"alert_id": "1", "home_id": "H1", "kind": "check_missed", "severity": "page", "state": "raised"}
    with writing(house.views) as connection:
        connection.execute(insert(ALERTS).values(**row, **times))
