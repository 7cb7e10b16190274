"""Which tokens of record systems were used, for all processes to know; of what was recorded nothing changes.

Software of version 0001 does not know the kind `feedback`, which entries may have from now on: it refuses these tables.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its index."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "seen_tokens",
        Column("digest", Text() if sqlite else Text(collation="C"), primary_key=True),
        # Any number may be one of SQLite's INTEGER; seconds since 1970 outgrow 32 bits in 2038.
        Column("expires", Integer() if sqlite else BigInteger(), nullable=False),
    )
    op.create_index("seen_tokens_by_end", "seen_tokens", ["expires"])
