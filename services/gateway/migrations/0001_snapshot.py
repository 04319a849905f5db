"""The door's snapshot: how far it is, the homes, the latest rejected facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "gateway_standing",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.String, nullable=False),
    )
    op.create_table(
        "gateway_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String),
        sa.Column("commissioners", sa.Text, nullable=False),
        sa.Column("unsettled", sa.Boolean, nullable=False),
        sa.Column("state", sa.LargeBinary),
    )
    op.create_table(
        "gateway_rejected",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("appended_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
