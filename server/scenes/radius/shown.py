"""What browsers see of the scene `radius`: its state as frames."""

from __future__ import annotations

import numpy as np

from server.protocol.messages import f4, i4
from server.scenes.radius import messages as m
from server.scenes.radius.params import CAP, start_of
from server.scenes.radius.seen import UPRIGHT, curve_of, expected_degree, listed
from server.scenes.radius.state import RadiusState

TRIALS = 20
"""Random rotations that are tried."""


def graph(state: RadiusState) -> m.RadiusGraph:
    """The picture."""
    setting, seen, start = state.setting, state.seen, start_of(state.setting)
    keep = listed(seen)
    edges = seen.graph.edges.numpy()
    degrees = np.bincount(edges[1], minlength=seen.graph.nodes)
    cutoff = setting.cutoff * state.growth
    return m.RadiusGraph(
        version=state.version,
        act=state.act,
        scenery=state.scenery,
        kind=setting.kind,
        k=setting.k,
        cutoff=cutoff,
        dim=setting.dim,
        unit=start.unit,
        capped=setting.capped,
        periodic=setting.periodic,
        seated=setting.seated,
        quaternion=state.quaternion,
        room=start.room,
        box=tuple(start.box.tolist()) if setting.periodic else (),
        positions=f4(seen.positions),
        edges=i4(edges[:, keep]),
        shifts=_shifts(state, keep),
        oneway=seen.oneway[keep].astype(np.uint8),
        component=i4(seen.component),
        degrees=i4(degrees),
        histogram=i4(np.bincount(degrees)),
        components=seen.components,
        isolated=int(np.sum(np.bincount(edges.ravel(), minlength=seen.graph.nodes) == 0)),
        directed=seen.edges,
        unreciprocated=int(seen.oneway.sum()),
        self_images=int(np.sum(edges[0] == edges[1])),
        mean_degree=seen.edges / seen.graph.nodes,
        expected_degree=expected_degree(setting, state.growth),
        beyond_half=setting.periodic and cutoff > float(start.box.min()) / 2,
        elements=start.elements,
    )


def _shifts(state: RadiusState, keep: np.typing.NDArray[np.bool_]) -> np.typing.NDArray[np.float32]:
    shifts = state.seen.graph.shifts
    spatial = np.zeros((0 if shifts is None else int(keep.sum()), 3), dtype=np.float32)
    if shifts is not None:
        spatial[:, : state.setting.dim] = shifts.numpy()[keep]
    return spatial


def names(state: RadiusState) -> m.RadiusNames:
    """Whose point each node is."""
    seats = state.seats if state.setting.seated else ()
    return m.RadiusNames(
        names=tuple(seat.name for seat in seats),
        present=np.array([seat.present for seat in seats], dtype=np.uint8),
    )


def check(state: RadiusState) -> m.RadiusCheck:
    """What the edge set says to a rotation."""
    found, possible = state.trials, not state.setting.periodic
    return m.RadiusCheck(
        version=state.version,
        possible=possible,
        turned=possible and state.quaternion != UPRIGHT,
        difference=found.difference if possible else None,
        edges=state.seen.edges,
        trials=found.done,
        of=TRIALS if possible else 0,
        fewest=found.fewest,
        most=found.most,
        largest=found.largest,
        words=_words(state),
    )


def _words(state: RadiusState) -> str:
    setting, found = state.setting, state.trials
    if setting.periodic:
        return "A periodic box is not rotated: its own axes would have to turn with it."
    if found.difference is None:
        return "Being compared."
    rule = "k nearest neighbors are" if setting.kind == "nearest" else "distances are"
    differs = max(found.difference, found.largest) > 0
    if not differs:
        return f"The same edges however the room is turned: {rule} not changed by a rotation."
    if setting.capped:
        return f"Not the same edges: the cap keeps the first {CAP} it finds, and a rotation changes who is first."
    return "Not the same edges: distances equal to the last digit, and a rotation rounds that digit."


def curve(state: RadiusState) -> m.RadiusCurve:
    """The energy of one pair over its distance."""
    cutoff = state.setting.cutoff
    made = curve_of(cutoff)
    return m.RadiusCurve(
        cutoff=cutoff,
        r=f4(made.r),
        hard=f4(made.hard),
        enveloped=f4(made.enveloped),
        at_cutoff=made.at_cutoff,
        jump_hard=made.jump_hard,
        jump_enveloped=made.jump_enveloped,
    )


def energy(state: RadiusState) -> m.RadiusEnergy:
    """The energy of the picture, now and before."""
    motion, history = state.motion, state.history
    hard = np.array([sample.hard for sample in history], dtype=np.float64)
    enveloped = np.array([sample.enveloped for sample in history], dtype=np.float64)
    return m.RadiusEnergy(
        version=state.version,
        shown=state.params.energy,
        hard=state.seen.hard,
        enveloped=state.seen.enveloped,
        history_hard=hard - hard[:1],
        history_enveloped=enveloped - enveloped[:1],
        changed=i4([sample.changed for sample in history]),
        crossing=motion.nodes if motion and motion.kind == "cross" else (),
    )
