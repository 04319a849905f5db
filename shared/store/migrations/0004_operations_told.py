"""Entries of operations are told person by person, and somebody may have one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("operations", sa.Column("acknowledged_by", sa.String))
    op.add_column("operations", sa.Column("action", sa.Text))
    op.add_column("operations", sa.Column("until", sa.BigInteger))
    op.create_table(
        "operations_told",
        sa.Column("entry_id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("thread", sa.String, nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("over", sa.BigInteger),
    )
    op.create_index("operations_told_owed", "operations_told", ["over"])
