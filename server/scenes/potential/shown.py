"""The frames of `potential`, and the slots that they fill."""

from __future__ import annotations

import numpy as np
import torch

from models.potentials import dynamics, force_field
from models.potentials.pair import Floats
from server.protocol.messages import ALL, TEACHER, Float32, Int32, f4, i4
from server.room.slots import Declared, PerSeat, Slot
from server.scenes.potential import cluster
from server.scenes.potential import messages as m
from server.scenes.potential.state import CUTOFF, DIRECT, DRAG, KINDS, PotentialState


def measured(state: PotentialState) -> tuple[Floats, Floats, float, float]:
    """E_i, F, and what forces and torques sum to, in the chosen precision."""
    x = state.at.astype(state.params.dtype)
    energies, f = cluster.true_force(state.params)(x)
    forces, at = torch.from_numpy(f), torch.from_numpy(x)
    return energies, f, force_field.net_force(forces), force_field.net_torque(at, forces)


def _cluster(state: PotentialState) -> m.PotentialCluster:
    params = state.params
    energies, f, net, torque = measured(state)
    return m.PotentialCluster(
        version=state.version,
        position=state.position,
        name=m.TRUE_NAMES[params.potential],
        ending="smooth" if params.potential == "sw" else params.ending,
        dtype=params.dtype,
        open=state.position <= DRAG,
        positions=f4(state.at),
        energies=f4(energies),
        forces=f4(f),
        pulls=f4(cluster.pull_of(state.pulling)(state.at)),
        bonds=_bonds(state.at),
        hands=len(state.pulling),
        total=float(energies.sum()),
        rest=cluster.rest_energy(params),
        largest=float(np.linalg.norm(f, axis=1).max()),
        net=net,
        torque=torque,
        history=np.array(state.history, dtype=np.float64),
    )


def _bonds(at: Floats) -> Int32:
    return i4(cluster.bonds(at)).reshape(-1, 2)


def _training(state: PotentialState) -> m.PotentialTraining:
    trained = state.trained
    at, truth, energies, forces = trained.example
    true = _shown(truth)
    return m.PotentialTraining(
        version=state.version,
        network=m.NETWORK_NAMES[state.params.network],
        parameters=trained.parameters,
        step=trained.step,
        of=state.params.steps,
        at=i4(trained.at),
        losses=f4(trained.losses),
        maes=f4(trained.maes),
        size=trained.size,
        positions=_shown(at),
        bonds=_bonds(_shown(at)),
        truth=true,
        energies=np.frombuffer(energies, dtype="<f4"),
        forces=_shown(forces),
        largest=float(np.linalg.norm(true, axis=1).max(initial=0.0)),
        diverged=trained.diverged,
    )


def _names(state: PotentialState) -> tuple[str, str]:
    if state.position == CUTOFF:
        return "hard truncation", "smooth envelope"
    if state.position == DIRECT:
        return "force read off", "minus the slope"
    return f"true: {m.TRUE_NAMES[state.params.potential]}", "learned"


def _run(state: PotentialState) -> m.PotentialRun:
    ran = state.ran
    first, second = (np.array(each, dtype=np.float64) for each in (ran.first, ran.second))
    heats = f4(ran.heats).reshape(-1, 2)
    spreads = (dynamics.spread(first), dynamics.spread(second)) if len(first) else (0.0, 0.0)
    gradient, direct = state.symmetry or (None, None)
    return m.PotentialRun(
        version=state.version,
        kind=KINDS.get(state.position, "cutoff"),
        names=_names(state),
        frame=ran.frame,
        of=m.RUN_FRAMES,
        times=f4(ran.times),
        first=f4(first - first[:1]),
        second=f4(second - second[:1]),
        first_heat=heats[:, 0],
        second_heat=heats[:, 1],
        spreads=spreads,
        ratio=spreads[0] / spreads[1] if spreads[1] > 0 else None,
        here=_shown(ran.here),
        there=_shown(ran.there),
        gradient=gradient,
        direct=direct,
        over=ran.over,
        missing=state.missing,
    )


def _shown(cloud: bytes) -> Float32:
    return np.frombuffer(cloud, dtype="<f4").reshape(-1, 3)


def _xyz(state: PotentialState) -> m.PotentialXyz:
    """The positions shown, with the energies and forces of the true potential there."""
    at = _shown(state.ran.there).astype(np.float64) if state.ran.there else state.at
    energies, f = cluster.true_force(state.params)(at)
    return m.PotentialXyz(text=dynamics.extended_xyz(at, energies, f))


def _atoms(state: PotentialState) -> dict[str, int | None]:
    """Of each seat that ever pulled, the atom that it holds."""
    return {who: None if hand is None else hand.atom for who, hand in state.hands.items()}


def _mine(_state: PotentialState, atom: int | None) -> m.PotentialMine:
    return m.PotentialMine(atom=atom, limit=cluster.LIMIT)


def _placed(state: PotentialState) -> tuple[object, ...]:
    return state.params, state.version, state.position, state.at, state.hands, state.history


SLOTS: tuple[Declared[PotentialState], ...] = (
    Slot(_cluster, ALL, of=_placed),
    Slot(_training, ALL, of=lambda state: (state.params, state.version, state.trained)),
    Slot(
        _run,
        ALL,
        of=lambda state: (state.params, state.version, state.position, state.ran, state.symmetry, state.trained),
    ),
    Slot(_xyz, TEACHER, of=lambda state: (state.params, state.at, state.ran)),
    PerSeat.each(_mine, _atoms),
)
