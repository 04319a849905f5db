"""`wakeful migrate`: make the schemas of the database, and bring them up to date. Only where the log is a broker's."""

import typer

from wakeful.cli.terminal import Json, write_json, write_line


def migrate(json: Json = False) -> None:
    """Bring the database at WAKEFUL_DATABASE_URL up to date. Nothing else ever changes its tables' form."""
    from services.house import database
    from shared.settings import Settings

    before = database.migrate(database.address(Settings.read()))
    if json:
        write_json({name: {"found": each.found, "now": each.newest} for name, each in before.items()})
        return
    for name, each in before.items():
        if each.up_to_date:
            write_line(f"{name}: up to date ({each.newest})")
        else:
            write_line(
                f"{name}: {'made' if each.found is None else f'brought from {each.found}'}, now {each.newest}"
            )


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful migrate")(migrate)
