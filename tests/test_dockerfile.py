"""The image as far as its text tells: nothing here needs Docker, and the health check's own command is run."""

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from argparse import Namespace
from pathlib import Path

from server.settings.config import settings
from tests.server.program import eventually, started

ROOT = Path(__file__).parents[1]


def instructions() -> list[tuple[str, str]]:
    """Every instruction with its argument, lines joined and comments left out."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in joined if line.strip()]


def every(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


def environment() -> dict[str, str]:
    words = [word for argument in every("ENV") for word in shlex.split(argument)]
    return dict(word.split("=", 1) for word in words)


def health_command() -> list[str]:
    """The words of the health check's CMD; the image's `python` is this one."""
    [argument] = every("HEALTHCHECK")
    words = json.loads(argument.partition("CMD")[2])
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


def test_what_is_copied_exists_and_nothing_else_enters_the_build() -> None:
    copied = [argument for argument in every("COPY") if not argument.startswith("--from=")]
    sources = {source for argument in copied for source in argument.split()[:-1]}
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    rules = [rule for rule in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if rule and rule[0] != "#"]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == sources


def test_it_runs_as_somebody_who_owns_only_the_data() -> None:
    names = [name for name, _ in instructions()]
    [user] = every("USER")
    assert user not in ("root", "0")
    assert f"chown {user} /data" in " ".join(every("RUN"))
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in ("RUN", "COPY"))
    assert every("VOLUME") == [environment()["GNN_LIVE_DATA"]]


def test_signals_reach_the_program_itself() -> None:
    assert [json.loads(argument) for argument in every("ENTRYPOINT") + every("CMD")] == [["gnn-live"], ["serve"]]
    assert every("STOPSIGNAL") == ["SIGTERM"]


def test_its_settings_are_the_programs_and_its_port_is_the_one_exposed() -> None:
    chosen = settings(Namespace(), environment())
    assert every("EXPOSE") == [str(chosen.port)]
    assert (chosen.host, chosen.log_format, chosen.log_level) == ("0.0.0.0", "text", "info")
    assert "GNN_LIVE_PORT" in health_command()[2]


def test_torch_is_the_one_of_the_project() -> None:
    [pinned] = [word for run in every("RUN") for word in run.split() if word.startswith("torch==")]
    assert f'"{pinned}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_what_it_installs_was_tested() -> None:
    fetching = [run for run in every("RUN") if "pip install" in run and "--no-deps" not in run]
    assert len(fetching) == 2
    for run in fetching:
        assert "--constraint constraints.txt" in run


def test_its_list_of_requirements_is_the_projects(tmp_path: Path) -> None:
    """The command is run as it stands, by this Python."""
    [command] = [run for run in every("RUN") if run.endswith("> requirements.txt")]
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "python").symlink_to(sys.executable)
    where = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=where, check=True, timeout=60)
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    expected = [*table["build-system"]["requires"], *table["project"]["dependencies"]]
    assert (tmp_path / "requirements.txt").read_text("utf-8").splitlines() == expected


def test_a_changed_source_installs_no_dependency_again() -> None:
    """A layer is built again when it or one before it changed: sources come behind all that is fetched."""
    steps = instructions()
    last_stage = max(index for index, (name, _) in enumerate(steps) if name == "FROM")
    steps = steps[last_stage:]
    own = [index for index, (name, what) in enumerate(steps) if name == "RUN" and "--no-deps" in what]
    fetching = [index for index, (name, what) in enumerate(steps) if name == "RUN" and "pip install" in what]
    [program] = own
    fetching.remove(program)
    assert "--no-build-isolation" in steps[program][1]  # what builds it is there already
    before = [what for name, what in steps[: max(fetching)] if name == "COPY"]
    assert before == ["tests/constraints.txt ./", "--from=requirements /requirements.txt ./"]
    between = [what for name, what in steps[max(fetching) : program] if name == "COPY"]
    assert {"models models", "static static", "server server"} <= set(between)


async def test_the_health_check_tells_a_program_that_is_ready_from_one_that_is_not(tmp_path: Path) -> None:
    async def healthy(port: str) -> bool:
        command, where = health_command(), {**os.environ, "GNN_LIVE_PORT": port}
        done = await asyncio.to_thread(subprocess.run, command, env=where, capture_output=True, check=False)
        return done.returncode == 0

    async with started(tmp_path) as program:
        port = program.base.rpartition(":")[2]
        await eventually(lambda: healthy(port))
        program.process.terminate()
        await program.process.wait()
        assert not await healthy(port)
