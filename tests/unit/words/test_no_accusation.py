"""Nothing that we can say of an alert accuses anybody: every text in the code that makes words is looked at."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SAID = (
    "shared/words/*.py",
    "services/pager/telling/*.py",
    "services/cover/*.py",
    "services/reviews/*.py",
    "services/integrity/*.py",
)
SHOWN = ("services/*/templates/*.html", "shared/web/templates/*.html")
ACCUSING = re.compile(
    r"""\b(accus\w*|blam\w*|guilt\w*|culp\w*|liar|lied|(?:is|was|were)\ lying|falsi\w+|falsely
    |fak\w+|forg(?:ed|ery|ing)|fabricat\w*|invent\w*
    |made\ up|cheat\w*|dishonest\w*|fraud\w*|deceiv\w*|decept\w*|decei\w*|suspic\w*|suspect\w*|negl\w+|lazy|careless\w*
    |reckless\w*|misconduct|misbehav\w*|wrongdo\w*|offend\w*|tamper\w*|manipulat\w*|doctored|cover(?:ed|ing)?[- ]?up
    |pretend\w*|claim\w*|supposed\w*|alleg\w*|slept|sleeping|fell\ asleep|dozing|lapse\ of|breach\w*|abus\w*|skipp\w*
    |bogus|copied|backdat\w*|cook\w*|rubber[- ]?stamp\w*|should\ have|failed\ to|failure\ to|did\ not\ bother)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def texts_of(file: Path) -> Iterator[str]:
    """The texts of a module, but for its docstrings: those are read by us alone."""
    tree = ast.parse(file.read_text("utf-8"))
    ours = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # a text that stands alone says nothing to anybody
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in ours:
            yield node.value


def found(patterns: tuple[str, ...]) -> list[Path]:
    return sorted(file for pattern in patterns for file in ROOT.glob(pattern))


@pytest.mark.parametrize("file", found(SAID), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_text_of_the_code_accuses_anybody(file: Path) -> None:
    assert [text for text in texts_of(file) if ACCUSING.search(text)] == []


@pytest.mark.parametrize("file", found(SHOWN), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_page_accuses_anybody(file: Path) -> None:
    shown = re.sub(r"<[^>]*>|{%.*?%}|{#.*?#}", " ", file.read_text("utf-8"), flags=re.DOTALL)
    assert ACCUSING.findall(shown) == []


def test_there_is_something_to_look_at() -> None:
    assert len(found(SAID)) > 5
    assert len(found(SHOWN)) > 3


@pytest.mark.parametrize(
    "text",
    ["These checks look falsified.", "W1 was sleeping", "entries invented by W1", "a suspicious pattern"],
)
def test_an_accusation_would_be_found(text: str) -> None:
    assert ACCUSING.search(text)


@pytest.mark.parametrize(
    "text", ["the child was forgotten", "no recent sign of being awake", "it is believed late"]
)
def test_what_is_neutral_is_let_through(text: str) -> None:
    assert not ACCUSING.search(text)
