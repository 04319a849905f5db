"""How each child stands, and the monitor's memory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "checks_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checks_placements",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String, primary_key=True),
        sa.Column("commissioner_id", sa.String, nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("away", sa.String),
        sa.Column("seen_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("checks_placements")
    op.drop_table("checks_homes")
