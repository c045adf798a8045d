"""Migrations make exactly the tables of the models, on both databases."""

from alembic import command

from models.database import alembic_config, open_database, open_engine


def test_the_migrations_make_the_tables_of_the_models(empty_database_url: str) -> None:
    open_engine(empty_database_url).dispose()
    open_database(empty_database_url)
    command.check(alembic_config(empty_database_url))


def test_every_migration_can_be_undone_and_done_again(empty_database_url: str) -> None:
    open_engine(empty_database_url).dispose()
    config = alembic_config(empty_database_url)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    command.check(config)
