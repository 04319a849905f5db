"""Local windows and times to instants: the only place that knows time zones (DOMAIN.md §2, §3).

`local` has the zones, local dates and times; `windows` a plan's windows on paper; `table` the `Timetable`
that says which of them is in force when. What a window demands (ceilings, graces) never lives here.
"""

from shared.schedule.local import (
    MINUTES,
    known_zone,
    local_date,
    local_instant,
    local_time,
    midnight,
    night,
    noon_night,
    parse_local_time,
    show_local_time,
    zones,
)
from shared.schedule.table import Timetable, timetable
from shared.schedule.windows import Stretch, Window, overlap

__all__ = [
    "MINUTES",
    "Stretch",
    "Timetable",
    "Window",
    "known_zone",
    "local_date",
    "local_instant",
    "local_time",
    "midnight",
    "night",
    "noon_night",
    "overlap",
    "parse_local_time",
    "show_local_time",
    "timetable",
    "zones",
]
