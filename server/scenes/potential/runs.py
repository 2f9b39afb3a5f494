"""What the scene `potential` computes over time: training, two dynamics side by side, how symmetric a Jacobian is.

Data: Langevin dynamics with the true potential, every twentieth step, labelled with its energies and forces. The model
is `models.potentials.LearnedPotential`, its loss MSE of forces and of the energy an atom; Adam. All from the seed.
Data are made on the CPU, the training is on the engine's device, and the dynamics are on the CPU: see `unpacked`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from models import dynamics, potentials
from models.dynamics import Force
from models.pair_potentials import Floats, PairPotential
from models.potentials import LearnedPotential
from server.device import device
from server.protocol import Float32, Float64
from server.scene import JobSteps, Wait
from server.scenes.potential.cluster import rest, true_force
from server.scenes.potential.messages import (
    RUN_FRAMES,
    Ending,
    Kind,
    PotentialMoved,
    PotentialParams,
    PotentialSettle,
    PotentialSymmetry,
    PotentialTrained,
    Truthful,
)

TRAINING, HELD_OUT, BATCH = 48, 8, 4
APART, BEGIN, BREATH = 20, 100, 5
REPORT, EARLY = 10, (1, 2, 4, 7)
"""Steps between two reports, and those at the start, where most happens."""
STEP = 0.01
STEPS_A_FRAME = 2
HOT = 0.28
"""Temperature at which the cutoff is crossed often; the start's, all of it kinetic."""
CUTOFF_STEP, CUTOFF_STEPS = 0.005, 20
SEED_OF_TEST = 1000
BETWEEN = 0.03
"""Seconds of rest after a frame: a hall is sent twelve a second, and what nobody sees need not be computed."""
LARGEST = 1e6
Data = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def settling() -> JobSteps:
    """The cluster gives way as long as a hand moves it."""
    while True:
        yield Wait(0.08)
        yield PotentialSettle()


# --- training ------------------------------------------------------------------------------------------------------


class Samples:
    """Clusters of one Langevin dynamics, every twentieth step; remembered, so that another network begins at once."""

    def __init__(self, params: PotentialParams, count: int, seed: int) -> None:
        x = rest(params)
        v = dynamics.thermal(x, params.temperature, seed)
        self._run = enumerate(dynamics.langevin(true_force(params), x, v, STEP, params.temperature, 1.0, seed))
        self._rows: list[tuple[Floats, float, Floats]] = []
        self._count = count

    def taken(self) -> Iterator[Data | None]:
        """None to give way, then x (count, n, 3), E (count), F (count, n, 3) in float32."""
        while len(self._rows) < self._count:
            step, moment = next(self._run)
            if step >= BEGIN and step % APART == 0:
                self._rows.append((moment.positions, float(moment.energies.sum()), moment.forces))
            if step % BREATH == 0:
                yield None
        x, e, f = (torch.from_numpy(np.array(each, dtype=np.float32)) for each in zip(*self._rows, strict=True))
        yield x, e, f


def sampled(params: PotentialParams, count: int, seed: int) -> Iterator[Data | None]:
    """The clusters of these parameters; what a network or its training is asked for makes no other data."""
    return _samples(params.potential, params.atoms, params.ending, params.temperature, count, seed).taken()


@lru_cache(maxsize=16)
def _samples(potential: Truthful, atoms: int, ending: Ending, temperature: float, count: int, seed: int) -> Samples:
    params = PotentialParams(potential=potential, atoms=atoms, ending=ending, temperature=temperature)
    return Samples(params, count, seed)


