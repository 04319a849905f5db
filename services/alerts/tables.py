"""The read model of the alerts service: what a feed is made of. Disposable: the log makes it again.

For readers: `alerts_alerts` is an alert as it stands, `alerts_life` each step of its life in the order in which they
were committed (what a stream is resumed by), `alerts_pages` who was told and what they answered; `alerts_homes` is
what a page must know of a home, and `alerts_commissioners` whose children live there. The two `_state` tables,
`alerts_decisions` and `alerts_decided` are the monitor's own memory. No rule lives here, and no name: placements and
people are ids. `partition`: whose home-partition a row is (`shared.store.rows`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, String, Table

from services.alerts import names

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

ALERTS: Final = Table(
    names.ALERTS,
    METADATA,
    Column("alert_id", String, primary_key=True),
    Column("home_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("placement_id", String),
    Column("room", String),
    Column("point_id", String),
    Column("staff_id", String),
    Column("device", String),
    Column("provider_id", String),
    Column("commissioner_id", String),  # of the placement it is about, as it was then; None: about the home
    Column("zone", String),  # the home's; a home never changes it. None: the home is not known
    Column("since", BigInteger, nullable=False),
    Column("deadline", BigInteger),
    Column("raised_at", BigInteger, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", String, nullable=False),  # raised | acknowledged | resolved | noted
    Column("level", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),  # `at` of its latest step
    Column("acknowledged_by", String),
    Column("action", JSON(none_as_null=True)),  # sealed, or a plain text
    Column("until", BigInteger),
    Column("resolved_at", BigInteger),
    Column("how", String),
    Column("resolved_by", String),
    Column("reason", JSON(none_as_null=True)),  # sealed, or a plain text
    Column("fact_id", String),
    Column("position", BigInteger, nullable=False),  # of its latest step in `alerts_life`
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("alerts_by_time", "raised_at", "alert_id"),
    Index("alerts_of_home", "home_id", "raised_at"),
    Index("alerts_of_placement", "placement_id", "raised_at"),
    Index("alerts_by_state", "state", "raised_at"),
    Index("alerts_by_change", "changed_at"),
)
"""One row an alert, as it stands."""

LIFE: Final = Table(
    names.LIFE,
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
    Column("alert_id", String, nullable=False),
    Column("home_id", String, nullable=False),
    Column("step", String, nullable=False),  # raised | worsened | acknowledged | reopened | resolved
    Column("at", BigInteger, nullable=False),
    Column("level", Integer),
    Column("by", String),
    Column("action", JSON(none_as_null=True)),
    Column("until", BigInteger),
    Column("how", String),
    Column("reason", JSON(none_as_null=True)),
    Column("fact_id", String),
    Column("facts", JSON(none_as_null=True)),
    Index("life_of_alert", "alert_id", "position"),
)
"""One row a step. `position` grows by one with each of a home-partition, in the order of the commits: no gap, nothing
twice."""

SENDS: Final = Table(
    names.SENDS,
    METADATA,
    Column("id", String, primary_key=True),  # of the event
    Column("alert_id", String, nullable=False),
    Column("home_id", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", String, nullable=False),  # sent | failed | skipped | undelivered, or an answer's kind
    Column("person_id", String, nullable=False),
    Column("step", Integer),
    Column("channel", String),  # of an answer: how it came in
    Column("attempt", Integer),
    Column("error", String),
    Column("retry_at", BigInteger),
    Column("why", String),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("pages_of_alert", "alert_id", "at"),
)
"""One row each time that somebody was told of an alert, could not be told, or answered. For readers only."""

HOMES: Final = Table(
    names.HOMES,
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home that the log knows."""

COMMISSIONERS: Final = Table(
    names.COMMISSIONERS,
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("commissioner_id", String, primary_key=True),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("homes_of_commissioner", "commissioner_id", "home_id"),
)
"""Whose children live where: a commissioner with a child in force in a home sees what concerns the whole of it."""

HOME_STATE: Final = Table(
    names.HOME_STATE,
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("state", JSON, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
PLACEMENT_STATE: Final = Table(
    names.PLACEMENT_STATE,
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("placement_id", String, primary_key=True),
    Column("state", JSON, nullable=False),
    Column("earlier", JSON, nullable=False),  # until when, and whose it was, before it started anew
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""The monitor's own memory of homes (`shared.home.saved`); nobody else reads it."""

DECISIONS: Final = Table(
    names.DECISIONS,
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("state", JSON, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""The monitor's own memory of what is decided about alerts: what is open, what waits, when the home was heard of."""

DECIDED: Final = Table(
    names.DECIDED,
    METADATA,
    Column("home_id", String, primary_key=True),  # `names.PARTITION_OF_ALL`
    Column("upto", JSON, nullable=False),  # by service
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
)
"""How far what was told had been decided: a new reading decides as far, and tells the same."""
