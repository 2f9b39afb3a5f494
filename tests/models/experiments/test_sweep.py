"""The sweep at the smallest size: a table that is whole, says how it was made, and is read back."""

import math
from pathlib import Path

import pytest
import torch

from models.experiments import learning_curves, sweep
from models.experiments.learning_curves import SetUp
from models.experiments.sweep_table import TABLE, read


def test_a_small_sweep_leaves_a_whole_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("VALIDATION", "TEST"):
        monkeypatch.setattr(learning_curves, name, 4)
    monkeypatch.setattr(sweep, "TRIAL", 1)
    out = tmp_path / "data" / "table.json"
    setup = SetUp(batch=2, parameters=800, layers=1, checkpoints=2)
    made = sweep.sweep(torch.device("cpu"), 0.0, out, (2, 4), 1, setup)
    found = read(out)
    assert found == made
    assert found is not None
    assert found.complete
    assert len(found.points) == 3 * 2 * 2
    assert found.setup["steps"] == 2
    assert set(found.seconds) == {"0", "1", "2"}
    assert all(math.isfinite(point.test) for point in found.points)
    assert "l = 2, step 2" in capsys.readouterr().out


def test_what_is_no_table_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") is None
    (tmp_path / "broken.json").write_text('{"points": [')
    assert read(tmp_path / "broken.json") is None


def test_the_table_of_the_repository_is_whole_where_there_is_one() -> None:
    found = read()
    assert (found is None) == (not TABLE.is_file())
    assert found is None or {point.lmax for point in found.points} <= {0, 1, 2}
