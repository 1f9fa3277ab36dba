"""The store by itself, on SQLite and on PostgreSQL: migrations, and what happens to two at once."""

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect

from backend.database.engine import MIGRATIONS, migrate, open_engine
from backend.database.tables import Base
from backend.jobs import tables as _jobs  # noqa: F401 - its tables are to be compared too
from backend.runs.records import Ending, Filter, KeyTakenError, NewRun, RunRecords
from backend.runs.states import State

DOCUMENT = {"kind": "explain", "credit": [0.1, -1e-300, 1e300], "text": "𝄞 é \\ \" ' 数据"}


@pytest.fixture
def engine(database_url):
    """An engine on an empty database, with its tables."""
    made = open_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def records(engine):
    """The store on it."""
    return RunRecords(engine)


def _new(number, key=None, **other):
    fields = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "kind": "attribution",
        "request": {"number": number},
        "request_sha256": "0" * 64,
        "idempotency_key": key,
        "reward_kind": "rubric",
        "prompt": f"Question {number}",
    }
    return NewRun(**(fields | other))


def _at_once(*calls):
    """Call all of them in threads; their errors."""
    errors = []

    def guarded(call):
        try:
            call()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return errors


def test_the_migrations_make_the_tables_that_the_code_knows(engine):
    """Nothing more, nothing less; and a second start finds nothing to do: it takes its turn and reads."""
    second: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _, __, statement, *___: second.append(statement.split()[0]))
    migrate(engine)
    asked = set(second)
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    tables = set(inspect(engine).get_table_names())
    assert [change for change in difference if "index" not in change[0]] == []
    assert tables == {"alembic_version", "results", "runs", "tags", "jobs", "job_tags", "workers", "audit"}
    assert {"SELECT"} <= asked <= {"SELECT", "PRAGMA", "BEGIN"}


def test_a_migration_can_be_undone_and_done_again(engine):
    """Down to nothing and up again."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        without = set(inspect(connection).get_table_names())
        command.upgrade(config, "head")
        again = set(inspect(connection).get_table_names())

    assert without == {"alembic_version"}
    assert {"results", "runs", "tags"} <= again


def test_what_is_stored_is_found_again_by_another_engine(records, database_url):
    """Documents come back as they were, to the bit of every number."""
    run = _new(1, tags=["gut", "数据"])
    records.add(run)
    records.start(run.id)
    records.finish(run.id, Ending(state=State.SUCCEEDED, address="a" * 64, document=DOCUMENT))

    other = open_engine(database_url)
    found = RunRecords(other).get(run.id)
    other.dispose()

    assert found.document == DOCUMENT
    assert (found.state, found.tags) == (State.SUCCEEDED, ("gut", "数据"))


def test_of_two_runs_with_one_key_at_once_one_is_kept(records):
    """The other is told."""
    errors = _at_once(*(lambda n=n: records.add(_new(n, key="k")) for n in range(8)))

    assert {type(error) for error in errors} == {KeyTakenError}
    assert len(errors) == 7
    assert len(records.list(Filter(limit=100))) == 1


def test_runs_that_find_the_same_at_once_share_one_result(records):
    """All of them end, and the result stays until the last of them is deleted."""
    runs = [_new(number) for number in range(8)]
    [records.add(run) for run in runs]
    ending = Ending(state=State.SUCCEEDED, address="b" * 64, document=DOCUMENT)

    errors = _at_once(*(lambda run=run: records.finish(run.id, ending) for run in runs))

    assert errors == []
    assert [records.get(run.id).document for run in runs] == [DOCUMENT] * 8
    [records.delete(run.id) for run in runs[1:]]
    assert records.has_result("b" * 64)
    records.delete(runs[0].id)
    assert not records.has_result("b" * 64)


def test_a_final_state_is_never_left(records):
    """Neither by a late ending nor by the next start's clearing up."""
    run = _new(1)
    records.add(run)
    records.finish(run.id, Ending(state=State.CANCELLED))
    records.finish(run.id, Ending(state=State.SUCCEEDED))

    assert records.interrupt_unfinished({}) == 0
    assert records.get(run.id).state is State.CANCELLED
