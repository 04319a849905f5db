"""What the tables of the alerts service are called. The rules name rows by these, and so need no database library.

What is in the tables is `tables.py`.
"""

from typing import Final

ALERTS: Final = "alerts_alerts"
LIFE: Final = "alerts_life"
SENDS: Final = "alerts_pages"
HOMES: Final = "alerts_homes"
COMMISSIONERS: Final = "alerts_commissioners"
HOME_STATE: Final = "alerts_home_state"
PLACEMENT_STATE: Final = "alerts_placement_state"
DECISIONS: Final = "alerts_decisions"
DECIDED: Final = "alerts_decided"

PARTITION_OF_ALL: Final = ""
"""In the place of a home: what is said of a whole home-partition."""
