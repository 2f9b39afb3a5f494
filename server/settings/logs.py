"""What the program writes of itself to stderr: a line for people, or a JSON object a line for machines.

    text   INFO gnn_live.gateway: viewer came session=lecture2 role=student
    json   {"time":"2026-01-31T09:15:02.118Z","level":"info","logger":"gnn_live.gateway","message":"viewer came",
            "session":"lecture2","role":"student"}

Fields are what a call gives as `extra`. No key, token, name or answer is ever given, and the loggers of libraries
that write down whole messages are held at `warning`, whatever level was asked for.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from server.settings.config import LogFormat, LogLevel

OUTSPOKEN = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets", "asyncio")
"""At `debug` uvicorn's websockets write every message they carry, keys and answers too; at `info` every address."""
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
"""Attributes that every record has; any other came as `extra`."""


def begin(form: LogFormat, level: LogLevel) -> None:
    """Write this process's log from now on in this form, and nothing below this level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    wanted = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=wanted, handlers=[handler], force=True)
    for name in OUTSPOKEN:
        logging.getLogger(name).setLevel(max(wanted, logging.WARNING))


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What a record was given as `extra`."""
    return {name: value for name, value in vars(record).items() if name not in ORDINARY}


class Text(logging.Formatter):
    """`LEVEL logger: message field=value …`; what came from outside can neither end the line nor colour it."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and below it the traceback where there is one."""
        said = "".join(f" {name}={_plain(value)}" for name, value in fields(record).items())
        line = f"{record.levelname} {record.name}: {_printable(record.getMessage() + said)}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Json(logging.Formatter):
    """One JSON object a line; a traceback is its field `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, ASCII only, whatever its fields hold."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        told.update((name, value) for name, value in fields(record).items() if name not in told)
        return line(told)


def line(told: Mapping[str, object]) -> str:
    """A JSON object on one line."""
    return json.dumps({name: _plain(value) for name, value in told.items()}, separators=(",", ":"))


def _plain(value: object) -> str | int | float | bool | None:
    """A field's value as JSON may hold it; what is no scalar is said in words."""
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
