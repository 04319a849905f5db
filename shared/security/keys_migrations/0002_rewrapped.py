"""While the master key is replaced, each key lies here a second time, wrapped by the one that is to come."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in ("data_keys", "installation_keys"):
        op.add_column(table, sa.Column("rewrapped", sa.LargeBinary))
