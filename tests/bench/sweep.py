"""The sweep's models trained as one batch against the same models one after the other, for l = 0, 1, 2.

    .venv/bin/python -m tests.bench.sweep [--device cuda] [--sizes 8 64 512] [--seeds 4]

One turn is some steps of every model of one l (potentials x sizes x seeds; 56 in the sweep of the table): loss of
forces, gradient, clipping, Adam, each model with a batch, weights and moments of its own. `as one` is one training with
the models as the first axis of every tensor, `one after the other` a training each. Both draw the same batches: their
losses are compared before they are timed. No bar: the ratio says what the batch is worth on this device.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import sys
from collections.abc import Callable
from dataclasses import replace

import torch

from models.experiments import sweep
from models.experiments.learning_curves import CurveTraining, SetUp
from tests.bench.pairs import Row, flags, report
from tests.bench.stopwatch import compared

ONE, APART = "as one", "one after the other"


def ways(batch: CurveTraining) -> dict[str, Callable[[], object]]:
    """A step of all models, in two ways, checked to give the same losses."""
    device = batch.rows.device
    alone = [CurveTraining([point], batch.setup, device) for point in batch.points]

    def apart() -> torch.Tensor:
        return torch.cat([each.step() for each in alone])

    torch.testing.assert_close(apart(), batch.step(), rtol=1e-3, atol=1e-5)
    return {ONE: batch.step, APART: apart}


def rates(rows: list[Row], models: int) -> list[Row]:
    """Of the rows in milliseconds a step of all models: steps of a model a second."""
    timed = [row for row in rows if row.unit == "ms"]
    return [replace(row, values=tuple(1e3 * models / ms for ms in row.values), unit="steps/s") for row in timed]


def main() -> int:
    """Rates and ratios of every l."""
    parser = flags(__doc__, viewers=0, seconds=1.0, pairs=7)
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(sweep.SIZES), help="training frames (the sweep's)")
    parser.add_argument("--seeds", type=int, default=sweep.SEEDS, help="of each size (default %(default)s)")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    setup = SetUp(steps=1_000_000, pool=max(chosen.sizes))
    rows: list[Row] = []
    for lmax in sweep.DEGREES:
        batch = sweep.started(lmax, chosen.sizes, chosen.seeds, setup, torch.device(chosen.device))
        timing = {"pairs": chosen.pairs, "seconds": chosen.seconds}
        found = compared(f"l = {lmax}", ways(batch), {APART: (ONE, None)}, device=chosen.device, **timing)
        rows += [*rates(found, len(batch.points)), found[-1]]
    name = sweep.device_name(torch.device(chosen.device))
    note = f"{len(batch.points)} models of about {setup.parameters:,} weights, batch {setup.batch}, float32, on {name}"
    return report(chosen, rows, [note])


if __name__ == "__main__":
    sys.exit(main())
