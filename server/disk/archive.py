"""Sessions that leave the database: exported to a file of their own, and expired when nobody used them for long.

    DATA/expired/ID-1.sqlite3      what `gnn-live export` writes, and `gnn-live replay` reads

An export is a database of the same format with one session in it. Nothing is deleted whose export was not written.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Collection
from pathlib import Path

from server.disk.database import connect, opened, told
from server.disk.directory import FILE, StoreError

log = logging.getLogger("gnn_live.archive")
FOLDER = "expired"
DAY = 86_400.0
MANY, FRESH = 5, 7
"""So many sessions that expire at once, or days without use, look like a clock that is wrong."""
PARTS = {
    "sessions": "id, title, lecture, key_generation, created, touched",
    "log": "session, seq, kind, seat, role, nonce, command, body, ticks",
    "checkpoints": "session, seq, ticks, opening, digest, body",
    "progress": "session, seq, ticks",
    "sent": "turn, session, seq, ticks, slots",
    "usage": "session, seat, bytes",
    "deaths": "session, digest, count",
}
"""The tables that speak of sessions, and their columns."""


def export(directory: Path, session: str, file: Path) -> int:
    """Write one session of a data directory into a new file; returns how many entries it has.

    Raises:
        StoreError: there is such a file already, or it cannot be written; then there is none.
    """
    if file.exists():
        raise StoreError(f"expected the name of a new file, but there is {file} already")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        entries = _copied(directory / FILE, session, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(file)
    except OSError as error:
        raise StoreError(f"expected a file that can be written, got {file}: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return entries


def _copied(source: Path, session: str, target: Path) -> int:
    connection = opened(target)
    try:
        connection.execute("ATTACH ? AS source", (f"{source.absolute().as_uri()}?mode=ro",))
        connection.execute("BEGIN")
        for table, columns in PARTS.items():
            owner = "id" if table == "sessions" else "session"
            connection.execute(
                f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM source.{table} WHERE {owner} = ?",
                (session,),
            )
        connection.execute("COMMIT")
        connection.execute("DETACH source")
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
        return int(connection.execute("SELECT count(*) FROM log").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise told(error, source, "copied") from error
    finally:
        connection.close()


def expire(directory: Path, before: float, always: Collection[str] = ()) -> list[str]:
    """Export and delete what was last used before this time (Unix seconds); returns the IDs.

    A session in `always` loses its log and stays registered, with its keys. Of any other the ID is free again, and the
    keys of its last owner do not open the next one's session. Called before anybody has the directory's sessions open.

    Raises:
        StoreError: the database cannot be used.
    """
    gone: list[str] = []
    connection = connect(directory)
    try:
        for name, played in _idle(connection, before):
            if name in always and not played:
                continue
            try:
                (directory / FOLDER).mkdir(mode=0o700, exist_ok=True)
                kept = _free(directory / FOLDER, name)
                export(directory, name, kept)
            except (OSError, StoreError) as error:
                log.error("%s has expired and stays, because it could not be exported: %s", name, error)
                continue
            _delete(connection, name, registered=name in always)
            log.warning("%s was not used for long: it is kept as %s", name, kept)
            gone.append(name)
    except sqlite3.DatabaseError as error:
        raise told(error, directory / FILE, "cleared of expired sessions") from error
    finally:
        connection.close()
    return gone


def doubt(directory: Path, before: float, now: float) -> str:
    """Why sessions that were last used before this time should not expire on their own; "" where they may.

    A clock that is 40 days ahead would take everything. So somebody has to say that it is right where more than a
    tenth of the sessions, and at least `MANY`, would go, or where nothing was used in the last `FRESH` days.
    """
    connection = connect(directory)
    try:
        going = [name for name, _ in _idle(connection, before)]
        total, newest = connection.execute("SELECT count(*), max(touched) FROM sessions").fetchone()
    except sqlite3.DatabaseError as error:
        raise told(error, directory / FILE, "searched for expired sessions") from error
    finally:
        connection.close()
    if not going:
        return ""
    advice = "none expired; if the date is right, start once with --expire"
    if now - newest > FRESH * DAY:
        days = (now - newest) / DAY
        return (
            f"expected a session that was used in the last {FRESH} days, got none in {days:.0f} by this clock: {advice}"
        )
    if len(going) >= MANY and len(going) > total / 10:
        return f"expected at most a tenth of {total} sessions to expire at once, got {len(going)}: {advice}"
    return ""


def _idle(connection: sqlite3.Connection, before: float) -> list[tuple[str, bool]]:
    """Sessions that were last used before this time, and whether anything happened in them."""
    query = "SELECT id, EXISTS (SELECT 1 FROM log WHERE session = id) FROM sessions WHERE touched < ? ORDER BY id"
    return [(str(name), bool(played)) for name, played in connection.execute(query, (before,))]


def _free(folder: Path, session: str) -> Path:
    number = 1
    while (folder / f"{session}-{number}.sqlite3").exists():
        number += 1
    return folder / f"{session}-{number}.sqlite3"


def _delete(connection: sqlite3.Connection, session: str, registered: bool) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if not registered:
        keys = (
            "INSERT OR REPLACE INTO retired (id, key_generation) SELECT id, key_generation FROM sessions WHERE id = ?"
        )
        connection.execute(keys, (session,))
        connection.execute("DELETE FROM sessions WHERE id = ?", (session,))
    for table in PARTS.keys() - {"sessions"}:
        connection.execute(f"DELETE FROM {table} WHERE session = ?", (session,))
    connection.execute("COMMIT")
