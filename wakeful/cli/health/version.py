"""`wakeful version`: what is running here. Nothing is opened."""

import platform
from typing import Any

import typer

from wakeful.cli.terminal import Json, write_json, write_line


def version(json: Json = False) -> None:
    """Tell the versions of Wakeful, Python, the time zone rules and the schemas."""
    found = versions()
    if json:
        write_json(found)
        return
    schemas = ", ".join(f"{name} {newest}" for name, newest in found["schema"].items())
    write_line(
        f"wakeful {found['wakeful']}, Python {found['python']}, tzdata {found['tzdata']}; schemas: {schemas}"
    )


def versions() -> dict[str, Any]:
    """Everything by name; `tzdata` is the IANA version whose rules are read."""
    from importlib import import_module

    from wakeful import __version__
    from wakeful.cli.health.schemas import newest_of, schemas

    return {
        "wakeful": __version__,
        "python": platform.python_version(),
        "tzdata": import_module("tzdata").IANA_VERSION,
        "schema": {schema.owner: newest_of(schema) for schema in schemas()},
    }


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful version --json")(version)
