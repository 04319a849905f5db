"""The tables of `access.sqlite3` (or of the schema `access`): people, tokens, enrolment codes, attempts.

Not disposable, and never in the log. They are made by the migrations beside this file
(`access_migrations`); what the rows mean is in `people`, `tokens` and `attempts`.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, MetaData, Table, Text

METADATA = MetaData()

PEOPLE = Table(
    "people",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("provider_id", Text),
    Column("commissioner_id", Text),
    Column("homes", JSON(none_as_null=True)),
    Column("everywhere", Boolean, nullable=False),
    Column("rights", JSON, nullable=False),
    Column("reach", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("pin_hash", Text),
    Column("changed_at", BigInteger, nullable=False),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("device_id", Text),
    Column("device_token_id", Text),
    Column("provider_id", Text),
    Column("commissioner_id", Text),
    Column("homes", JSON(none_as_null=True)),
    Column("everywhere", Boolean, nullable=False),
    Column("rights", JSON, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("home_id", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("who", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("closed_until", BigInteger, nullable=False),
)
