"""Alembic's entry: always runs on the connection that the store hands over."""

from __future__ import annotations

from alembic import context

from agent_tui.backends.hub.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
