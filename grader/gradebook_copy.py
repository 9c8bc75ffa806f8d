"""`grader copy-gradebook`: nbgrader's gradebook from one database to another, SQLite to PostgreSQL or back.

All or nothing: the copy is made in one transaction, read again and compared with the original before it counts. The
original is only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Base
from sqlalchemy import Column, Connection, MetaData, String, Table, create_engine, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))
"""Where nbgrader keeps the version of its tables; not among its own."""
BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"}
"""What makes everything that is read of one moment, and everything that is written, tables included, one step."""
SEVERAL = 1000
"""Rows that are written at a time."""


class NotCopied(Exception):
    """The gradebook was not copied, and nothing was written; the message says why."""


def copy_gradebook(source: str, target: str) -> Mapping[str, int]:
    """Copy a gradebook to a database without tables; how many rows each table has. Raises: NotCopied."""
    shown = target
    try:
        shown = readable(target)
        with ExitStack() as stack:
            if make_url(target).get_backend_name() == "sqlite" and make_url(target).database in (None, "", ":memory:"):
                raise NotCopied(f"{shown!r} is no file. Write sqlite:///FILE.")
            reading = stack.enter_context(_connected(_existing(source)))
            _begin(reading)
            if not inspect(reading).has_table(VERSION.name):
                raise NotCopied(f"{readable(source)} is no gradebook of nbgrader's.")
            _check_columns(reading, source)
            writing = stack.enter_context(_connected(target))  # only now: connecting makes an SQLite file
            if inspect(writing).get_table_names():
                raise NotCopied(f"{shown} has tables already. Make an empty database for the copy.")
            writing.rollback()
            _begin(writing)
            for tables in (Base.metadata, VERSION.metadata):
                tables.create_all(writing)
            counts = {table.name: _copy(table, reading, writing) for table in (*Base.metadata.sorted_tables, VERSION)}
            writing.commit()
    except ModuleNotFoundError as error:
        raise NotCopied(
            f"The driver for this database is missing ({error}). For PostgreSQL write postgresql+psycopg://..., after "
            "pip install -e '.[postgres]'."
        ) from None
    except (ArgumentError, NoSuchModuleError):
        raise NotCopied(
            f"{shown!r} is no database's address. Write postgresql+psycopg://USER@HOST/DATABASE or sqlite:///FILE."
        ) from None
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        raise NotCopied(f"The gradebook could not be copied, and nothing was written: {why}.") from None
    return counts


def readable(url: str) -> str:
    """An address without its password. Raises: NotCopied for a port that is no number, ArgumentError."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ValueError:
        raise NotCopied("The port in the database's address must be a number.") from None


def _existing(url: str) -> str:
    """Connecting to an SQLite file that is not there would make it."""
    file = make_url(url).database if make_url(url).get_backend_name() == "sqlite" else None
    if file is not None and not Path(file).is_file():
        raise NotCopied(f"There is no gradebook {file}.")
    return url


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _begin(connection: Connection) -> None:
    if connection.dialect.name in BEGIN:
        connection.exec_driver_sql(BEGIN[connection.dialect.name])


def _check_columns(reading: Connection, source: str) -> None:
    """nbgrader's tables of another version have other columns."""
    there = inspect(reading)
    for table in Base.metadata.sorted_tables:
        found = {column["name"] for column in there.get_columns(table.name)} if there.has_table(table.name) else set()
        if found != set(table.columns.keys()):
            raise NotCopied(
                f"{readable(source)} was made by another version of nbgrader (table {table.name}). "
                "Run `nbgrader db upgrade` first."
            )


def _copy(table: Table, reading: Connection, writing: Connection) -> int:
    """Copy a table's rows and compare; their number. Raises: NotCopied."""
    rows = _rows(table, reading)
    for start in range(0, len(rows), SEVERAL):
        writing.execute(table.insert(), rows[start : start + SEVERAL])
    if _sorted(_rows(table, writing)) != _sorted(rows):
        raise NotCopied(f"The copy of the table {table.name} differs from the original; nothing was written.")
    return len(rows)


def _rows(table: Table, connection: Connection) -> list[dict[str, Any]]:
    # Column by column of this very table: nbgrader's classes add computed ones, and what they inherit.
    return [dict(row) for row in connection.execute(select(*table.columns)).mappings()]


def _sorted(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)
