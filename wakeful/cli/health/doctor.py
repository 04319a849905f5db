"""`wakeful doctor`: is this installation in order? Each finding says what to do. Nothing is changed.

What is looked at is `looking`'s.
"""

from typing import Any

import typer

from wakeful.cli.errors import WRONG
from wakeful.cli.health.findings import Finding, Mark
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json, write_json, write_line, write_table


def doctor(json: Json = False, data: Data = None) -> None:
    """Look at disk, clocks, permissions, schemas, settings, the running process, and homes set aside; over a broker, at
    the broker, its topics, the database, and who watches.

    Exit 1 if anything is wrong.
    """
    from shared.settings import describe
    from wakeful.cli.health.looking import look

    here = installation(data)
    findings = look(here)
    described = describe(here.settings)
    if json:
        shown = [{**each._asdict(), "mark": each.mark.value} for each in findings]
        write_json({"findings": shown, "settings": [each._asdict() for each in described]})
    else:
        write_table(["setting", "value", "from"], [list(each) for each in described])
        for finding in findings:
            write_line(_line(finding))
    if any(each.mark is Mark.WRONG for each in findings):
        raise typer.Exit(WRONG)


def _line(finding: Finding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{finding.mark.value:5} {finding.about}: {finding.found}{remedy}"


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    register: Any = app.command(epilog="Example: wakeful doctor --json")
    register(doctor)
