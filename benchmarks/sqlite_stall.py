"""Show how a statement that failed can hold a thread up for as long as SQLite waits for a lock: Python before 3.12.

    python benchmarks/sqlite_stall.py

In a Prefect server on SQLite the thread is that of the event loop, the wait is 60 s, and what would end it, the commit
of another connection, is up to the same event loop. Needs nothing but Python. docs/benchmarks.md has the context.
"""

import platform
import sqlite3
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter, sleep

BUSY_TIMEOUT = 3


def main() -> None:
    with TemporaryDirectory() as folder:
        ours, other = (connect(Path(folder) / "stall.db") for _ in range(2))
        ours.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
        failed = fail(other, ours)
        ours.execute("BEGIN IMMEDIATE")
        waiting = Thread(target=begin, args=[other])
        waiting.start()
        sleep(0.5)
        start = perf_counter()
        del failed
        print(f"Python {platform.python_version()}: dropping the failed cursor took {perf_counter() - start:.1f} s")
        ours.rollback()
        waiting.join()


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT)


def fail(reader: sqlite3.Connection, writer: sqlite3.Connection) -> sqlite3.Cursor:
    """Return a cursor that wanted to write after another connection had, in a transaction that began with reading."""
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()
    writer.execute("INSERT INTO t VALUES (1)")
    cursor = reader.cursor()
    with suppress(sqlite3.OperationalError):
        cursor.execute("INSERT INTO t VALUES (2)")
    reader.execute("ROLLBACK")
    return cursor


def begin(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.OperationalError):
        connection.execute("BEGIN IMMEDIATE")


if __name__ == "__main__":
    main()
