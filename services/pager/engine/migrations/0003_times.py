"""How long the log has stood still (`services.pager.engine.time`)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pager_times",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("clock", "beyond", "published", "waited")
        ),
    )
