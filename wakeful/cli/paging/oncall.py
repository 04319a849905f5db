"""`wakeful oncall`: who is on call in a home now and next, when nobody will be, and whether it counts as watched."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from wakeful.cli.errors import WRONG, Failure
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json, write_json, write_line, write_table

if TYPE_CHECKING:
    from services.pager.desk import DeskHome
    from services.pager.shapes import OnCallShape

_STANDING = {
    "no_policy": "not watched: it has no on-call policy; set one that names a last resort (on_call.policy_set)",
    "no_last_resort": "not watched: its policy names no last resort; set it again with one (on_call.policy_set)",
}


def oncall(
    home: Annotated[
        str | None, typer.Argument(metavar="[HOME]", help="That home alone (default: every home).")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Who is on call now and next at each step of a home's chain, when nobody will be in the coming 14 days, and
    whether the home counts as watched. Exit code 1: some home has a gap, or does not count as watched."""
    from services.pager import desk_rows
    from services.pager.shapes import Sees, on_call_shape
    from shared import clock

    with installation(data).reading_views("pager") as views, views.connect() as connection:
        found = desk_rows.homes(connection) if home is None else [desk_rows.home(connection, home)]
    houses = [each for each in found if each.provider_id is not None]
    if home is not None and not houses:
        raise Failure(f"there is no home {home}; `wakeful oncall` shows all that there are")
    everything = Sees(None, lambda _placement_id: True)
    shown = [on_call_shape(each, clock.now(), everything) for each in houses]
    if json:
        write_json([each.model_dump(mode="json", exclude_none=True) for each in shown])
    else:
        _write(zip(houses, shown, strict=True))
    if any(each.gaps or not each.watched for each in shown):
        raise typer.Exit(WRONG)


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(epilog="Example: wakeful oncall H1")(oncall)


def _write(shown: Iterable[tuple["DeskHome", "OnCallShape"]]) -> None:
    rows, wrong = [], []
    for house, each in shown:
        rows += _rows(house, each)
        wrong += _wrong(house, each)
    write_table(["home", "step", "after", "who", "now", "next"], rows)
    for line in wrong:
        write_line(line)


def _rows(house: "DeskHome", shown: "OnCallShape") -> list[list[str]]:
    if shown.policy is None:
        return [[shown.home_id, "", "", "no policy", "", ""]]
    rows = [
        [
            shown.home_id,
            str(step.step),
            step.after,
            ", ".join(step.who),
            ", ".join(step.now) or "nobody",
            "" if step.next is None else f"{_local(house, step.next.at)}: {_people(step.next.people)}",
        ]
        for step in shown.policy.steps
    ]
    if shown.policy.last_resort is not None:
        rows.append([shown.home_id, "last", "", "last resort", shown.policy.last_resort, ""])
    return rows


def _people(people: list[str]) -> str:
    return ", ".join(people) or "nobody"


def _wrong(house: "DeskHome", shown: "OnCallShape") -> list[str]:
    gaps = [
        f"home {shown.home_id}: nobody on rota {gap.rota} from {_local(house, gap.start)} to {_local(house, gap.end)}"
        for gap in shown.gaps
    ]
    standing = [] if shown.watched else [f"home {shown.home_id}: {_STANDING[shown.standing]}"]
    return [*standing, *gaps]


def _local(house: "DeskHome", instant: str) -> str:
    """As the clock on the home's wall shows it."""
    from shared.instants import parse_instant
    from shared.schedule import local_time, show_local_time

    day, minute = local_time(house.zone, parse_instant(instant))
    return f"{day:%a %Y-%m-%d} {show_local_time(minute)}"
