"""The cluster of the scene `potential`: its true potential, its state at rest, and what hands do to it.

    E(x) + sum over hands of a spring k |x_a - to|^2 / 2, its force at most LIMIT

The hands move the atoms through thick honey: a hand bends the cluster, several at one atom tear it off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.potentials import dynamics
from models.potentials.angles import stillinger_weber
from models.potentials.dynamics import Force
from models.potentials.pair import Ending, Floats, PairPotential, ball
from server.protocol.messages import Float64
from server.scenes.potential.messages import PotentialParams

SPRING = 8.0
LIMIT = 4.0
"""The force of one hand: it bends the cluster and tears no atom off."""
TOGETHER = 20.0
"""The force of all hands on one atom."""
WARMTH = 0.04
"""Standard deviation of the displacements that the scene opens with."""
BOND = 1.35


HOLDS = 100
"""Moments after which a hand that was not heard of again has let go: its phone may be asleep or gone."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One seat's pull: which atom, where to, and until which moment."""

    atom: int
    to: tuple[float, float, float]
    until: int = HOLDS


def true_force(params: PotentialParams, ending: Ending | None = None) -> Force:
    """The true potential of these parameters; its ending may be another."""
    if params.potential == "sw":
        return stillinger_weber
    return PairPotential(params.potential, ending or params.ending)


def rest(params: PotentialParams) -> Float64:
    """The cluster after it slid downhill on its smooth potential: (n, 3)."""
    return _rest(params.potential, params.atoms)


@lru_cache(maxsize=32)
def _rest(potential: str, atoms: int) -> Float64:
    params = PotentialParams(potential=potential, atoms=atoms)  # type: ignore[arg-type]  # one of the names
    steps = 60 if potential == "sw" else 400
    slid = dynamics.relaxed(true_force(params, "smooth"), ball(atoms), steps=steps)
    x: Float64 = (slid - slid.mean(axis=0)).astype(np.float64)
    x.setflags(write=False)
    return x


def rest_energy(params: PotentialParams) -> float:
    """E of the cluster at rest, by the true potential as it is chosen."""
    return float(true_force(params)(rest(params))[0].sum())


def warm(params: PotentialParams) -> Float64:
    """The cluster at rest, each atom a little displaced: (n, 3)."""
    x = rest(params)
    moved: Float64 = x + WARMTH * np.random.default_rng(params.seed).standard_normal(x.shape)
    return moved


def pull_of(hands: Iterable[Hand]) -> Callable[[Floats], Floats]:
    """The force of all hands on each atom, at most LIMIT of one hand, TOGETHER on one atom: (n, 3) -> (n, 3)."""
    listed = tuple(hands)
    atoms = np.array([hand.atom for hand in listed], dtype=np.intp)
    places = np.array([hand.to for hand in listed]).reshape(-1, 3)

    def pull(x: Floats) -> Floats:
        f = np.zeros_like(x)
        np.add.at(f, atoms, _limited(SPRING * (places - x[atoms]), LIMIT))
        return _limited(f, TOGETHER)

    return pull


def _limited(f: Floats, most: float) -> Floats:
    """Vectors no longer than this: (n, 3) -> (n, 3)."""
    sizes = np.linalg.norm(f, axis=1, keepdims=True)
    shorter: Floats = f * np.minimum(1.0, most / np.maximum(sizes, 1e-12))
    return shorter


def given_way(params: PotentialParams, x: Float64, hands: Iterable[Hand]) -> Float64:
    """The atoms a little later: downhill on E and the springs, the cluster held at its centre."""
    pull = pull_of(hands)
    steps = 6 if params.potential == "sw" else 60

    def held(at: Floats) -> Floats:
        f = pull(at)
        centred: Floats = f - f.mean(axis=0)
        return centred

    return dynamics.relaxed(true_force(params), x, held, steps).astype(np.float64)


def bonds(x: Floats) -> list[tuple[int, int]]:
    """Pairs nearer than BOND."""
    near = np.linalg.norm(x[:, None] - x, axis=-1) < BOND
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True)]
