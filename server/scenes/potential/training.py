"""The training of the scene `potential`: clusters of one Langevin dynamics, and a network that learns them by Adam.

Data: Langevin dynamics with the true potential, every twentieth step, labelled with its energies and forces. The model
is `models.potentials.force_field.LearnedPotential`, its loss MSE of forces and of the energy an atom; Adam. All from
the seed. Data are made on the CPU, the training is on the engine's device.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec
import numpy as np
import torch
from torch.nn.utils import parameters_to_vector

from models.networks.training_state import TrainingState, go_on, numpy_generator, numpy_state, state_of
from models.potentials import dynamics, force_field
from models.potentials.dynamics import Moment
from models.potentials.force_field import LearnedPotential
from models.potentials.pair import Floats
from server.protocol.messages import Float32
from server.room.datasets import once
from server.room.device import device
from server.room.kept import kept, read
from server.room.scene import JobSteps, Kept
from server.scenes.potential.cluster import rest, true_force
from server.scenes.potential.messages import PotentialParams, PotentialTrained

TRAINING, HELD_OUT, BATCH = 48, 8, 4
APART, BEGIN, BREATH, PLACE = 20, 100, 5, 100
KEEP = 20
"""Steps between two places to go on from, a second or so."""
REPORT, EARLY = 10, (1, 2, 4, 7)
"""Steps between two reports, and those at the start, where most happens."""
STEP = 0.01
SEED_OF_TEST = 1000
LARGEST = 1e6
"""What a browser is sent instead of more."""
Data = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
Row = tuple[Floats, float, Floats]
"""Positions (n, 3), energy and forces (n, 3) of a cluster."""


def sampled(params: PotentialParams, count: int, seed: int) -> Iterator[Data | None]:
    """Clusters of one Langevin dynamics, every twentieth step: None to give way, then x (count, n, 3), E (count),
    F (count, n, 3) in float32. They are made once, whatever network is trained on them."""
    p = params
    key = (p.potential, p.atoms, p.ending, p.temperature, count, seed, STEP, BEGIN, APART)
    return once("potential.samples 2", key, partial(_sampling, params, count, seed), Data)


class Sampled(msgspec.Struct, frozen=True, array_like=True, tag="potential.samples 2"):
    """How far the clusters are made: the next step and its moment, the draws behind it, the clusters before it."""

    step: int
    moment: Moment
    order: bytes
    rows: tuple[Row, ...]


def _sampling(params: PotentialParams, count: int, seed: int, body: bytes | None) -> Iterator[Data | Kept | None]:
    place, force = read(body, Sampled), true_force(params)
    settings = (STEP, params.temperature, 1.0)
    if place is None:
        x, draws = rest(params), np.random.default_rng(seed)
        v = dynamics.thermal(x, params.temperature, seed)
        first, rows, moments = 0, list[Row](), dynamics.langevin(force, x, v, *settings, draws)
    else:
        draws = numpy_generator(place.order)
        first, rows = place.step, list(place.rows)
        moments = dynamics.langevin_from(force, place.moment, *settings, draws)
    for step, moment in enumerate(moments, first):
        if step % PLACE == 0 and step > first:
            yield kept(Sampled(step, moment, numpy_state(draws), tuple(rows)))
        if step >= BEGIN and step % APART == 0:
            rows.append((moment.positions, float(moment.energies.sum()), moment.forces))
        if len(rows) == count:
            break
        if step % BREATH == 0:
            yield None
    positions, e, f = (torch.from_numpy(np.array(each, dtype=np.float32)) for each in zip(*rows, strict=True))
    yield positions, e, f


def _wanted(params: PotentialParams) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many clusters, and from which seed: to train on, and held out."""
    return (TRAINING, params.seed), (HELD_OUT, SEED_OF_TEST + params.seed)


