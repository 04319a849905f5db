"""An alert in plain words, for somebody who has never seen the rules: what it is, since when, what closed it.

Pure: text from numbers, in the home's local time, with *now* as an argument. No HTML, no rights, no database. The
exact numbers are in the feed; what is said here must never say more than they do, and never says whose fault it is.
"""

from shared.words.names import COUNTED, SEVERITIES, TITLES
from shared.words.steps import step_told
from shared.words.telling import Told, about, told
from shared.words.times import Wall, exact_clock, length, local_clock

__all__ = [
    "COUNTED",
    "SEVERITIES",
    "TITLES",
    "Told",
    "Wall",
    "about",
    "exact_clock",
    "length",
    "local_clock",
    "step_told",
    "told",
]
