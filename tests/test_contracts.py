"""The import contracts hold, and each of them names what is broken on purpose."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TORCH = "the gateway and the command line import no torch"
PURE = "room and scenes are pure: no clock, no socket, no file, no randomness but the context's"
DOWN = "imports point down"
BREACHES = [
    ("models know nothing of the web", "models/networks/mlp.py", "msgspec"),
    ("models are layers", "models/graphs/graph.py", "models.networks.mlp"),
    ("models are layers", "models/symmetry/pose.py", "models.experiments.karate"),
    (TORCH, "server/__main__.py", "torch"),
    (TORCH, "server/cli/program.py", "torch"),
    (TORCH, "server/cli/terminal.py", "torch"),
    (TORCH, "server/cli/certificate.py", "torch"),
    (TORCH, "server/gateway/hub.py", "torch"),
    (TORCH, "server/gateway/defence/limits.py", "models.networks.mlp"),
    (TORCH, "server/gateway/pages/newborn.py", "e3nn"),
    (TORCH, "server/pipe/bus.py", "torch"),
    *((PURE, "server/room/rules.py", module) for module in ("sqlite3", "time", "asyncio")),
    *((PURE, "server/scenes/permute.py", module) for module in ("random", "os", "pathlib", "datetime")),
    (PURE, "server/room/newborn.py", "socket"),
    ("a room reads no file", "server/room/state.py", "server.disk.store"),
    ("scenes do not know each other", "server/scenes/permute.py", "server.scenes.radius"),
    (DOWN, "server/protocol/wire.py", "server.room.state"),
    (DOWN, "server/disk/store.py", "server.settings.config"),
    (DOWN, "server/engine/loop.py", "server.gateway.hub"),
    (DOWN, "server/pipe/backlog.py", "server.engine.outbox"),
    (DOWN, "server/scenes/tensor.py", "server.pipe.bus"),
]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=300, check=False)


def copied(to: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    for package in ("server", "models"):
        shutil.copytree(ROOT / package, to / package, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def words(text: str) -> str:
    """The report, its lines joined: names are wrapped where a line is full."""
    return re.sub(r"\s+", " ", text)


def test_every_contract_holds(tmp_path: Path) -> None:
    result = lint(copied(tmp_path))
    assert result.returncode == 0, result.stdout
    for name in {name for name, _, _ in BREACHES}:
        assert f"{name} KEPT" in words(result.stdout)
    assert "0 broken" in result.stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a tree in which every contract is broken in several places."""
    tree = copied(tmp_path_factory.mktemp("broken"))
    for _, file, module in BREACHES:
        path = tree / file
        path.write_text((path.read_text("utf-8") if path.exists() else "") + f"\n\nimport {module}\n", "utf-8")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    return words(result.stdout)


@pytest.mark.parametrize(("name", "file", "module"), BREACHES)
def test_a_breach_is_found_in_its_file(report: str, name: str, file: str, module: str) -> None:
    assert f"{name} BROKEN" in report
    source = file.removesuffix(".py").replace("/", ".")
    assert re.search(rf"{re.escape(source)} -> {re.escape(module)} \(l\.", report), f"{source} -> {module}"
