"""What the terminal shows: each link once, the key in one of them, a QR code only where a phone could use it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli.terminal import banner, links, qr
from server.settings.address import Reach

HALL = Reach("http://192.168.1.5:8000", "http://127.0.0.1:8000", hall=True)
ALONE = Reach("http://127.0.0.1:8000", "http://127.0.0.1:8000", hall=False)
BLOCKS = "▀▄█"


def test_the_control_link_alone_holds_the_key() -> None:
    rows = links("Lecture 2", "lecture2", "KEY", "STAGE", HALL).splitlines()
    assert [row for row in rows if "KEY" in row] == ["    control  http://127.0.0.1:8000/lecture2/control#KEY"]
    assert "    join     http://192.168.1.5:8000/lecture2" in rows
    assert [row for row in rows if "STAGE" in row] == ["    stage    http://127.0.0.1:8000/lecture2/stage#STAGE"]


def test_the_hall_gets_a_code_of_the_join_address_without_the_key() -> None:
    shown = banner("Lecture 2", "lecture2", "KEY", "STAGE", HALL, everywhere=True)
    for row in qr("http://192.168.1.5:8000/lecture2").splitlines():
        assert row in shown
    assert "192.168.1.5:8000/lecture2" in shown
    assert shown.count("KEY") == 1


@pytest.mark.parametrize(("everywhere", "words"), [(False, "gnn-live --hall"), (True, "No network was found")])
def test_without_a_hall_there_is_a_sentence_and_no_code(everywhere: bool, words: str) -> None:
    shown = banner("Lecture 2", "lecture2", "KEY", "STAGE", ALONE, everywhere)
    assert words in shown
    assert not set(BLOCKS) & set(shown)


def test_the_admin_token_is_shown_where_it_is_needed_and_only_there() -> None:
    assert banner("Lecture 2", "lecture2", "KEY", "STAGE", HALL, everywhere=True, admin="TOKEN").count("TOKEN") == 1
    assert "admin" not in banner("Lecture 2", "lecture2", "KEY", "STAGE", HALL, everywhere=True)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "cp437"])
def test_a_terminal_of_any_encoding_shows_the_links_and_a_code(tmp_path: Path, encoding: str) -> None:
    program = (
        "from server import __main__\nfrom server.cli import terminal\n"
        "from server.settings.address import Reach\n"
        f"assert __main__.main(['new', 'лекция', '--data', {str(tmp_path)!r}]) == 0\n"
        f"assert __main__.main(['link', 'лекция', '--data', {str(tmp_path)!r}]) == 0\n"
        "reach = Reach('http://h:8000', 'http://h:8000', True)\n"
        "print(terminal.banner('лекция', 'лекция', 'KEY', 'STAGE', reach, True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    shown = done.stdout.decode(encoding)
    assert done.stderr == b""
    assert shown.count("/%D0%BB%D0%B5%D0%BA%D1%86%D0%B8%D1%8F/control#") == 3
    blocks = bool(set(BLOCKS) & set(shown))
    assert blocks == (encoding in ("utf-8", "cp437"))
    assert blocks or "\x1b[7m" in shown, "a code of inverted spaces"
