"""Alembic runs this file for every command: on the connection it is given, within the transaction that is open."""

from alembic import context

from service.record.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
