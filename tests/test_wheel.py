"""What a user gets who installs the package: built as pip builds it, then read."""

from __future__ import annotations

import email
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [file] = folder.glob("*.whl")
    return zipfile.ZipFile(file)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(wheel.read(name))


def files(*folders: str) -> set[str]:
    """Every file of these folders that belongs to the project, by its path."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}


def test_it_says_under_which_license_it_is_and_brings_the_text(wheel: zipfile.ZipFile, metadata: Message) -> None:
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE"]
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
    text = wheel.read(name).decode()
    assert text == (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("MIT License\n")
    assert "the gnn-live authors" in text


def test_it_holds_every_source_and_every_file_that_browsers_fetch(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = files("server", "models") | {f"server/{path}" for path in files("static")}
    assert packed == expected


def test_it_tells_checkers_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {"server/py.typed", "models/py.typed"} <= set(wheel.namelist())


def test_it_starts_the_program(wheel: zipfile.ZipFile, metadata: Message) -> None:
    assert metadata["Name"] == "gnn-live"
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]
    assert "gnn-live = server.__main__:main" in wheel.read(name).decode()
