"""The format of the database: its tables, the steps from one version to the next, and a copy before the first step.

A file says its version in `user_version`. Version n becomes n + 1 by `STEPS[n]`, all steps in one transaction.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from server.disk.directory import StoreError, vacant

log = logging.getLogger("gnn_live.migration")
VERSION = 3

SCHEMA = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, lecture TEXT, key_generation INTEGER NOT NULL, created REAL NOT NULL,
    touched REAL NOT NULL DEFAULT 0
);
CREATE TABLE retired (id TEXT PRIMARY KEY, key_generation INTEGER NOT NULL);
CREATE TABLE log (
    session TEXT, seq INTEGER, kind TEXT NOT NULL, seat TEXT NOT NULL, role TEXT NOT NULL, nonce TEXT NOT NULL,
    command INTEGER, body BLOB NOT NULL, ticks INTEGER NOT NULL, PRIMARY KEY (session, seq)
) WITHOUT ROWID;
CREATE TABLE checkpoints (
    session TEXT, seq INTEGER, ticks INTEGER, opening INTEGER NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (session, seq, ticks)
);
CREATE TABLE progress (session TEXT PRIMARY KEY, seq INTEGER NOT NULL, ticks INTEGER NOT NULL);
CREATE TABLE sent (
    turn INTEGER PRIMARY KEY, session TEXT NOT NULL, seq INTEGER NOT NULL, ticks INTEGER NOT NULL, slots BLOB NOT NULL
);
CREATE INDEX sent_of ON sent (session, seq, ticks);
CREATE TABLE usage (session TEXT, seat TEXT, bytes INTEGER NOT NULL, PRIMARY KEY (session, seat));
CREATE TABLE deaths (session TEXT, digest BLOB, count INTEGER NOT NULL, PRIMARY KEY (session, digest));
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE notices (session TEXT NOT NULL, text TEXT NOT NULL);
"""

COUNT = """
INSERT INTO usage SELECT session, seat, sum(length(body) + 256) FROM log
    WHERE kind = 'attend' OR (kind = 'command' AND role = 'student') GROUP BY session, seat
"""
"""What each seat has used of the log, by the log itself; see `server/engine/allotment.py`."""

STEPS: Mapping[int, str] = {
    # A session's last use, so that it can expire: nobody knows it of an old file, so it counts from the migration.
    # The keys of a session that expired, so that they never open another of the same ID.
    # What an instructor is told when a session is opened again.
    1: """
    ALTER TABLE sessions ADD COLUMN touched REAL NOT NULL DEFAULT 0;
    UPDATE sessions SET touched = unixepoch();
    CREATE TABLE retired (id TEXT PRIMARY KEY, key_generation INTEGER NOT NULL);
    CREATE TABLE notices (session TEXT NOT NULL, text TEXT NOT NULL);
    """,
    # Checkpoints in the middle of a job, so several behind one entry, each with a digest. Those of old were all made at
    # openings and have none.
    2: f"""
    ALTER TABLE checkpoints RENAME TO old_checkpoints;
    CREATE TABLE checkpoints (
        session TEXT, seq INTEGER, ticks INTEGER, opening INTEGER NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (session, seq, ticks)
    );
    INSERT INTO checkpoints SELECT session, seq, 0, 1, x'', body FROM old_checkpoints;
    DROP TABLE old_checkpoints;
    CREATE TABLE usage (session TEXT, seat TEXT, bytes INTEGER NOT NULL, PRIMARY KEY (session, seat));
    {COUNT};
    """,
}


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The file's version: 0 for an empty one.

    Raises:
        StoreError: it is a newer gnn-live's, or another program's.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    if found > VERSION:
        raise StoreError(
            f"{path} was written by a newer gnn-live (format {found}, this one reads {VERSION}); use that one"
        )
    if found == 0 and tables:
        raise StoreError(f"expected a file of gnn-live (format {VERSION}), but {path} is another program's database")
    return found


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of an empty file, or change an older one after a copy of it was kept; one transaction.

    Raises:
        StoreError: the file is not ours, or its copy cannot be written; nothing was changed.
    """
    if version_of(connection, path) == VERSION:
        return  # nothing to write, so that an engine starts while a stranger has the file locked
    connection.execute("BEGIN IMMEDIATE")
    found = version_of(connection, path)
    if 0 < found < VERSION:
        kept = _kept(path, found)
        log.warning("%s changes from format %d to %d; as it was it is kept as %s", path, found, VERSION, kept.name)
    if found < VERSION:  # nobody else did it in between
        change(connection, found)
    connection.execute("COMMIT")


def change(connection: sqlite3.Connection, found: int) -> None:
    """Carry out the steps that lead from this version to the present one."""
    scripts = [SCHEMA] if found == 0 else [STEPS[version] for version in range(found, VERSION)]
    for script in scripts:
        for statement in script.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _kept(path: Path, found: int) -> Path:
    """A copy of a file that is about to change."""
    kept = vacant(path, f"format-{found}.backup")
    part = kept.with_name(f"{kept.name}.part")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        os.replace(part, kept)
    except (sqlite3.Error, OSError) as error:
        told = f"expected room for a copy of {path} before it changes from format {found} to {VERSION}, but {error}"
        raise StoreError(f"{told}; nothing was changed") from error
    return kept
