"""What the scene `potential` lets run: two dynamics side by side, and how symmetric a Jacobian is.

The dynamics are on the CPU, in the precision that is chosen, whatever trained the network: see `unpacked`.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import lru_cache, partial

import msgspec
import numpy as np
import torch
from torch.nn.utils import vector_to_parameters

from models.potentials import dynamics, force_field
from models.potentials.dynamics import Force, Moment
from models.potentials.force_field import LearnedPotential
from models.potentials.pair import Floats, PairPotential
from server.protocol.messages import Float64
from server.room import kept as places
from server.room.computation import Computation
from server.room.scene import JobSteps, Wait
from server.scenes.potential.cluster import rest, true_force
from server.scenes.potential.messages import (
    RUN_FRAMES,
    Kind,
    PotentialMoved,
    PotentialParams,
    PotentialSettle,
    PotentialSymmetry,
)
from server.scenes.potential.training import LARGEST, STEP, cloud

STEPS_A_FRAME = 2
HOT = 0.28
"""Temperature at which the cutoff is crossed often; the start's, all of it kinetic."""
CUTOFF_STEP, CUTOFF_STEPS = 0.005, 20
BETWEEN = 0.03
"""Seconds of rest after a frame: a hall is sent twelve a second, and what nobody sees need not be computed."""
KEEP, KEEP_ROWS = 20, 10
"""Frames, and pairs of rows of a Jacobian, between two places to go on from: a second or so."""


def settling() -> JobSteps:
    """The cluster gives way as long as a hand moves it; where it stands is in the state."""
    while True:
        yield Wait(0.08)
        yield PotentialSettle()
        yield places.kept(places.Done())


@lru_cache(maxsize=4)
def unpacked(network: force_field.Network, weights: bytes, dtype: str) -> LearnedPotential:
    """The model with these weights, in this precision, on the CPU whatever trained it.

    One force of 13 to 32 atoms is a few hundred small operations that wait for each other, twice over for the gradient:
    on a GPU each costs a launch, then the positions come back for the next step, and nothing is left to win.
    """
    model = force_field.learned(network)
    flat = torch.from_numpy(np.frombuffer(weights, dtype="<f4").copy())
    model.scale.copy_(flat[0])
    model.shift.copy_(flat[1])
    vector_to_parameters(flat[2:], model.parameters())
    made = model.to(getattr(torch, dtype)).requires_grad_(False)
    assert isinstance(made, LearnedPotential)
    return made


# --- dynamics ------------------------------------------------------------------------------------------------------


def learned_force(model: LearnedPotential) -> Force:
    """E_i and - dE/dx of a network."""

    def force(x: Floats) -> tuple[Floats, Floats]:
        each, f = force_field.forces(model.energies, torch.from_numpy(x)[None])
        return each[0].numpy(), f[0].numpy()

    return force


def direct_force(model: LearnedPotential) -> Force:
    """E_i of a network, and the force that it puts out beside: not the gradient of that energy, nor of any."""

    def force(x: Floats) -> tuple[Floats, Floats]:
        with torch.no_grad():
            each, f = model(torch.from_numpy(x)[None])
        return each[0].numpy(), f[0].numpy()

    return force


def pair_of(params: PotentialParams) -> str:
    """The pair potential that shows what a cutoff does; Stillinger-Weber has no hard one."""
    return "lj" if params.potential == "sw" else params.potential


def both(params: PotentialParams, kind: Kind, weights: bytes) -> tuple[Force, Force]:
    """The force fields that are let run side by side."""
    if kind == "cutoff":
        pair = "morse" if pair_of(params) == "morse" else "lj"
        return PairPotential(pair, "hard"), PairPotential(pair, "smooth")  # type: ignore[arg-type]  # one of both
    model = unpacked(params.network, weights, params.dtype)
    if kind == "learned":
        return true_force(params), learned_force(model)
    return direct_force(model), learned_force(model)


def start(params: PotentialParams, kind: Kind) -> tuple[Floats, Floats]:
    """Positions and velocities that both begin with, in the chosen precision."""
    calm = PotentialParams(potential=pair_of(params), atoms=params.atoms) if kind == "cutoff" else params  # type: ignore[arg-type]  # one of the names
    x = rest(calm)
    v = dynamics.thermal(x, HOT if kind == "cutoff" else params.temperature, params.seed)
    return x.astype(params.dtype), v.astype(params.dtype)


