"""Who may come in: people, tokens, one-time enrolment codes, and failed attempts at PINs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text),
        sa.Column("commissioner_id", sa.Text),
        sa.Column("homes", sa.JSON),
        sa.Column("everywhere", sa.Boolean, nullable=False),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("reach", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("pin_hash", sa.Text),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("device_id", sa.Text),
        sa.Column("device_token_id", sa.Text),
        sa.Column("provider_id", sa.Text),
        sa.Column("commissioner_id", sa.Text),
        sa.Column("homes", sa.JSON),
        sa.Column("everywhere", sa.Boolean, nullable=False),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("tokens_of_holder", "tokens", ["holder", "kind"])
    op.create_table(
        "enrolments",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("home_id", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "attempts",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("closed_until", sa.BigInteger, nullable=False),
    )
