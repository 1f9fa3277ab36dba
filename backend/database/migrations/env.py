"""What Alembic runs: the migrations, on the connection that the engine hands over."""

from alembic import context

from backend.database.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
