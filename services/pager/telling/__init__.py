"""What one person is told, in a title, in text and in HTML. Pure: alerts, times and a predicate in, a message out.

`compose` is for alerts, `compose_operations` for what is wrong with the watch itself. What the reader may not see is
left out by the predicate, from lists and from counts alike.
"""

from services.pager.telling.compose import compose, key_of
from services.pager.telling.given import Answering, Happened, Occasion, Shows, Ways, all_of_it, no_way
from services.pager.telling.operations import OperationsAlert, compose_operations

__all__ = [
    "Answering",
    "Happened",
    "Occasion",
    "OperationsAlert",
    "Shows",
    "Ways",
    "all_of_it",
    "compose",
    "compose_operations",
    "key_of",
    "no_way",
]
