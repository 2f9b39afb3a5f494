"""The whole sweep of learning curves, computed once, and the table it leaves.

    python -m models.experiments.sweep --device cuda --minutes 6 --out models/experiments/data/shifts.json

Every (potential, n, seed) of one l is one batch. The steps are as many as the minutes allow, the same for every l; the
table is written at every checkpoint, so a run that is cut short leaves what it has.
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy
import scipy
import torch

from models.experiments.learning_curves import TEST, VALIDATION, CurveTraining, Point, SetUp
from models.experiments.sweep_table import TABLE, Table, write
from models.potentials import clusters
from models.potentials.cartesian_nets import CartesianNets, channels_for

DEGREES = (0, 1, 2)
SIZES, SEEDS = (8, 16, 32, 64, 128, 256, 512), 4
TRIAL = 12
"""Steps that are timed before the number of steps is chosen."""
KEPT = 0.9
"""Share of the time left that the steps may take; the rest is for measuring and writing."""


def device_name(device: torch.device) -> str:
    """What the table calls the machine that computed it."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()


def started(lmax: int, sizes: Sequence[int], seeds: int, setup: SetUp, device: torch.device) -> CurveTraining:
    """The training of one l: every potential, size and seed."""
    points = [
        Point(potential, lmax, n, seed) for potential in clusters.POTENTIALS for n in sizes for seed in range(seeds)
    ]
    return CurveTraining(points, setup, device)


def seconds_a_step(training: CurveTraining) -> float:
    """Timed on a training that is thrown away; the first steps, which load kernels, do not count."""
    for _ in range(3):
        training.step().sum().item()
    begun = time.perf_counter()
    for _ in range(TRIAL):
        training.step()
    training.step().sum().item()
    return (time.perf_counter() - begun) / (TRIAL + 1)


def sweep(
    device: torch.device,
    minutes: float,
    out: Path,
    sizes: Sequence[int] = SIZES,
    seeds: int = SEEDS,
    setup: SetUp | None = None,
) -> Table:
    """Train every l for as many steps as fit, write the table at every checkpoint, and return it."""
    begun = time.perf_counter()
    setup = replace(setup or SetUp(), pool=max(sizes))
    say("frames")
    each = [seconds_a_step(started(lmax, sizes, seeds, setup, device)) for lmax in DEGREES]
    left = minutes * 60 - (time.perf_counter() - begun)
    setup = replace(setup, steps=max(setup.checkpoints, int(KEPT * left / sum(each))))
    pace = [round(one, 4) for one in each]
    say(f"steps {setup.steps}, seconds a step {pace}, after {time.perf_counter() - begun:.0f} s")
    table = opened(setup, sizes, seeds, device)
    for lmax in DEGREES:
        training, before, start = started(lmax, sizes, seeds, setup, device), table.points, time.perf_counter()
        every = math.ceil(setup.steps / setup.checkpoints)
        while not training.done:
            training.step()
            if training.taken % every == 0 or training.done:
                points = tuple(training.measure())
                table = replace(
                    table,
                    points=before + points,
                    seconds=table.seconds | {str(lmax): round(time.perf_counter() - start, 1)},
                )
                write(table, out)
                say(f"l = {lmax}, step {training.taken}: " + described(points))
    table = replace(table, complete=True)
    write(table, out)
    return table


def opened(setup: SetUp, sizes: Sequence[int], seeds: int, device: torch.device) -> Table:
    """The table before the first measurement: how it will be measured."""
    data = {
        "sizes": list(sizes),
        "seeds": seeds,
        "atoms": clusters.ATOMS,
        "cutoff": clusters.CUTOFF,
        "temperature": dict(clusters.TEMPERATURE),
        "validation": VALIDATION,
        "test": TEST,
        "dtype": "float32",
    }
    versions = {module.__name__: str(module.__version__) for module in (torch, numpy, scipy)}
    nets = {lmax: channels_for(lmax, setup.parameters, setup.layers) for lmax in DEGREES}
    learned = {str(lmax): CartesianNets([0], lmax, c, setup.layers).size for lmax, c in nets.items()}
    return Table(
        setup=asdict(setup) | data,
        device=device_name(device),
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        versions=versions | {"python": platform.python_version()},
        channels={str(lmax): c for lmax, c in nets.items()},
        parameters=learned,
        seconds={},
        complete=False,
        points=(),
    )


def described(points: Sequence[Point]) -> str:
    """Mean test error by potential and size, for whoever watches."""
    parts = []
    for potential in clusters.POTENTIALS:
        sizes = sorted({p.size for p in points})
        errors = [[p.test for p in points if (p.potential, p.size) == (potential, n)] for n in sizes]
        parts.append(potential + " " + " ".join(f"{sum(e) / len(e):.3f}" for e in errors))
    return "; ".join(parts)


def say(text: str) -> None:
    """To whoever watches the command."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m models.experiments.sweep", description="Learning curves of forces at l = 0, 1, 2."
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--out", type=Path, default=TABLE)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    given = parser.parse_args(arguments)
    sweep(torch.device(given.device), given.minutes, given.out, given.sizes, given.seeds)


if __name__ == "__main__":
    main()
