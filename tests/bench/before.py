"""The release that came before, taken out of the history, so that both run side by side in one bench.

    with before() as old:  gateway(held, old)          the old program, its own static files and its own bench scene

The old checkout runs in the same virtual environment: `python -m` finds packages in the working directory first.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.running import ROOT

BEFORE = "8d955b75bfc4c9de1d0b6e991cf8ab182e129aaf"
"""The last commit of 0.4.0."""


@contextmanager
def before(commit: str = BEFORE) -> Iterator[Path]:
    """A folder with the tree of a commit, which goes with the bench; raises CalledProcessError without the history."""
    with tempfile.TemporaryDirectory(prefix="gnn-live-before-") as folder:
        packed = Path(folder) / "tree.tar"
        subprocess.run(["git", "archive", "--output", packed, commit], cwd=ROOT, check=True)
        tree = Path(folder) / "tree"
        with tarfile.open(packed) as archive:
            archive.extractall(tree, filter="data")
        yield tree
