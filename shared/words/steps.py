"""The steps of an alert's life in words: who has it and until when, who passed it on, when nobody has it any more (§6).

An answer is told as what it is. Who says *I can't* has answered, and nobody asks why.
"""

from collections.abc import Callable
from typing import Final

from shared.words.alert import Alert, Step
from shared.words.closing import way_of_closing
from shared.words.times import Wall


def step_told(step: Step, alert: Alert, wall: Wall) -> str:
    """One step in a few words; without its own time, which stands beside it."""
    return _STEPS.get(step.step, _other)(step, alert, wall)


def _raised(step: Step, alert: Alert, wall: Wall) -> str:
    return "Raised"


def _worsened(step: Step, alert: Alert, wall: Wall) -> str:
    return f"Level {step.level}"


def _acknowledged(step: Step, alert: Alert, wall: Wall) -> str:
    until = "" if step.until is None else f" until {wall.clock(step.until)}"
    return f"{step.by or 'Somebody'} has it{until}"


def _declined(step: Step, alert: Alert, wall: Wall) -> str:
    return f"{step.by or 'Somebody'} cannot take it: the next step is told at once"


def _reopened(step: Step, alert: Alert, wall: Wall) -> str:
    return "Open again: nobody has it"


def _resolved(step: Step, alert: Alert, wall: Wall) -> str:
    way = way_of_closing(alert, step.how, step.by)
    return f"C{way[1:]}" if way.startswith("closed ") else f"Closed: {way}"


def _noted(step: Step, alert: Alert, wall: Wall) -> str:
    return "Noted"


def _other(step: Step, alert: Alert, wall: Wall) -> str:
    return step.step.replace("_", " ").capitalize()


_STEPS: Final[dict[str, Callable[[Step, Alert, Wall], str]]] = {
    "raised": _raised,
    "worsened": _worsened,
    "acknowledged": _acknowledged,
    "declined": _declined,
    "reopened": _reopened,
    "resolved": _resolved,
    "noted": _noted,
}
