# SPDX-License-Identifier: GPL-3.0-or-later
"""Alembic's environment: one connection, handed over by the ledger; there is no offline mode."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
