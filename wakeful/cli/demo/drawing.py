"""The sample night drawn: a chart (a row a child, time across, under it that child's alerts; under a home's children
the cover of the house), what was kept of the promise, and the story.

The marks are `marks`'. What is drawn was worked out in `story`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.cover.night import Band
from services.sample.cast import TIME_ZONE
from services.sample.papers import pace_of
from shared.instants import HOUR, MINUTE, Duration, Instant
from shared.schedule import local_date
from shared.words import length, local_clock
from wakeful.cli.demo.marks import (
    AWAY,
    GRACE,
    LEGEND,
    LEGEND_OF_COVER,
    OVER,
    RAISED,
    RECORD,
    RESOLVED,
    WATCHED,
    WORSENED,
    Mark,
    heavier,
    mark_of,
    mark_of_bands,
)
from wakeful.cli.demo.night import BEGINS, ENDS
from wakeful.cli.demo.story import ChildsNight, HomesNight, Night, Step, Told
from wakeful.cli.demo.weeks import FIRST, LAST
from wakeful.cli.demo.weeks import HOME as OF_THE_WEEKS

_LABEL: Final = 9
_CELLS: Final = tuple(n * MINUTE for n in (5, 6, 10, 12, 15, 20, 30))
"""How long a column may be: an hour is a whole number of them."""


_STEPS: Final = {"raised": RAISED, "worsened": WORSENED, "resolved": RESOLVED, "record": RECORD, "away": AWAY}


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
        for home in night.homes:
            for each in night.children:
                if each.home is home.home:
                    rows += self._rows(each)
            rows += [*self._cover(home), Text()]
        return Group(*rows, self._legend())

    def title(self, night: Night) -> RenderableType:
        """Says before anything else that all of it is invented."""
        text = Text("SAMPLE DATA", "bold yellow").append(
            f": an invented night, {BEGINS_TEXT} to {ENDS_TEXT}, seed {night.seed}", "default not bold"
        )
        return Panel(text, box=box.ASCII if self._plain else box.ROUNDED, border_style="yellow")

    def weeks_title(self) -> RenderableType:
        """Says what comes behind the night."""
        text = Text("The weeks around it", "bold").append(
            f": {OF_THE_WEEKS.id}, {FIRST.day} {FIRST:%B} to {LAST.day} {LAST:%B %Y}", "not bold"
        )
        return text.append(", by the rules on plans and reviews", "bright_black")

    def kept(self, night: Night) -> RenderableType:
        """A line of compliance for each child."""
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        table.add_column("Kept", overflow="fold")
        for heading in ("time", "gaps", "longest gap", "at most"):
            table.add_column(heading, justify="right", overflow="fold")
        for each in night.children:
            table.add_row(*self._kept_row(each))
        return table

    def told(self, line: Told, *, dated: bool = False) -> RenderableType:
        """One line of the story; with its day where it is `dated`."""
        mark = _STEPS[line.kind]
        sign = str(line.level) if line.kind == "worsened" else self._sign(mark)
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        text = Text(line.about, "bold").append("  " if line.about else "").append(line.text, "not bold")
        grid.add_row(day_and_clock(line.at) if dated else clock(line.at), Text(sign, mark.style), text)
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
            marks[place] = heavier(marks[place], mark_of(check))
        yield self._row(each.child.id.removeprefix("sample-child-"), marks)
        if each.beside:
            yield self._row("  beside", self._bands(each.beside, each.child.id))
        yield from self._alerts(each.steps)

    def _cover(self, each: HomesNight) -> Iterator[Text]:
        """The cover of the house, and what was told of the home and its workers."""
        yield self._row(f"{each.home.waking} awake", self._bands(each.cover, None))
        yield from self._alerts(each.steps)

    def _bands(self, bands: Sequence[Band], child: str | None) -> list[Mark | None]:
        """Cover by columns; each shows the worst of its time."""
        columns = []
        for start in range(BEGINS, ENDS, self._cell):
            end = start + self._cell
            within = [band for band in bands if min(band.end, end) - max(band.start, start) >= MINUTE]
            columns.append(mark_of_bands(within, child))
        return columns

    def _row(self, name: str, marks: list[Mark | None]) -> Text:
        return Text(f"{name:{_LABEL}}").append_text(self._line(marks))

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

    def _alerts(self, steps: Sequence[Step]) -> Iterator[Text]:
        """The row of alerts that wake somebody, where there are any; what falls into one column goes side by side."""
        cells: list[tuple[str, Mark | None]] = [("", None)] * self._columns
        for step in steps:
            if step.alert.severity == "info":
                continue
            mark = _STEPS[step.name]
            place = self._column(step.at)
            while place < self._columns - 1 and cells[place][0]:
                place += 1
            cells[place] = (str(step.alert.level) if mark is WORSENED else self._sign(mark), mark)
        if any(sign for sign, _ in cells):
            line = Text(" " * _LABEL)
            for sign, drawn in cells:
                line.append(sign or " ", drawn.style if drawn else "")
            line.rstrip()
            yield line

    def _legend(self) -> Text:
        """As many items in a line as fit."""
        legend, used = Text(), 0
        for mark in (*LEGEND, *LEGEND_OF_COVER):
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


def day_and_clock(at: Instant) -> str:
    """`Tue  3 Mar, 00:00`, in the homes' time."""
    day = local_date(TIME_ZONE, at)
    return f"{day:%a} {day.day:2} {day:%b}, {clock(at)}"


BEGINS_TEXT: Final = "2 March 2026, 21:00"
ENDS_TEXT: Final = "08:00"
