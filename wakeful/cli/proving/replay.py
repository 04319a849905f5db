"""`wakeful replay`: what would it have done? (EVENTS.md, "The replay contract"). No database, no network."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from wakeful.cli.errors import UNREADABLE, WRONG, Failure, say
from wakeful.cli.terminal import progress, write_table

if TYPE_CHECKING:
    from shared.monitor import Effect
    from wakeful.cli.proving.factlines import Bad
    from wakeful.cli.proving.streaming import Outcome


class Format(StrEnum):
    """How the alerts are written."""

    JSONL = "jsonl"
    TABLE = "table"


def replay(
    facts: Annotated[
        str, typer.Argument(metavar="FACTS.jsonl", help="A file of facts; - reads them from stdin.")
    ],
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Where the clock ends (default: the last appended_at)."),
    ] = None,
    format: Annotated[Format, typer.Option(help="Bytes for programs, or a table to look at.")] = Format.JSONL,  # noqa: A002
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Pass over bad lines; exit 1 at the end.")
    ] = False,
) -> None:
    """Run every monitor over a file of facts and write the alerts that come of it.

    Same input, same bytes out. A bad line stops it (exit 2); a fact that may not stand is told on standard error and
    changes nothing; a home that fails is set aside and told (exit 1).
    """
    with ExitStack() as stack:
        stream = sys.stdin.buffer if facts == "-" else stack.enter_context(opened(facts))
        wrong = run(stream, sys.stdout, until=until, format=format, keep_going=keep_going)
    if wrong:
        raise typer.Exit(WRONG)


def run(stream: IO[bytes], out: Any, *, until: str | None, format: Format, keep_going: bool) -> bool:  # noqa: A002
    """Read, replay, write; whether anything was wrong. `out` is text with a `buffer`. Raises Failure."""
    from wakeful.cli.proving.replaying import replay_file

    end = None if until is None else _instant(until)
    with progress("replaying", size_of(stream)) as reached:
        outcome = replay_file(stream, end, say if keep_going else _stop, reached)
    _tell(outcome)
    _write(outcome.effects, out, format)
    return bool(outcome.bad or outcome.set_aside)


def opened(path: str) -> IO[bytes]:
    """A file of facts. Raises Failure."""
    try:
        return open(path, "rb")
    except OSError as error:
        remedy = "name a file of facts, or - for standard input"
        raise Failure(f"{path} cannot be read ({error.strerror}); {remedy}", UNREADABLE) from error


def _stop(bad: "Bad") -> None:
    raise Failure(f"{bad} (--keep-going passes over bad lines)", UNREADABLE)


def _instant(text: str) -> int:
    from shared.instants import parse_instant

    try:
        return parse_instant(text)
    except ValueError as error:
        raise Failure(f"--until: {error}", UNREADABLE) from error


def size_of(stream: IO[bytes]) -> int | None:
    """How many bytes a stream has, where anybody can know."""
    import os
    import stat

    try:
        found = os.fstat(stream.fileno())
    except OSError:
        return None  # not a file at all
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _tell(outcome: "Outcome") -> None:
    for number, each in outcome.refused:
        fact, reason = each.fact, each.reason
        found = f" {reason.value!r}" if reason.value else ""
        say(
            f"line {number}: {fact.type} {fact.id} of home {fact.home_id} is refused ({reason.reason}): "
            f"{reason.field}{found}: {reason.detail}; {reason.remedy}"
        )
    for aside in outcome.set_aside:
        named = "" if aside.fact is None else f" at fact {aside.fact.id}"
        say(f"home {aside.home_id} is set aside{named}: {aside.reason}; nothing is known of it from there on")


def _write(effects: "list[Effect]", out: Any, format: Format) -> None:  # noqa: A002
    from shared.events.canonical import canonical

    if format is Format.TABLE:
        write_table(["at", "home", "about", "what", "how"], [_row(effect.event) for effect in effects])
        return
    out.flush()
    out.buffer.write(b"".join([canonical(effect.event) + b"\n" for effect in effects]))
    out.buffer.flush()


def _row(event: dict[str, Any]) -> list[str]:
    data = event["data"]
    about = data.get("placement_id") or event["subject"]
    how = data.get("how") or data.get("kind") or f"level {data.get('level', '')}"
    return [event["time"], event["homeid"], about, event["type"].split(".")[1], how]


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    register: Callable[..., Any] = app.command(
        epilog="Example: wakeful replay facts.jsonl --until 2026-03-29T06:00:00Z"
    )
    register(replay)
