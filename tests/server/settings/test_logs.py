"""Logs: a line a record in two forms, fields from `extra`, and nothing secret at any level."""

import json
import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.settings import logs
from tests.server.program import started

RECORD = {"name": "gnn_live.gateway", "levelname": "INFO", "levelno": 20, "msg": "viewer %s", "args": ("came",)}


def record(**more: object) -> logging.LogRecord:
    return logging.makeLogRecord({**RECORD, "created": 1767226502.1184, **more})


@pytest.fixture
def loggers() -> Iterator[None]:
    """Every logger that `begin` touches is as it was, afterwards."""
    root = logging.getLogger()
    before = root.level, list(root.handlers), [logging.getLogger(name).level for name in logs.OUTSPOKEN]
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name, level in zip(logs.OUTSPOKEN, before[2], strict=True):
        logging.getLogger(name).setLevel(level)


def test_a_json_line_has_time_level_logger_message_and_the_fields() -> None:
    line = logs.Json().format(
        record(session="lecture2", viewers=3, lag=float("nan"), path=Path("x"), color_message="?")
    )
    assert json.loads(line, parse_constant=pytest.fail) == {
        "time": "2026-01-01T00:15:02.118Z",
        "level": "info",
        "logger": "gnn_live.gateway",
        "message": "viewer came",
        "session": "lecture2",
        "viewers": 3,
        "lag": "nan",
        "path": "x",
    }


def test_a_field_cannot_pass_for_the_record_itself() -> None:
    told = json.loads(logs.Json().format(record(level="error", logger="other")))
    assert (told["level"], told["logger"]) == ("info", "gnn_live.gateway")


@pytest.mark.parametrize("hostile", ["a\nERROR forged", "\x1b[31mred", "‮drow", "lone \ud800", '"quoted"'])
def test_what_came_from_outside_ends_no_line(hostile: str) -> None:
    line = logs.Json().format(record(typed=hostile))
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["typed"] == hostile
    text = logs.Text().format(record(typed=hostile))
    assert text.startswith("INFO gnn_live.gateway: viewer came typed=")
    assert text.isprintable()


def test_a_traceback_is_a_field_or_stands_below_its_line() -> None:
    try:
        raise ValueError("why")
    except ValueError as error:
        failed = record(exc_info=(ValueError, error, error.__traceback__))
    told = json.loads(logs.Json().format(failed))
    assert told["trace"].endswith("ValueError: why")
    first, *below = logs.Text().format(failed).splitlines()
    assert first == "INFO gnn_live.gateway: viewer came"
    assert below[-1] == "ValueError: why"


@pytest.mark.usefixtures("loggers")
def test_the_level_holds_for_ours_and_libraries_stay_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.begin("json", "debug")
    logging.getLogger("gnn_live.gateway").debug("ours")
    for name in logs.OUTSPOKEN:
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)  # a server of another test may have cut it off
        logging.getLogger(name).info("a whole message with its key")
        logging.getLogger(name).warning("theirs")
    said = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert said == ["ours"] + ["theirs"] * len(logs.OUTSPOKEN)
    logs.begin("text", "error")
    logging.getLogger("gnn_live.gateway").warning("below")
    logging.getLogger("uvicorn.error").error("theirs again")
    assert capsys.readouterr().err == "ERROR uvicorn.error: theirs again\n"


async def test_both_processes_write_json_and_neither_writes_what_is_secret(tmp_path: Path) -> None:
    """At `debug`, with an instructor, a named student and an answer: every line is JSON and none holds a secret."""
    noted = tmp_path / "stderr"
    flags = ("--log-format", "json", "--log-level", "debug")
    with noted.open("wb") as stderr:
        async with started(tmp_path / "data", *flags, until=b"}\n", stderr=stderr) as program:
            key = await program.key()
            async with program.browser("instructor", key=key, nonce="tab") as instructor:
                await instructor.until("opened")
                await instructor.say({"t": "open", "scene": "rounds", "id": 1})
                await instructor.until("receipt")
                async with program.browser("student", name="Undisclosed", nonce="seat") as student:
                    token = (await student.until("welcome"))["token"]
                    await student.until("opened")
                    await student.say({"t": "rounds.answer", "round": 1, "values": [31415.9265], "id": 1})
                    await student.until("fault")
                async with program.browser("instructor", key="a-wrong-key-entirely") as intruder:
                    assert await intruder.closed() == 4401
            program.process.send_signal(signal.SIGTERM)
            assert await program.process.wait() in (0, -signal.SIGTERM)
    text = noted.read_text()
    told = [json.loads(line) for line in text.splitlines()]
    assert {line["logger"] for line in told} >= {"gnn_live.program", "gnn_live.engine"}
    assert "drained" in [line["message"] for line in told]
    assert isinstance(token, str)
    for secret in (key, token, token.partition(".")[2], "a-wrong-key-entirely", "Undisclosed", "31415"):
        assert secret not in text
