"""Chains, messages, receivers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "pager_chains",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("begun_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("failed", sa.Boolean, nullable=False),
        sa.Column("quiet", sa.Boolean, nullable=False),
        sa.Column("running", sa.Integer, nullable=False),
        sa.Column("declined", sa.Integer, nullable=False),
        sa.Column("joined", sa.String),
        sa.Column("commissioner", sa.Boolean, nullable=False),
        sa.Column("shown", sa.String, nullable=False),
        sa.Column("updates", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
    )
    op.create_index("pager_chains_open", "pager_chains", ["partition", "done"])
    op.create_table(
        "pager_messages",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("channels", sa.JSON(none_as_null=True)),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("bundle", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failed", sa.Boolean, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("channel", sa.String),
        sa.Column("skipped", sa.String),
    )
    op.create_index("pager_messages_waiting", "pager_messages", ["partition", "state"])
    op.create_index("pager_messages_of_alert", "pager_messages", ["alert_id"])
    op.create_table(
        "pager_receivers",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("window", sa.BigInteger),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("updated", sa.BigInteger),
        sa.Column("claimed_by", sa.String),
        sa.Column("lease_until", sa.BigInteger),
    )