def _wanted(params: PotentialParams) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many clusters, and from which seed: to train on, and held out."""
    return (TRAINING, params.seed), (HELD_OUT, SEED_OF_TEST + params.seed)


def begun(params: PotentialParams) -> Iterator[None]:
    """A loss and its gradient, for what the first one loads where the network trains, and the data."""
    model = potentials.learned(params.network).to(device())
    yield
    x = torch.from_numpy(rest(params).copy()).float()[None].to(device())
    value, _ = potentials.loss(model, x, x.new_zeros(1), torch.zeros_like(x))
    value.backward()  # type: ignore[no-untyped-call]
    yield
    for count, seed in _wanted(params):
        for _ in sampled(params, count, seed):
            yield


def training(params: PotentialParams) -> JobSteps:
    """Data, then Adam; reports on the way, with the weights so far."""
    place = device()
    sets: list[Data] = []
    for count, seed in _wanted(params):
        for found in sampled(params, count, seed):
            if found is not None:
                sets.append((found[0].to(place), found[1].to(place), found[2].to(place)))
            yield None
    (x, e, f), held = sets
    model = potentials.learned(params.network, params.seed).to(place)
    model.scale.copy_(f.square().mean().sqrt())
    model.shift.copy_(e.mean() / params.atoms)
    yield None
    adam = torch.optim.Adam(model.parameters(), lr=params.rate, fused=True)
    # Down to a hundredth by a half cosine: forces need the last digits.
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(adam, params.steps, eta_min=params.rate / 100)
    order = np.random.default_rng(params.seed)
    before, _ = potentials.loss(model, x[:BATCH], e[:BATCH], f[:BATCH])
    yield None
    yield _report(model, held, 0, float(before.detach()))
    losses: list[float] = []
    for step in range(1, params.steps + 1):
        chosen = torch.from_numpy(order.choice(len(x), BATCH, replace=False)).to(place)
        value, _ = potentials.loss(model, x[chosen], e[chosen], f[chosen])
        now = float(value.detach())
        yield None
        if not np.isfinite(now) or now > LARGEST:
            yield _report(model, held, step, LARGEST, diverged=True)
            return
        losses.append(now)
        adam.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        adam.step()
        rate.step()
        yield None
        if step in EARLY or step % REPORT == 0 or step == params.steps:
            yield _report(model, held, step, float(np.mean(losses)))
            losses.clear()


def _report(model: LearnedPotential, held: Data, step: int, value: float, diverged: bool = False) -> PotentialTrained:
    x, _, f = held
    each, g = potentials.forces(model.energies, x)
    mae = float((g - f).abs().mean())
    return PotentialTrained(
        step=step,
        loss=value,
        mae=mae if np.isfinite(mae) and mae < LARGEST else LARGEST,
        size=float(f.abs().mean()),
        weights=packed(model),
        parameters=sum(each.numel() for each in model.parameters()),
        positions=_cloud(x[0].cpu().numpy()),
        truth=_bounded(f[0]),
        energies=_bounded(each[0]),
        forces=_bounded(g[0]),
        diverged=diverged,
    )


def _bounded(values: torch.Tensor) -> Float32:
    """Within the range of numbers, whatever a training that diverges has made."""
    numbers: Float32 = np.nan_to_num(values.cpu().numpy(), nan=LARGEST).clip(-LARGEST, LARGEST).astype(np.float32)
    return numbers


def packed(model: LearnedPotential) -> Float32:
    """Scale, shift and all weights as float32."""
    flat = parameters_to_vector(model.parameters())
    both = torch.cat([model.scale.reshape(1), model.shift.reshape(1), flat.detach()])
    return both.cpu().numpy().astype(np.float32)


@lru_cache(maxsize=4)
def unpacked(network: potentials.Network, weights: bytes, dtype: str) -> LearnedPotential:
    """The model with these weights, in this precision, on the CPU whatever trained it.

    One force of 13 to 32 atoms is a few hundred small operations that wait for each other, twice over for the gradient:
    on a GPU each costs a launch, then the positions come back for the next step, and nothing is left to win.
    """
    model = potentials.learned(network)
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
        each, f = potentials.forces(model.energies, torch.from_numpy(x)[None])
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


def running(params: PotentialParams, kind: Kind, weights: bytes) -> JobSteps:
    """Both dynamics, a frame at a time; with a step between two turns of the engine."""
    x, v = start(params, kind)
    step, count = (CUTOFF_STEP, CUTOFF_STEPS) if kind == "cutoff" else (STEP, STEPS_A_FRAME)
    runs = [dynamics.velocity_verlet(force, x, v, step) for force in both(params, kind, weights)]
    yield None  # e3nn takes long to build a network
    moments = [next(run) for run in runs]
    for frame in range(RUN_FRAMES + 1):
        totals = tuple(moment.total for moment in moments)
        over = not all(np.isfinite(total) and abs(total) < LARGEST for total in totals)
        yield PotentialMoved(
            kind=kind,
            frame=frame,
            time=frame * count * step,
            totals=(_kept(totals[0]), _kept(totals[1])),
            temperatures=(_kept(moments[0].temperature), _kept(moments[1].temperature)),
            first=_cloud(moments[0].positions),
            second=_cloud(moments[1].positions),
            over=over,
        )
        if over or frame == RUN_FRAMES:
            return
        yield Wait(BETWEEN)
        for _ in range(count):
            moments = [next(run) for run in runs]
            if kind != "cutoff":
                yield None


def _kept(value: float) -> float:
    return float(np.clip(np.nan_to_num(value, nan=LARGEST), -LARGEST, LARGEST))


def _cloud(x: Floats) -> Float32:
    return np.clip(np.nan_to_num(x), -100, 100).astype(np.float32)


def measuring(params: PotentialParams, weights: bytes) -> JobSteps:
    """lambda of the gradient and of the direct force at the cluster's rest, in float64; then both dynamics."""
    model = unpacked(params.network, weights, "float64")
    yield None
    x = torch.from_numpy(rest(params).copy())
    found = []
    for field in (model.gradient, model.direct):
        rows = []
        for some in potentials.jacobian(field, x, rows=2):
            rows.append(some)
            yield None
        found.append(potentials.asymmetry(torch.cat(rows)))
    yield PotentialSymmetry(gradient=found[0], direct=found[1])
    yield from running(params, "direct", weights)


def kept(params: PotentialParams, ending: str) -> float:
    """sigma(E_tot) of the true potential from the hot start, ended so."""
    return _kept_of(params.potential, params.atoms, ending, params.seed)


@lru_cache(maxsize=32)
def _kept_of(potential: str, atoms: int, ending: str, seed: int) -> float:
    params = PotentialParams(potential=potential, atoms=atoms, seed=seed)  # type: ignore[arg-type]  # one of the names
    x: Float64 = rest(params)
    v = dynamics.thermal(x, HOT, seed)
    force = true_force(params, ending)  # type: ignore[arg-type]  # one of the endings
    run = dynamics.velocity_verlet(force, x, v, CUTOFF_STEP)
    count = 60 if potential == "sw" else 600
    return dynamics.spread(np.array([next(run).total for _ in range(count)]))
