"""What worlds share: the catalogue, an empty database, the pages, and an ear for what the program logs."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from server.disk.store import FILE, Registry
from server.engine import catalogue
from server.gateway.pages.assets import Assets
from server.pipe.bus import Catalogue
from server.room.state import Scenes
from tests.simulation import scenes as stand_ins
from tests.simulation.invariants import Judge


@cache
def catalogue_of(real: bool) -> Catalogue:
    """What an engine says when it is ready, but for its generation."""
    known = scenes_of(real)
    scenes, protocol = catalogue.scenes_body(known), catalogue.protocol_body(known)
    return Catalogue(scenes, protocol, "cpu", 0, "simulated", 1e9, largest=catalogue.largest(known))


@cache
def scenes_of(real: bool) -> Scenes:
    if not real:
        return stand_ins.scenes()
    from server.engine.discovery import scenes

    return {name: scene for name, scene in scenes().items() if name in ("permute", "radius", "chains")}


@cache
def template() -> bytes:
    """An empty database, made once."""
    with tempfile.TemporaryDirectory() as folder:
        with Registry(Path(folder)) as registry:
            registry._db.execute("PRAGMA journal_mode = DELETE")
        return (Path(folder) / FILE).read_bytes()


@cache
def assets() -> Assets:
    return Assets()


@contextmanager
def quiet(judge: Judge) -> Iterator[None]:
    """What the program logs as an error with a traceback is a violation; the rest is not looked at."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            if error is not None or record.name in ("gnn_live.supervisor", "gnn_live.timeline"):
                judge.wrong(f"logged: {record.getMessage().strip()}: {error!r}")

    listener = Listener(logging.ERROR)
    loggers = [logging.getLogger(name) for name in ("gnn_live", "uvicorn.error", "uvicorn", "asyncio")]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        if logger.name != "uvicorn.error":
            logger.addHandler(listener)
    logging.getLogger("uvicorn.error").propagate = True
    try:
        yield
    finally:
        for logger, level, propagate in before:
            logger.setLevel(level)
            logger.propagate = propagate
            logger.removeHandler(listener)
