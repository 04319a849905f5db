"""The book of tests of on-call (`services.pager.trial.book`)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "pager_tests",
        sa.Column("test_id", sa.String, primary_key=True),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
    )
    op.create_index("pager_tests_of_home", "pager_tests", ["home_id", "began"])
    op.create_table(
        "pager_test_tries",
        sa.Column("test_id", sa.String, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
    )
    op.create_table(
        "pager_test_answers",
        sa.Column("test_id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
