"""Run inside the service's image: takes the newest migration back; prints the revision before and after."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from backend.database.engine import MIGRATIONS
from backend.settings import Settings

engine = create_engine(Settings().store_url)
config = Config()
config.set_main_option("script_location", str(MIGRATIONS))
with engine.begin() as connection:
    config.attributes["connection"] = connection
    newest = MigrationContext.configure(connection).get_current_revision()
    command.downgrade(config, "-1")
    print(newest, MigrationContext.configure(connection).get_current_revision())
