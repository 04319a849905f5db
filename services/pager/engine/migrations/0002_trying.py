"""Whether somebody knows what became of a message's last try."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "pager_messages", sa.Column("trying", sa.Boolean, nullable=False, server_default=sa.false())
    )
