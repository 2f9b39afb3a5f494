"""The first worker of an engine is started before the engine loads torch, so that both load it at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.server.program import ROOT

EARLY = """
import sys
from pathlib import Path
from server.engine import headstart

if __name__ == "__main__":
    workers = headstart.workers("cpu", Path(sys.argv[1]), cold=False)
    started = [worker.process.pid for worker in workers._workers]
    print(len(started), "torch" in sys.modules)
    from tests.server.room.test_jobs import outputs, where
    print([output.step for output in outputs(workers.steps(where, ()))] == started)
    workers.close()
"""


def test_a_worker_starts_before_torch_is_loaded_and_takes_the_first_job(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split("\n")[:2], done.returncode) == (["1 False", "True"], 0), done.stderr
