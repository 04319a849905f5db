"""Whose home-partition a row is: where the log is a broker's, several workers keep their rows in one database."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in ("checks_homes", "checks_placements"):
        op.add_column(table, sa.Column("partition", sa.Integer, nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "postgresql":  # a file has one partition, and finds nothing by it
        op.create_index("checks_placements_of_partition", "checks_placements", ["partition"])
