"""Every command can be asked what it does, and answers with an example."""

from collections.abc import Iterator

import pytest
import typer

from tests.unit.cli.story import wakeful
from wakeful.cli import app


def commands() -> Iterator[list[str]]:
    """The words of every command that there is."""
    root = typer.main.get_command(app)
    waiting: list[tuple[list[str], object]] = [([], root)]
    while waiting:
        words, command = waiting.pop()
        yield words
        inner = getattr(command, "commands", {})
        waiting += [([*words, name], each) for name, each in inner.items()]


COMMANDS = sorted(commands())


def test_all_that_there_are() -> None:
    names = {" ".join(words) for words in COMMANDS}
    assert {"up", "replay", "export", "audit", "rebuild", "doctor", "version"} <= names
    assert {"token make", "token list", "token revoke", "device enrol-code"} <= names
    assert {"keys make", "keys rotate", "keys destroy", "keys export", "keys import"} <= names
    assert {"backup", "restore"} <= names
    assert {"gateway", "worker", "migrate", "topics make", "topics check", "topics seal"} <= names
    assert {"page test", "page tests", "page list", "page story"} <= names
    assert "oncall" in names
    assert {"people add", "people list", "people reach", "people set-pin"} <= names


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_says_what_it_does_with_an_example(words: list[str]) -> None:
    result = wakeful(*words, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout or "Commands" in result.stdout
    if "Commands" not in result.stdout:
        assert f"Example: wakeful {' '.join(words)}" in " ".join(result.stdout.split())


GROUPS = ("token", "people", "device", "page", "keys", "topics")
PRINTS = [
    words
    for words in COMMANDS
    if words and words[-1] not in ("up", "gateway", "worker", "replay", "export", *GROUPS)
]


@pytest.mark.parametrize("words", PRINTS, ids=" ".join)
def test_what_prints_can_print_json(words: list[str]) -> None:
    assert "--json" in wakeful(*words, "--help").stdout
