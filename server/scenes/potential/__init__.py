"""Scene `potential`: an energy of atoms, its forces, a network that learns both, and molecular dynamics.

    E = sum_i E_i,    F_i = - dE / dx_i

A hand on an atom feels F; a cutoff without an envelope makes E_tot jump; a force that is no gradient makes it drift.
Every number is made by `models/potentials.py`, `models/pair_potentials.py` and `models/dynamics.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import torch

from models import dynamics, potentials
from models.pair_potentials import Floats
from server.faults import Refused
from server.protocol import ALL, TEACHER, Action, Float32, Float64, Int32, Out, seat
from server.scene import Context, Formula, Job, Scene, Truth, TruthKind
from server.scenes.potential import cluster, runs
from server.scenes.potential import messages as m
from server.scenes.potential.cluster import Hand
from server.scenes.potential.messages import PotentialParams, Ran, Trained

ENERGY, FORCES, DRAG, CUTOFF, TRAIN, DYNAMICS, DIRECT = range(7)
ACTS = (
    "the cluster and its energy",
    "forces: minus the slope",
    "drag: the cluster gives way",
    "the cutoff: smooth and hard",
    "train a network",
    "dynamics: true and learned",
    "a force that is no gradient",
)
KINDS: Mapping[int, m.Kind] = {CUTOFF: "cutoff", DYNAMICS: "learned", DIRECT: "direct"}
KEEPS, JUMPS = "the energy is kept", "the energy jumps"
STEADY = 10.0
"""sigma(E_tot) over that of the smooth potential, up to which an energy counts as kept."""
REMEMBERED = 160
STILL = 2e-4
DIVERGED = "The training diverged: there is no network to run. Take a smaller learning rate."
NO_VECTORS = "A network of distances has no vector output: its only force is the gradient."


@dataclass(frozen=True, slots=True)
class PotentialState:
    """The cluster and the hands on it, what was trained, what runs."""

    params: PotentialParams
    version: int
    at: Float64
    position: int = ENERGY
    hands: Mapping[str, Hand | None] = field(default_factory=dict)
    """By seat; None: it let go."""
    moment: int = 0
    """How often the cluster gave way to the hands."""
    settled: bool = True
    history: tuple[float, ...] = ()
    trained: Trained = field(default_factory=Trained)
    ran: Ran = field(default_factory=Ran)
    symmetry: tuple[float, float] | None = None

    @property
    def pulling(self) -> tuple[Hand, ...]:
        """The hands that hold an atom."""
        return tuple(hand for hand in self.hands.values() if hand is not None)

    @property
    def free(self) -> dict[str, Hand | None]:
        """The same seats, all hands open."""
        return dict.fromkeys(self.hands)

    @property
    def done(self) -> bool:
        """Whether the training is over."""
        return self.trained.step >= self.params.steps or self.trained.diverged

    @property
    def missing(self) -> str:
        """Why this position has nothing to run, in words."""
        if self.position not in (DYNAMICS, DIRECT):
            return ""
        if self.position == DIRECT and self.params.network == "invariant":
            return NO_VECTORS
        if self.trained.diverged:
            return DIVERGED
        return "" if self.done else "The network is still being trained."


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
    frames_sent = (m.PotentialCluster, m.PotentialTraining, m.PotentialRun, m.PotentialMine, m.PotentialXyz)
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

    def warm(self) -> Iterator[None]:
        """The cluster at rest, the truths, and e3nn with the first product of a network."""
        yield from super().warm()
        for ending in ("smooth", "hard"):
            runs.kept(PotentialParams(), ending)
            yield
        model = potentials.learned("tensor")
        yield
        x = torch.from_numpy(cluster.rest(PotentialParams()).copy()).float()[None]
        potentials.loss(model, x, x.new_zeros(1), torch.zeros_like(x))
        yield

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
            return None if rests else Job(("settle", state.version), runs.settling)
        if state.position >= TRAIN and not state.done:
            return Job(("train", state.version), lambda: runs.training(params))
        if state.position == TRAIN or state.missing:
            return None
        if state.ran.frame >= m.RUN_FRAMES or state.ran.over:
            return None
        if state.position == DIRECT:
            return Job(("direct", state.version), lambda: runs.measuring(params, weights))
        kind = KINDS[state.position]
        return Job((kind, state.version), lambda: runs.running(params, kind, weights))

    def positions(self, state: PotentialState) -> tuple[int, int]:
        return state.position, len(ACTS)

    def label(self, state: PotentialState) -> str:
        return ACTS[state.position]

    def move(self, state: PotentialState, to: int, context: Context) -> PotentialState:
        if to == state.position:
            return state
        return _placed(replace(state, position=to, hands=state.free, history=(), ran=Ran(), symmetry=None))

    def truth(self, state: PotentialState, name: str) -> Truth:
        """`conserved`: KEEPS or JUMPS at this cutoff; `forces_sum`: |sum F| / sum |F|; `jump`: hard over smooth."""
        match name:
            case "conserved":
                return (
                    KEEPS
                    if runs.kept(state.params, state.params.ending) <= STEADY * runs.kept(state.params, "smooth")
                    else JUMPS
                )
            case "forces_sum":
                return _measured(state)[2]
            case "jump":
                return runs.kept(state.params, "hard") / runs.kept(state.params, "smooth")
        return super().truth(state, name)

    def frames(self, old: PotentialState | None, new: PotentialState) -> Iterable[Out]:
        def changed(*names: str) -> bool:
            return old is None or any(getattr(old, name) is not getattr(new, name) for name in ("params", *names))

        moved = changed("at", "hands") or old is None or old.position != new.position
        if moved:
            yield Out(_cluster(new), ALL)
        if changed("trained"):
            yield Out(_training(new), ALL)
        if changed("ran", "symmetry", "trained") or old is None or old.position != new.position:
            yield Out(_run(new), ALL)
        if moved or changed("ran"):
            yield Out(_xyz(new), TEACHER)
        for who, hand in new.hands.items():
            atom = _atom(hand)
            if old is None or who not in old.hands or _atom(old.hands[who]) != atom:
                yield Out(m.PotentialMine(atom=atom, limit=cluster.LIMIT), seat(who))


def _atom(hand: Hand | None) -> int | None:
    return None if hand is None else hand.atom


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
    total = float(cluster.true_force(state.params)(at)[0].sum() - _rest_energy(state.params))
    return replace(state, at=at, settled=still, history=(*state.history, total)[-REMEMBERED:])


def _rest_energy(params: PotentialParams) -> float:
    return float(cluster.true_force(params)(cluster.rest(params))[0].sum())


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


def _measured(state: PotentialState) -> tuple[Floats, Floats, float, float]:
    """E_i, F, and what forces and torques sum to, in the chosen precision."""
    x = state.at.astype(state.params.dtype)
    energies, f = cluster.true_force(state.params)(x)
    forces, at = torch.from_numpy(f), torch.from_numpy(x)
    return energies, f, potentials.net_force(forces), potentials.net_torque(at, forces)


def _cluster(state: PotentialState) -> m.PotentialCluster:
    params = state.params
    energies, f, net, torque = _measured(state)
    return m.PotentialCluster(
        version=state.version,
        position=state.position,
        name=m.TRUE_NAMES[params.potential],
        ending="smooth" if params.potential == "sw" else params.ending,
        dtype=params.dtype,
        open=state.position <= DRAG,
        positions=state.at.astype(np.float32),
        energies=energies.astype(np.float32),
        forces=f.astype(np.float32),
        pulls=cluster.pull_of(state.pulling)(state.at).astype(np.float32),
        bonds=_bonds(state.at),
        hands=len(state.pulling),
        total=float(energies.sum()),
        rest=_rest_energy(params),
        largest=float(np.linalg.norm(f, axis=1).max()),
        net=net,
        torque=torque,
        history=np.array(state.history, dtype=np.float64),
    )


def _bonds(at: Floats) -> Int32:
    return np.array(cluster.bonds(at), dtype=np.int32).reshape(-1, 2)


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
        at=np.array(trained.at, dtype=np.int32),
        losses=np.array(trained.losses, dtype=np.float32),
        maes=np.array(trained.maes, dtype=np.float32),
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
    heats = np.array(ran.heats, dtype=np.float32).reshape(-1, 2)
    spreads = (dynamics.spread(first), dynamics.spread(second)) if len(first) else (0.0, 0.0)
    gradient, direct = state.symmetry or (None, None)
    return m.PotentialRun(
        version=state.version,
        kind=KINDS.get(state.position, "cutoff"),
        names=_names(state),
        frame=ran.frame,
        of=m.RUN_FRAMES,
        times=np.array(ran.times, dtype=np.float32),
        first=(first - first[:1]).astype(np.float32),
        second=(second - second[:1]).astype(np.float32),
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


SCENE = PotentialScene()
