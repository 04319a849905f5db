"""`wakeful demo`: a whole sample night in a second, in virtual time: drawn, and told, with the weeks around it. No
server, no disk, no clock.

The night is `night`'s, the weeks `weeks`', what the rules make of them `story`'s, the picture `drawing`'s.
"""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wakeful.cli.terminal import Json, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from services.cover.night import Band
    from wakeful.cli.demo.story import ChildsNight, Night, Told


def demo(
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed is another night.")] = 1,
    speed: Annotated[
        float | None,
        typer.Option(
            metavar="N", min=1, help="On a terminal: tell the story live, N times as fast as it happened."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show a sample night: three homes, nine invented children, and what the rules make of what is recorded.

    Everything happens in memory and in virtual time. Same seed, same bytes.
    """
    from rich.console import Console

    from wakeful.cli.demo.story import told_night

    night = told_night(seed)
    if json:
        write_json(shown(night))
        return
    console = Console(file=sys.stdout, highlight=False)
    draw(console, night, speed if console.is_terminal else None)


def draw(console: "Console", night: "Night", speed: float | None = None) -> None:
    """The chart, then the story; with `speed` the story first, as it happens, because the chart gives it away."""
    from wakeful.cli.demo.drawing import Drawing

    drawing = Drawing(console)
    console.print(drawing.title(night))

    def picture() -> None:
        console.print(drawing.chart(night))
        console.print()
        console.print(drawing.kept(night))

    if speed is None:
        picture()
        console.print()
    at = night.story[0].at
    for line in night.story:
        if speed is not None:
            time.sleep((line.at - at) / 1000 / speed)
            at = line.at
        console.print(drawing.told(line))
    if speed is not None:
        console.print()
        picture()
    console.print()
    console.print(drawing.weeks_title())
    for line in night.weeks.story:
        console.print(drawing.told(line, dated=True))


def shown(night: "Night") -> dict[str, Any]:
    """The night as data. Shares of time and of gaps are None where nothing was promised."""
    from shared.instants import show_instant
    from wakeful.cli.demo.night import BEGINS, ENDS
    from wakeful.cli.demo.weeks import UNDER_WAY, UNTIL

    return {
        "sample": True,
        "seed": night.seed,
        "from": show_instant(BEGINS),
        "to": show_instant(ENDS),
        "children": [_child(each) for each in night.children],
        "cover": [
            {"home_id": each.home.id, "bands": [_band(band) for band in each.cover]} for each in night.homes
        ],
        "alerts": list(night.events),
        "story": [_line(line) for line in night.story],
        "weeks": {
            "from": show_instant(UNDER_WAY),
            "to": show_instant(UNTIL),
            "alerts": list(night.weeks.events),
            "story": [_line(line) for line in night.weeks.story],
        },
    }


def _line(line: "Told") -> dict[str, Any]:
    from shared.instants import show_instant

    return {**line._asdict(), "at": show_instant(line.at)}


def _band(band: "Band") -> dict[str, Any]:
    from shared.instants import show_instant

    return {
        "from": show_instant(band.start),
        "to": show_instant(band.end),
        "required": band.required,
        "evidenced": band.evidenced,
        "staff": [{"staff_id": each.staff_id, "role": each.role, "state": each.state} for each in band.staff],
    }


def _child(each: "ChildsNight") -> dict[str, Any]:
    from services.sample.papers import pace_of
    from shared.instants import show_duration, show_instant

    record = each.record
    kept = record.compliance
    return {
        "home_id": each.home.id,
        "placement_id": each.child.id,
        "ceiling": show_duration(pace_of(each.child).ceiling),
        "checks": [
            {"at": show_instant(c.seen_at), "outcome": c.fact.data["outcome"], "valid": c.valid}
            for c in record.checks
        ],
        "gaps": [
            {"from": show_instant(gap.start), "to": show_instant(gap.end), "status": gap.status}
            for gap in record.gaps
        ],
        "absences": [
            {"from": show_instant(start), "to": show_instant(end), "reason": why}
            for start, end, why in record.absences
        ],
        "beside": [_band(band) for band in each.beside],
        "time_share": kept.time_share,
        "gap_share": kept.gap_share,
        "longest": None if kept.longest is None else show_duration(kept.longest.elapsed),
    }


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    register: Callable[..., object] = app.command(epilog="Example: wakeful demo --seed 7")
    register(demo)
