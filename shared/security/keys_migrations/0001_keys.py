"""Keys: one a placement or home, and those of the installation; all of them wrapped by the master key."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # A key that was destroyed leaves its row, with nothing wrapped in it: the tombstone.
    op.create_table(
        "data_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("home_id", sa.Text, nullable=False),
        sa.Column("placement_id", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.UniqueConstraint("home_id", "placement_id", name="one_key_each"),
    )
    op.create_table(
        "installation_keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