class Ran(msgspec.Struct, frozen=True, array_like=True, tag="potential.dynamics 1"):
    """Where both dynamics stand at a frame."""

    frame: int
    moments: tuple[Moment, Moment]


def running(params: PotentialParams, kind: Kind, weights: bytes, body: bytes | None = None) -> JobSteps:
    """Both dynamics, a frame at a time; with a step between two turns of the engine. body: a place that was kept."""
    step, count = (CUTOFF_STEP, CUTOFF_STEPS) if kind == "cutoff" else (STEP, STEPS_A_FRAME)
    forces = both(params, kind, weights)
    yield None  # e3nn takes long to build a network
    place = places.read(body, Ran)
    if place is None:
        x, v = start(params, kind)
        runs = [dynamics.velocity_verlet(force, x, v, step) for force in forces]
    else:
        runs = [dynamics.verlet_from(force, at, step) for force, at in zip(forces, place.moments, strict=True)]
    moments = [next(run) for run in runs]
    for frame in range(0 if place is None else place.frame + 1, RUN_FRAMES + 1):
        for _ in range(count if frame else 0):
            moments = [next(run) for run in runs]
            if kind != "cutoff":
                yield None
        totals = tuple(moment.total for moment in moments)
        over = not all(np.isfinite(total) and abs(total) < LARGEST for total in totals)
        yield PotentialMoved(
            kind=kind,
            frame=frame,
            time=frame * count * step,
            totals=(_kept(totals[0]), _kept(totals[1])),
            temperatures=(_kept(moments[0].temperature), _kept(moments[1].temperature)),
            first=cloud(moments[0].positions),
            second=cloud(moments[1].positions),
            over=over,
        )
        if over or frame == RUN_FRAMES:
            return
        if frame % KEEP == 0:
            yield places.kept(Ran(frame, (moments[0], moments[1])))
        yield Wait(BETWEEN)


def _kept(value: float) -> float:
    return float(np.clip(np.nan_to_num(value, nan=LARGEST), -LARGEST, LARGEST))


class Rows(msgspec.Struct, frozen=True, array_like=True, tag="potential.jacobian 1"):
    """Where the measuring stands: lambda of what is whole, and the rows of the next Jacobian so far, (r, 3 n)."""

    found: tuple[float, ...] = ()
    rows: Float64 | None = None


def measuring(params: PotentialParams, weights: bytes, body: bytes | None = None) -> JobSteps:
    """lambda of the gradient and of the direct force at the cluster's rest, in float64; then both dynamics."""
    if places.read(body, Ran) is None:
        yield from _symmetry(params, weights, places.read(body, Rows) or Rows())
    yield from running(params, "direct", weights, body)


def _symmetry(params: PotentialParams, weights: bytes, place: Rows) -> JobSteps:
    model = unpacked(params.network, weights, "float64")
    yield None
    x = torch.from_numpy(rest(params).copy())
    found, rows = list(place.found), [] if place.rows is None else [torch.from_numpy(place.rows)]
    for field in (model.gradient, model.direct)[len(found) :]:
        for some in force_field.jacobian(field, x, rows=2, first=sum(len(each) for each in rows)):
            rows.append(some)
            yield None
            if len(rows) % KEEP_ROWS == 0:
                yield places.kept(Rows(tuple(found), torch.cat(rows).numpy()))
        found.append(force_field.asymmetry(torch.cat(rows)))
        rows = []
    yield PotentialSymmetry(gradient=found[0], direct=found[1])


def kept(params: PotentialParams, ending: str) -> Computation[float]:
    """sigma(E_tot) of the true potential from the hot start, ended so."""
    return _kept_of(params.potential, params.atoms, ending, params.seed)


@lru_cache(maxsize=32)
def _kept_of(potential: str, atoms: int, ending: str, seed: int) -> Computation[float]:
    return Computation(partial(_keeping, potential, atoms, ending, seed))


def _keeping(potential: str, atoms: int, ending: str, seed: int) -> Generator[None, None, float]:
    params = PotentialParams(potential=potential, atoms=atoms, seed=seed)  # type: ignore[arg-type]  # one of the names
    x: Float64 = rest(params)
    v = dynamics.thermal(x, HOT, seed)
    force = true_force(params, ending)  # type: ignore[arg-type]  # one of the endings
    run = dynamics.velocity_verlet(force, x, v, CUTOFF_STEP)
    count = 60 if potential == "sw" else 600
    totals = []
    for step in range(count):
        totals.append(next(run).total)
        if step % (count // 10) == 0:
            yield
    return dynamics.spread(np.array(totals))
