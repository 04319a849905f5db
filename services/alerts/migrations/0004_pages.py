"""Who was told of an alert, and what they answered: a row each, for readers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "alerts_pages",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("channel", sa.String),
        sa.Column("attempt", sa.Integer),
        sa.Column("error", sa.String),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("why", sa.String),
        sa.Column("partition", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("pages_of_alert", "alerts_pages", ["alert_id", "at"])
