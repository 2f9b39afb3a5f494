"""Scene `potential`: an energy of atoms, its forces, a network that learns both, and molecular dynamics.

    E = sum_i E_i,    F_i = - dE / dx_i

A hand on an atom feels F; a cutoff without an envelope makes E_tot jump; a force that is no gradient makes it drift.
Every number is made by `models/potentials/force_field.py`, `models/potentials/pair.py` and
`models/potentials/dynamics.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
import torch

from models.potentials import force_field
from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.jobs import beside, prepare
from server.room.scene import Context, Formula, Job, Scene, Truth, TruthKind, Wait
from server.scenes.potential import cluster, runs, training
from server.scenes.potential import messages as m
from server.scenes.potential.cluster import Hand
from server.scenes.potential.messages import PotentialParams, Ran, Trained
from server.scenes.potential.shown import SLOTS, measured
from server.scenes.potential.state import ACTS, DIRECT, DRAG, KINDS, TRAIN, PotentialState

KEEPS, JUMPS = "the energy is kept", "the energy jumps"
STEADY = 10.0
"""sigma(E_tot) over that of the smooth potential, up to which an energy counts as kept."""
REMEMBERED = 160
STILL = 2e-4


class PotentialScene(Scene[PotentialParams, PotentialState]):
    """A cluster of atoms, pulled, learned and let run."""

    title = "Interatomic potential"
    summary = "Pull an atom and feel its force; train a network on energies and forces; let both move the atoms."
    params = PotentialParams
    actions = (
        m.PotentialPull,
        m.PotentialGrip,
        m.PotentialRelease,
        m.PotentialSettle,
        m.PotentialTrained,
        m.PotentialMoved,
        m.PotentialSymmetry,
    )
    slots = SLOTS
    formulas: ClassVar[Mapping[str, Formula]] = {
        "energy": Formula(
            r"E = \sum_i \color{#0072B2}{E_i} \qquad \color{#D55E00}{F_i} = -\frac{\partial E}{\partial x_i}",
            "E is the sum over i of E i; F i is minus the derivative of E by x i",
        ),
        "asymmetry": Formula(
            r"\lambda = \frac{\Vert J - J^T \Vert}{2 \Vert J \Vert},\quad J = \frac{\partial F}{\partial x}",
            "lambda is the norm of J minus J transposed, over twice the norm of J, where J is dF by dx",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"conserved": "choice", "forces_sum": "number", "jump": "number"}
    pace = 6.0

    def initial(self, params: PotentialParams, context: Context) -> PotentialState:
        return PotentialState(params, context.sequence, cluster.warm(params))

    def warm(self) -> Iterator[Wait | None]:
        """The cluster at rest, the truths, and e3nn with the first product of a network."""
        yield from super().warm()
        prepare(training.begun, PotentialParams())
        for ending in ("smooth", "hard"):
            yield from runs.kept(PotentialParams(), ending).steps()
        model = force_field.learned("tensor")
        yield None
        x = torch.from_numpy(cluster.rest(PotentialParams()).copy()).float()[None]
        force_field.loss(model, x, x.new_zeros(1), torch.zeros_like(x))
        yield None

    def adjust(self, state: PotentialState, params: PotentialParams, context: Context) -> PotentialState:
        if params == state.params:
            return state
        fresh = replace(self.initial(params, context), position=state.position, hands=state.free)
        of = ("potential", "atoms", "ending", "network", "steps", "rate", "temperature", "seed")
        if all(getattr(params, name) == getattr(state.params, name) for name in of):
            fresh = replace(fresh, trained=state.trained)  # another precision: the same weights
        return _placed(fresh)

    def apply(self, state: PotentialState, action: Action, context: Context) -> PotentialState:
        match action:
            case m.PotentialPull() | m.PotentialGrip():
                return _pulled(state, context.author, action.atom, action.to)
            case m.PotentialRelease():
                return _let_go(replace(state, hands=state.free))
            case m.PotentialSettle():
                return _settled(state)
            case m.PotentialTrained():
                return replace(state, trained=_learned(state.trained, action))
            case m.PotentialMoved():
                return replace(state, ran=_moved(state.ran, action))
            case m.PotentialSymmetry():
                return replace(state, symmetry=(action.gradient, action.direct))
        return super().apply(state, action, context)

    def job(self, state: PotentialState) -> Job | None:
        params, weights = state.params, state.trained.weights
        if state.position <= DRAG:
            rests = state.settled and not state.pulling
            return None if rests else Job(("settle", state.version), lambda body: runs.settling())
        if state.position >= TRAIN and not state.done:
            return Job(("train", state.version), lambda body: beside(training.training, params, body))
        if state.position == TRAIN or state.missing:
            return None
        if state.ran.frame >= m.RUN_FRAMES or state.ran.over:
            return None
        if state.position == DIRECT:
            return Job(("direct", state.version), lambda body: beside(runs.measuring, params, weights, body))
        kind = KINDS[state.position]
        return Job((kind, state.version), lambda body: beside(runs.running, params, kind, weights, body))

    def positions(self, state: PotentialState) -> tuple[int, int]:
        return state.position, len(ACTS)

    def label(self, state: PotentialState) -> str:
        return ACTS[state.position]

    def move(self, state: PotentialState, to: int, context: Context) -> PotentialState:
        if to == state.position:
            return state
        return _placed(replace(state, position=to, hands=state.free, history=(), ran=Ran(), symmetry=None))

    def prepare(self, state: PotentialState, truth: str) -> Iterator[Wait | None]:
        """Runs of the true potential with both endings."""
        if truth in ("conserved", "jump"):
            for ending in {"smooth": None, "hard" if truth == "jump" else state.params.ending: None}:
                yield from runs.kept(state.params, ending).steps()

    def truth(self, state: PotentialState, name: str) -> Truth:
        """`conserved`: KEEPS or JUMPS at this cutoff; `forces_sum`: |sum F| / sum |F|; `jump`: hard over smooth."""
        match name:
            case "conserved":
                return (
                    KEEPS
                    if runs.kept(state.params, state.params.ending).result
                    <= STEADY * runs.kept(state.params, "smooth").result
                    else JUMPS
                )
            case "forces_sum":
                return measured(state)[2]
            case "jump":
                return runs.kept(state.params, "hard").result / runs.kept(state.params, "smooth").result
        return super().truth(state, name)


def _placed(state: PotentialState) -> PotentialState:
    """The cluster as this position begins: warm where E and F are shown, else at rest."""
    at = cluster.warm(state.params) if state.position < DRAG else cluster.rest(state.params)
    return replace(state, at=at, settled=True)


def _pulled(state: PotentialState, who: str, atom: int, to: tuple[float, float, float] | None) -> PotentialState:
    if state.position > DRAG:
        raise Refused("refused", "expected one of the first three positions, where atoms may be pulled")
    if atom >= state.params.atoms:
        raise Refused("invalid", f"expected an atom from 0 to {state.params.atoms - 1}, got {atom}")
    hand = None if to is None else Hand(atom, to, state.moment + cluster.HOLDS)
    after = replace(state, hands={**state.hands, who: hand}, settled=False)
    return after if after.pulling else _let_go(after)


def _let_go(state: PotentialState) -> PotentialState:
    """No hand pulls any more: where the class feels forces the cluster slides back, else it stands as before."""
    return replace(state, settled=False) if state.position == DRAG else _placed(replace(state, history=()))


def _settled(state: PotentialState) -> PotentialState:
    """A moment later: hands that were not heard of let go, and the cluster gives way to the others."""
    moment = state.moment + 1
    held = {who: hand if hand is not None and hand.until >= moment else None for who, hand in state.hands.items()}
    if held == state.hands:
        state = replace(state, moment=moment)
    else:
        state = replace(state, moment=moment, hands=held, settled=False)
        if not state.pulling:
            state = _let_go(state)
    if state.settled:
        return state
    at = cluster.given_way(state.params, state.at, state.pulling)
    still = float(np.abs(at - state.at).max()) < STILL
    if still and not state.pulling:
        at = cluster.rest(state.params)  # also an atom that was torn off, which nothing brings back
    total = float(cluster.true_force(state.params)(at)[0].sum() - cluster.rest_energy(state.params))
    return replace(state, at=at, settled=still, history=(*state.history, total)[-REMEMBERED:])


def _learned(before: Trained, now: m.PotentialTrained) -> Trained:
    """The curves with one point more; a training that began again begins them again."""
    upto = sum(1 for step in before.at if step < now.step)
    return Trained(
        step=now.step,
        at=(*before.at[:upto], now.step),
        losses=(*before.losses[:upto], now.loss),
        maes=(*before.maes[:upto], now.mae),
        size=now.size,
        weights=now.weights.tobytes(),
        parameters=now.parameters,
        diverged=now.diverged,
        example=(now.positions.tobytes(), now.truth.tobytes(), now.energies.tobytes(), now.forces.tobytes()),
    )


def _moved(before: Ran, now: m.PotentialMoved) -> Ran:
    upto = now.frame if before.kind == now.kind else 0
    return Ran(
        kind=now.kind,
        frame=now.frame,
        times=(*before.times[:upto], now.time),
        first=(*before.first[:upto], now.totals[0]),
        second=(*before.second[:upto], now.totals[1]),
        heats=(*before.heats[:upto], now.temperatures),
        here=now.first.tobytes(),
        there=now.second.tobytes(),
        over=now.over,
    )


SCENE = PotentialScene()
