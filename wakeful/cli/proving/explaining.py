"""What is on record that accounts for a difference an audit found: a read model that was made anew, or a decision that
waited for nobody any longer.

Both lie in the log's own topic of swaps (`shared.runner.reconcile`, `shared.runner.deciding`). Nothing is read here.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.instants import parse_instant

SWAP: Final = "a recorded swap"


def why(
    recorded: Iterable[Mapping[str, Any]], at: str, home_id: str, alert_id: str, partition: int
) -> str | None:
    """What of the record accounts for an event of an alert, in words; None: nothing does."""
    for each in recorded:
        if "without" in each:
            if each["partition"] == partition and each["since"] <= at < each["upto"]:
                return f"a recorded decision that was made without waiting for {_and(each['without'])} any longer"
        elif _of_the_swap(each, at, home_id, alert_id, partition):
            return SWAP
    return None


def _of_the_swap(swap: Mapping[str, Any], at: str, home_id: str, alert_id: str, partition: int) -> bool:
    """It names the alert; or it came from other rules, or brought a home back, and so only told what was still open by
    then."""
    if alert_id in (*swap["raised"], *swap["superseded"]):
        return True
    of_home = swap["home_id"] == home_id if "home_id" in swap else swap.get("partition", 0) == partition
    anew = "home_id" in swap or swap["from_version"] != swap["to_version"]
    return of_home and anew and parse_instant(at) < parse_instant(swap["at"])


def _and(services: list[str]) -> str:
    return " and ".join(services)
