"""A recorded lecture, played again from its log, still shows what the hall saw: over every scene, at every moment.

`tests/server/recorded/record.py` says how it was recorded and how to record it again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import torch

from server.disk.store import Log
from server.engine.discovery import scenes
from server.engine.replay import compare
from tests.server.program import ROOT
from tests.server.recorded.play import not_as_recorded, recorded
from tests.server.recorded.record import FILE, SEATS, SESSION

PROCESSORS: dict[str, Mapping[str, str]] = {
    "plainest": {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "OPENBLAS_CORETYPE": "Nehalem"},
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2", "OPENBLAS_CORETYPE": "Haswell"},
}
"""What torch, MKL and OpenBLAS read at their start, to compute as on another processor than this one."""


def test_the_recorded_lecture_plays_as_the_hall_saw_it() -> None:
    assert not_as_recorded(FILE) == []


@pytest.mark.parametrize("processor", PROCESSORS)
def test_it_plays_so_on_other_processors(processor: str) -> None:
    """In a process of its own, because the libraries choose their kernels once."""
    if processor == "avx2" and torch.backends.cpu.get_cpu_capability() not in {"AVX2", "AVX512"}:
        pytest.skip("this processor has no AVX2")
    command = [sys.executable, "-m", "tests.server.recorded.play"]
    environment = {**os.environ, **PROCESSORS[processor]}
    played = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (played.stdout.strip(), played.returncode) == ("", 0), played.stderr


def test_the_recording_is_a_lecture_over_every_scene_and_small_enough_for_git() -> None:
    with Log.read_only(FILE) as log:
        entries = list(log.tail(SESSION))
    shown = {slot[1].partition(".")[0] for moment in recorded(FILE).values() for slot in moment}
    assert set(scenes()) <= shown
    assert {entry.kind for entry in entries} == {"create", "command", "attend", "presence", "play"}
    assert {entry.seat for entry in entries} >= {"instructor", *SEATS}
    assert any(entry.ticks for entry in entries), "jobs gave outputs between two commands"
    assert FILE.stat().st_size < 500_000


def test_replay_carries_the_recording_out_to_its_end() -> None:
    with Log.read_only(FILE) as log:
        report = compare(log, SESSION, scenes())
        noted = sum(len(turn.slots) for turn in log.was_sent(SESSION))
    assert report.entries > 50
    assert report.compared + report.lost == noted == sum(map(len, recorded(FILE).values())) + report.lost


def test_a_lecture_that_went_otherwise_is_told_with_its_place(tmp_path: Path) -> None:
    file = Path(shutil.copy(FILE, tmp_path))
    other = msgspec.json.encode({"t": "permute.swap", "a": 0, "b": 2, "id": 3})
    with closing(sqlite3.connect(file)) as db:
        (seq,) = db.execute("SELECT seq FROM log WHERE CAST(body AS TEXT) LIKE '%permute.swap%'").fetchone()
        db.execute("UPDATE log SET body = ? WHERE seq = ?", (other, seq))
        db.commit()
    told = not_as_recorded(file)
    assert told
    assert all(line.startswith(f"seq {seq}, ticks 0, slot permute.") for line in told)