def begun(params: PotentialParams) -> Iterator[None]:
    """A loss and its gradient, for what the first one loads where the network trains, and the data."""
    model = force_field.learned(params.network).to(device())
    yield
    x = torch.from_numpy(rest(params).copy()).float()[None].to(device())
    value, _ = force_field.loss(model, x, x.new_zeros(1), torch.zeros_like(x))
    value.backward()  # type: ignore[no-untyped-call]
    yield
    for count, seed in _wanted(params):
        for _ in sampled(params, count, seed):
            yield


class Trained(msgspec.Struct, frozen=True, array_like=True, tag="potential.training 1"):
    """Where the training stands after a step: the network and Adam, the order of the clusters, losses not reported."""

    step: int
    state: TrainingState
    order: bytes
    losses: tuple[float, ...]


def training(params: PotentialParams, body: bytes | None = None) -> JobSteps:
    """Data, then Adam; reports on the way, with the weights so far. body: a place that was kept."""
    on = device()
    sets: list[Data] = []
    for count, seed in _wanted(params):
        for found in sampled(params, count, seed):
            if found is not None:
                sets.append((found[0].to(on), found[1].to(on), found[2].to(on)))
            yield None
    (x, e, f), held = sets
    model = force_field.learned(params.network, params.seed).to(on)
    model.scale.copy_(f.square().mean().sqrt())
    model.shift.copy_(e.mean() / params.atoms)
    yield None
    adam = torch.optim.Adam(model.parameters(), lr=params.rate, fused=True)
    # Down to a hundredth by a half cosine: forces need the last digits.
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(adam, params.steps, eta_min=params.rate / 100)
    order = np.random.default_rng(params.seed)
    losses: list[float] = []
    place = read(body, Trained)
    if place is None:
        before, _ = force_field.loss(model, x[:BATCH], e[:BATCH], f[:BATCH])
        yield None
        yield _report(model, held, 0, float(before.detach()))
    else:
        go_on(model, adam, place.state)
        rate.load_state_dict({"last_epoch": place.step, "_step_count": place.step + 1})
        order, losses = numpy_generator(place.order), list(place.losses)
    for step in range(1 if place is None else place.step + 1, params.steps + 1):
        chosen = torch.from_numpy(order.choice(len(x), BATCH, replace=False)).to(on)
        value, _ = force_field.loss(model, x[chosen], e[chosen], f[chosen])
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
        if step % KEEP == 0 and step < params.steps:
            yield kept(Trained(step, state_of(model, adam), numpy_state(order), tuple(losses)))


def _report(model: LearnedPotential, held: Data, step: int, value: float, diverged: bool = False) -> PotentialTrained:
    x, _, f = held
    each, g = force_field.forces(model.energies, x)
    mae = float((g - f).abs().mean())
    return PotentialTrained(
        step=step,
        loss=value,
        mae=mae if np.isfinite(mae) and mae < LARGEST else LARGEST,
        size=float(f.abs().mean()),
        weights=packed(model),
        parameters=sum(each.numel() for each in model.parameters()),
        positions=cloud(x[0].cpu().numpy()),
        truth=_bounded(f[0]),
        energies=_bounded(each[0]),
        forces=_bounded(g[0]),
        diverged=diverged,
    )


def cloud(x: Floats) -> Float32:
    """Positions as a browser gets them, whatever dynamics that blow up have made: (n, 3)."""
    return np.clip(np.nan_to_num(x), -100, 100).astype(np.float32)


def _bounded(values: torch.Tensor) -> Float32:
    """Within the range of numbers, whatever a training that diverges has made."""
    numbers: Float32 = np.nan_to_num(values.cpu().numpy(), nan=LARGEST).clip(-LARGEST, LARGEST).astype(np.float32)
    return numbers


def packed(model: LearnedPotential) -> Float32:
    """Scale, shift and all weights as float32."""
    flat = parameters_to_vector(model.parameters())
    both = torch.cat([model.scale.reshape(1), model.shift.reshape(1), flat.detach()])
    return both.cpu().numpy().astype(np.float32)
