"""The import contracts hold, and each of them fails when it is broken on purpose."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BREACHES = {
    "models know nothing of the web": ("models/networks/mlp.py", "import msgspec"),
    "a gateway never imports torch": ("server/gateway.py", "import torch"),
    "a room has no I/O": ("server/session.py", "import sqlite3"),
    "scenes do not know each other": ("server/scenes/permute.py", "import server.scenes.radius"),
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    for package in ("server", "models"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_holds(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout
    for name in BREACHES:
        assert f"{name} KEPT" in result.stdout


@pytest.mark.parametrize("name", list(BREACHES))
def test_a_breach_is_found(tree: Path, name: str) -> None:
    file, line = BREACHES[name]
    path = tree / file
    path.write_text(path.read_text("utf-8") + f"\n\n{line}\n", "utf-8")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    assert f"{name} BROKEN" in result.stdout
