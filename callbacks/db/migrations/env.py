"""Run by Alembic. The connection comes from `callbacks.db.migrations.migrate`."""

from alembic import context

from callbacks.db.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
