"""The sample night drawn: a chart (a row a child, time across, under it that child's alerts), what was kept of the
promise, and the story.

Every mark has a shape of its own, so that nothing depends on colour; a terminal without Unicode gets plain letters.
What is drawn was worked out in `demostory`.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.alerts.words import length, local_clock
from services.sample.cast import TIME_ZONE
from services.sample.papers import pace_of
from shared.home.own_times import Check
from shared.instants import HOUR, MINUTE, Duration, Instant
from wakeful.cli.demonight import BEGINS, ENDS
from wakeful.cli.demostory import ChildsNight, Night, Told

_LABEL: Final = 9
_CELLS: Final = tuple(n * MINUTE for n in (5, 6, 10, 12, 15, 20, 30))
"""How long a column may be: an hour is a whole number of them."""


class Mark(NamedTuple):
    """How something is drawn: its sign, the plain one, its style, and what it means."""

    sign: str
    plain: str
    style: str
    means: str


SEEN: Final = Mark("●", "o", "green", "seen")
CAME_LATE: Final = Mark("◐", "c", "cyan", "seen, its record came late")
ATTEMPT: Final = Mark("○", "-", "yellow", "tried, not seen")
NOT_FOUND: Final = Mark("✕", "x", "bold red", "looked for, not found")
AWAY: Final = Mark("░", "~", "blue", "away")
OVER: Final = Mark("━", "=", "bold red", "over the ceiling")
GRACE: Final = Mark("━", "=", "yellow", "over the ceiling")
WATCHED: Final = Mark("·", ".", "bright_black", "a check is promised")
RAISED: Final = Mark("▲", "^", "bold red", "alert raised")
WORSENED: Final = Mark("2", "2", "bold red", "worsened, to this level")
RESOLVED: Final = Mark("▼", "v", "bold green", "closed")
RECORD: Final = Mark("•", "*", "bright_black", "")
_LEGEND: Final = (SEEN, CAME_LATE, ATTEMPT, NOT_FOUND, AWAY, WATCHED, OVER, RAISED, WORSENED, RESOLVED)
_STEPS: Final = {"raised": RAISED, "worsened": WORSENED, "resolved": RESOLVED, "record": RECORD, "away": AWAY}
_WEIGHT: Final = (NOT_FOUND, ATTEMPT, CAME_LATE, SEEN)
"""Of several checks in one column the first of these is drawn."""


class Drawing:
    """Draws for one console: its width, and whether it can show more than ASCII."""

    def __init__(self, console: Console) -> None:
        self._plain = not console.encoding.lower().startswith("utf")
        self._width = console.width
        fits = [cell for cell in _CELLS if (ENDS - BEGINS) // cell <= self._width - _LABEL]
        self._cell: Duration = fits[0] if fits else HOUR
        self._columns = (ENDS - BEGINS) // self._cell

    def chart(self, night: Night) -> RenderableType:
        """The night, with its legend."""
        rows: list[Text] = [self._hours()]
        home = night.children[0].home
        for each in night.children:
            if each.home is not home:
                home = each.home
                rows.append(Text())
            rows += self._rows(each)
        return Group(*rows, Text(), self._legend())

    def title(self, night: Night) -> RenderableType:
        """Says before anything else that all of it is invented."""
        text = Text("SAMPLE DATA", "bold yellow").append(
            f": an invented night, {BEGINS_TEXT} to {ENDS_TEXT}, seed {night.seed}", "default not bold"
        )
        return Panel(text, box=box.ASCII if self._plain else box.ROUNDED, border_style="yellow")

    def kept(self, night: Night) -> RenderableType:
        """A line of compliance for each child."""
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        table.add_column("Kept", overflow="fold")
        for heading in ("time", "gaps", "longest gap", "at most"):
            table.add_column(heading, justify="right", overflow="fold")
        for each in night.children:
            table.add_row(*self._kept_row(each))
        return table

    def told(self, line: Told) -> RenderableType:
        """One line of the story."""
        mark = _STEPS[line.kind]
        sign = str(line.level) if line.kind == "worsened" else self._sign(mark)
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        text = (
            Text(line.placement_id, "bold")
            .append("  " if line.placement_id else "")
            .append(line.text, "not bold")
        )
        grid.add_row(clock(line.at), Text(sign, mark.style), text)
        return grid

    # -- parts -----------------------------------------------------------------------------------------------

    def _sign(self, mark: Mark) -> str:
        return mark.plain if self._plain else mark.sign

    def _column(self, at: Instant) -> int:
        return min(max(at - BEGINS, 0) // self._cell, self._columns - 1)

    def _hours(self) -> Text:
        cells = [" "] * self._columns
        for at in range(BEGINS, ENDS, HOUR):
            place, text = self._column(at), clock(at)[:2]
            cells[place : place + 2] = text
        return Text(" " * _LABEL + "".join(cells).rstrip(), "bold")

    def _rows(self, each: ChildsNight) -> Iterator[Text]:
        marks: list[Mark | None] = [self._ground(each, BEGINS + n * self._cell) for n in range(self._columns)]
        for check in each.record.checks:
            place = self._column(check.seen_at)
            marks[place] = _heavier(marks[place], _mark_of(check))
        name = each.child.id.removeprefix("sample-child-")
        yield Text(f"{name:{_LABEL}}").append_text(self._line(marks))
        alerts = self._alerts(each)
        if any(sign for sign, _ in alerts):
            line = Text(" " * _LABEL)
            for sign, mark in alerts:
                line.append(sign or " ", mark.style if mark else "")
            line.rstrip()
            yield line

    def _line(self, marks: list[Mark | None]) -> Text:
        line = Text()
        for mark in marks:
            line.append(self._sign(mark) if mark else " ", mark.style if mark else "")
        line.rstrip()
        return line

    def _ground(self, each: ChildsNight, start: Instant) -> Mark | None:
        """What a column shows where nobody looked: away, over the ceiling, or only that a check is promised."""
        at, record = start + self._cell // 2, each.record
        if any(begin <= at < end for begin, end, _why in record.absences):
            return AWAY
        for gap in record.gaps:
            if gap.start <= at < gap.end:
                if gap.overdue and at >= gap.due:
                    return OVER if at >= gap.due + pace_of(each.child).grace else GRACE
                return WATCHED
        return None

    def _alerts(self, each: ChildsNight) -> list[tuple[str, Mark | None]]:
        """The row of alerts that wake somebody; what falls into one column goes side by side."""
        cells: list[tuple[str, Mark | None]] = [("", None)] * self._columns
        for step in each.steps:
            if step.alert.severity == "info":
                continue
            mark = _STEPS[step.name]
            place = self._column(step.at)
            while place < self._columns - 1 and cells[place][0]:
                place += 1
            cells[place] = (str(step.alert.level) if mark is WORSENED else self._sign(mark), mark)
        return cells

    def _legend(self) -> Text:
        """As many items in a line as fit."""
        legend, used = Text(), 0
        for mark in _LEGEND:
            width = len(mark.means) + 2
            if used and used + 3 + width > self._width:
                legend, used = legend.append("\n"), 0
            legend.append("   " if used else "").append(self._sign(mark), mark.style)
            legend.append(f" {mark.means}", "bright_black")
            used += width + (3 if used else 0)
        return legend

    def _kept_row(self, each: ChildsNight) -> Iterator[RenderableType]:
        kept, pace = each.record.compliance, pace_of(each.child)
        within = sum(gap.status in ("on_time", "unreported") for gap in each.record.gaps)
        whole = kept.overdue == 0
        yield Text(each.child.id)
        yield Text(f"{(kept.time_share or 0) * 100:.1f} %", "green" if whole else "bold red")
        yield Text(f"{within} of {len(each.record.gaps)}")
        yield Text(length(kept.longest.elapsed) if kept.longest else "-")
        yield Text(length(pace.ceiling), "bright_black")


def clock(at: Instant) -> str:
    """`02:17`, in the homes' time."""
    return local_clock(at, TIME_ZONE, at)


BEGINS_TEXT: Final = "2 March 2026, 21:00"
ENDS_TEXT: Final = "08:00"


def _mark_of(check: Check) -> Mark:
    outcome = check.fact.data["outcome"]
    if outcome == "not_found":
        return NOT_FOUND
    if not check.valid:
        return ATTEMPT
    return CAME_LATE if check.fact.appended_at - check.fact.entered_at > MINUTE else SEEN


def _heavier(there: Mark | None, mark: Mark) -> Mark:
    if there in _WEIGHT and _WEIGHT.index(there) < _WEIGHT.index(mark):
        return there
    return mark
