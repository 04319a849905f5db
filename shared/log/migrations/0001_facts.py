"""The log: one table of facts, the names of its topics, and the door's probe."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "topics",
        sa.Column("code", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
    # INTEGER PRIMARY KEY is SQLite's own rowid: appending is writing at the end of the file.
    op.create_table(
        "facts",
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Integer, nullable=False),
        sa.Column("appended_at", sa.Integer, nullable=False),
        sa.Column("home_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("contenthash", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    # Serves both "is this id known?" and "all of this home" (it holds the position too).
    op.create_index("facts_of_home", "facts", ["home_id", "id"], unique=True)
    op.create_table(
        "probe",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
    )
