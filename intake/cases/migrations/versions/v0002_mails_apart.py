# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of outgoing mails get a table of their own: SQLite wrote them again for each change of state."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move ``outbox.raw`` to ``mails.raw``."""
    op.create_table(
        "mails",
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.PrimaryKeyConstraint("outbox_id"),
    )
    op.execute("INSERT INTO mails (outbox_id, raw) SELECT id, raw FROM outbox WHERE raw IS NOT NULL")
    op.drop_column("outbox", "raw")
