"""`wakeful page`: a home's on-call tried by a marked test, what is open, and the whole story of an alert."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

import orjson
import typer

from wakeful.cli.errors import UNREADABLE, WRONG, Failure
from wakeful.cli.installation import installation
from wakeful.cli.paging.askdoor import door, got, refused
from wakeful.cli.terminal import Data, Json, write_json, write_line, write_table

app = typer.Typer(name="page", help="Pages: test, tests, list, story.", no_args_is_help=True)
Home = Annotated[str, typer.Argument(metavar="HOME", help="As `GET /api/v1/homes` names it.")]
_HEADINGS: Final = ["step", "to", "by", "what", "took"]


@app.command(name="test", epilog="Example: wakeful page test H1 --step 2")
def try_out(
    home: Home,
    step: Annotated[int | None, typer.Option(min=1, help="That step alone, from 1.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Send a message that is marked as a test to everybody in a home's policy, by each way of reaching them, step by
    step without the delays between; show each as it happens. Nothing is raised, so it does not show that alerts are
    decided, gathered or held back. Exit code 1: somebody could not be told. Who answers, `wakeful page tests` shows."""
    from shared.security.rights import Right, Scope

    _be_sure(home, yes)
    here = installation(data)
    body = {} if step is None else {"step": step}
    with (
        door(here, Right.MANAGE, Scope(homes=frozenset({home}))) as client,
        client.stream("POST", f"/on-call/{home}/test", json=body) as answer,
    ):
        if not answer.is_success:
            answer.read()
            raise refused(answer)
        happened = (orjson.loads(line) for line in answer.iter_lines())
        failed = _as_json(happened) if json else _as_table(happened)
    if failed:
        raise typer.Exit(WRONG)


@app.command(name="tests", epilog="Example: wakeful page tests H1")
def tried(home: Home, json: Json = False, data: Data = None) -> None:
    """The latest tests of a home's on-call, the daily ones too: who was told, and who answered in what time."""
    from shared.security.rights import Right, Scope

    with door(installation(data), Right.MANAGE, Scope(homes=frozenset({home}))) as client:
        found = got(client.get(f"/on-call/{home}/tests"))["tests"]
    if json:
        write_json(found)
        return
    write_table(["began", "kind", "told", "answered", "no answer"], [_test_row(each) for each in found])


@app.command(name="list", epilog="Example: wakeful page list --open")
def show(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Alerts that somebody has to be told of, the last raised first, and who has them."""
    from shared.security.rights import Right, Scope

    asked = {"open": "true"} if only_open else {}
    with door(installation(data), Right.READ, Scope(everywhere=True)) as client:
        listed = got(client.get("/alerts", params=asked))["alerts"]
    found = [each for each in listed if each["severity"] != "info"]
    if json:
        write_json(found)
        return
    rows = [
        [each["alert_id"], each["kind"], each["home_id"], each["raised_at"], _has_it(each)] for each in found
    ]
    write_table(["alert", "kind", "home", "raised", "who has it"], rows)


@app.command(epilog="Example: wakeful page story 5f0c7d1e-0000-5000-8000-000000000000")
def story(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="As `wakeful page list` shows it.")],
    json: Json = False,
    data: Data = None,
) -> None:
    """An alert's whole story in order: what became of it, every send, every failure, every answer."""
    from shared.security.rights import Right, Scope

    with door(installation(data), Right.READ, Scope(everywhere=True)) as client:
        found = got(client.get(f"/alerts/{alert}"))
    if json:
        write_json(found)
        return
    write_line(f"{found['kind']} in home {found['home_id']}, since {found['since']}")
    write_table(["at", "what", "who", "by", "more"], sorted(_story_rows(found)))


def _be_sure(home: str, yes: bool) -> None:
    """People are woken by it: never by mistake."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("people are called by this: write --yes if that is meant", UNREADABLE)
    typer.confirm(
        f"Everybody in the policy of {home} is called, marked as a test. Go on?", abort=True, err=True
    )


def _as_json(happened: Iterable[Mapping[str, Any]]) -> int:
    """A line for each thing, as it happens; how many were not told."""
    failed = 0
    for each in happened:
        write_json(each)
        sys.stdout.flush()
        failed += _unwell(each)
    return failed


def _as_table(happened: Iterable[Mapping[str, Any]]) -> int:
    """The same as a table that grows, where it is a terminal that looks; else whole at the end."""
    from rich.console import Console
    from rich.live import Live

    rows: list[list[str]] = []
    failed = 0
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        for each in happened:
            rows += _test_rows(each)
            failed += _unwell(each)
        write_table(_HEADINGS, rows)
        return failed
    with Live(console=console, auto_refresh=False) as live:
        for each in happened:
            rows += _test_rows(each)
            failed += _unwell(each)
            live.update(_table(rows), refresh=True)
    return failed


def _table(rows: list[list[str]]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table(*_HEADINGS, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _unwell(happened: Mapping[str, Any]) -> bool:
    """Somebody could not be told, or there is nobody in a step."""
    return happened["what"] == "failed" or (happened["what"] == "step" and not happened.get("people"))


def _test_rows(happened: Mapping[str, Any]) -> Iterator[list[str]]:
    what = happened["what"]
    if what == "step":
        people = " ".join(happened.get("people", ())) or "nobody"
        yield [str(happened["step"]), people, "", " ".join(happened.get("who", ())), ""]
    elif what in ("sent", "failed"):
        said = what if what == "sent" else f"failed: {happened.get('error', '')}"
        yield ["", happened["to"], happened.get("channel", ""), said, f"{happened.get('ms', 0) / 1000:.1f} s"]


def _test_row(test: Mapping[str, Any]) -> list[str]:
    told = dict.fromkeys(each["to"] for each in test["tries"] if each["sent"])
    answered = [f"{each['by']} ({each['took']})" for each in test["answers"]]
    return [test["began"], test["kind"], " ".join(told), " ".join(answered), " ".join(test["silent"])]


def _has_it(alert: Mapping[str, Any]) -> str:
    if not alert["open"]:
        return f"resolved: {alert['resolved']['how']}" if "resolved" in alert else alert["state"]
    has = alert.get("acknowledged")
    return (
        "nobody" if has is None or alert["state"] != "acknowledged" else f"{has['by']} until {has['until']}"
    )


def _story_rows(alert: Mapping[str, Any]) -> Iterator[list[str]]:
    for step in alert["life"]:
        more = step.get("how") or (f"until {step['until']}" if "until" in step else "")
        yield [step["at"], step["step"], step.get("by", ""), "", more]
    for sent in alert.get("pages", ()):
        more = sent.get("error") or sent.get("why") or ""
        yield [sent["at"], sent["outcome"], sent["to"], sent.get("channel", ""), more]
