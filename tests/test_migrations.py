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


def test_what_is_being_sent_while_it_migrates_may_be_out(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    config = alembic_config(empty_database_url)
    command.upgrade(config, "0013")
    values = "'a.b', '{}', 0, '2022-03-14 07:00:00', 'ada@example.org', 's', 't', 'h', '2022-03-14 07:00:00'"
    columns = "message_id, state, attempt_count, due_at, address, subject, text, html, written_at"
    with engine.begin() as connection:
        for state in ("sending", "waiting"):
            row = values.format(state).replace("a.b", state)
            connection.exec_driver_sql(f"INSERT INTO notice ({columns}) VALUES ({row})")
    command.upgrade(config, "head")
    with engine.begin() as connection:
        noted = connection.exec_driver_sql("SELECT message_id FROM notice WHERE handed_over_at IS NOT NULL").scalars()
        assert noted.all() == ["sending"]
    engine.dispose()
