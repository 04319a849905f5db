"""What the documents name is there: files, modules, commands with their options; every decision is in their list."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.documents.test_links import DOCUMENTS, ROOT
from wakeful.cli import app

ROOMS = r"(?:services|shared|wakeful|tests|docs|deploy)"
PATH = re.compile(rf"`({ROOMS}/[\w./-]+)`")
MODULE = re.compile(r"`((?:services|shared|tests|wakeful\.contracts|wakeful\.cli)(?:\.\w+)+)`")
COMMAND = re.compile(
    r"(?:^|`|run |exec |\$ |\| )(?:uv run )?(?:\.venv/bin/)?wakeful +([^\n`#|;&]+)", re.MULTILINE
)
MADE_LATER = {"deploy/compose/secrets", "wakeful/_house/services", "wakeful/_house/shared"}
"""Made by whoever follows the page, or by the wheel."""


def strange_names(text: str) -> Iterator[str]:
    """The paths, modules and commands that `text` names, and that are not there."""
    yield from (path for path in PATH.findall(text) if path not in MADE_LATER and not (ROOT / path).exists())
    yield from (name for name in MODULE.findall(text) if not _is_there(name))
    for said in COMMAND.findall(text.replace("\\\n", " ")):
        yield from _strange_words(said.split())


def _is_there(name: str) -> bool:
    """A module, or a name that one holds."""
    inside, _, last = name.rpartition(".")
    try:
        if importlib.util.find_spec(name) is not None:
            return True
    except ModuleNotFoundError:  # what it would be inside of is no package
        pass
    found = importlib.util.find_spec(inside)
    origin = None if found is None else found.origin
    return origin is not None and last in re.findall(r"\w+", Path(origin).read_text("utf-8"))


def _strange_words(words: list[str]) -> Iterator[str]:
    command: Any = typer.main.get_command(app)
    path = "wakeful"
    while words and (inner := getattr(command, "commands", {})):
        if words[0] not in inner:
            if not words[0].startswith("-"):
                yield f"{path} {words[0]}"
            return
        command = inner[words[0]]
        path = f"{path} {words.pop(0)}"
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    for word in words:
        option = re.match(r"--?[a-z][\w-]*", word)
        if option is not None and option[0] not in known:
            yield f"{path} {option[0]}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_that_is_named_is_there(document: Path) -> None:
    assert list(strange_names(document.read_text("utf-8"))) == []


def test_what_is_not_there_is_found() -> None:
    text = (
        "`services/none.py` `shared.clock.tomorrow` `shared.none.at` `shared.clock.now`\n```\nwakeful none\n"
    )
    assert list(strange_names(text + "wakeful audit --gently --json\nwakeful people sing\n```\n")) == [
        "services/none.py",
        "shared.clock.tomorrow",
        "shared.none.at",
        "wakeful none",
        "wakeful audit --gently",
        "wakeful people sing",
    ]


def test_commands_of_every_room_are_among_what_is_looked_at() -> None:
    said = {word for each in DOCUMENTS for word in COMMAND.findall(each.read_text("utf-8"))}
    assert {"up", "audit", "backup", "people", "oncall"} <= {each.split()[0] for each in said if each.split()}


def test_every_decision_is_in_the_list_of_decisions() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(
        r"^\| \[(\d+)\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"), re.M
    )
    there = sorted(path.name for path in folder.glob("0*.md"))
    assert [name for _, name in listed] == there
    assert [int(number) for number, _ in listed] == [int(name[:4]) for name in there]
