"""Depth: how far a node hears after k rounds, and what many rounds make of the features.

    H^(k+1) = S H^(k),  S = D~^-1/2 A~ D~^-1/2        or  P = D~^-1 A~,  or Algorithm 4 with random weights
    d h_u^(k) / d h_v^(0) = 0                          exactly, for every v more than k hops from u

Truths: "rank" (number), the effective rank after 64 rounds; "reach" (number), how many nodes the chosen node hears
after `asked` rounds, itself included; "energy" (choice), the plain Dirichlet energy under S: "falls to 0" or
"stalls above 0".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import torch
from msgspec import Meta

from models.experiments.smoothing import (
    deep,
    dirichlet_energy,
    effective_rank,
    hops,
    limit,
    linear_influence,
    smoothed,
    traced_influence,
)
from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.message_passing import Trace, random_update
from server.protocol.faults import Refused
from server.protocol.messages import ALL, Action, Float32, Float64, Frame, Int32, f4, i4, tensor
from server.room.scene import Context, Formula, Params, Scene, Slot, Truth, TruthKind

WIDTH = 16
ROUNDS = 64
PLACES = (0, 1, 2, 3, 4, 8, 16, 32, ROUNDS)
"""The rounds that PageDown walks through; the slider reaches the others."""
NODES = 16
FALLS, STALLS = "falls to 0", "stalls above 0"
VANISHED = 1e-12
"""Of the first energy: what is left below it is rounding."""
ALGORITHM = {"propagation": ["algorithm 4"]}


class DepthParams(Params, frozen=True, kw_only=True):
    """Which graph is smoothed, and by what."""

    graph: Annotated[
        Literal["karate", "barbell", "path", "ring"],
        Meta(title="Graph", description="Karate has 34 nodes, the others 16."),
    ] = "karate"
    propagation: Annotated[
        Literal["S", "P", "algorithm 4"],
        Meta(title="Round", description="S is GCN's symmetric matrix, P the mean with itself; both without weights."),
    ] = "S"
    aggregation: Annotated[
        Literal["sum", "mean"],
        Meta(title="Aggregation", description="Of the messages.", extra_json_schema={"when": ALGORITHM}),
    ] = "sum"
    activation: Annotated[
        Literal["relu", "tanh"],
        Meta(title="Activation", description="After each update.", extra_json_schema={"when": ALGORITHM}),
    ] = "relu"
    asked: Annotated[
        int, Meta(ge=0, le=ROUNDS, title="Asked round", description="Rounds of the question how many nodes are heard.")
    ] = 2
    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of features and weights.")] = 0


class Go(Action, frozen=True, kw_only=True, tag="depth.go"):
    """Show the features after so many rounds."""

    collapse: ClassVar[bool] = True
    round: Annotated[int, Meta(ge=0, le=ROUNDS)]


class Choose(Action, frozen=True, kw_only=True, tag="depth.choose"):
    """Whose receptive field the stage shows; phones choose their own without asking."""

    node: Annotated[int, Meta(ge=0, le=999)]


class Drawing(Frame, frozen=True, kw_only=True, tag="depth.graph"):
    """The graph; `hops[u, v]` edges lead from v to u at least, -1 where no way does."""

    name: str
    positions: Annotated[Float32, tensor("f4", "n", "2")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    hops: Annotated[Int32, tensor("i4", "n", "n")]


class Course(Frame, frozen=True, kw_only=True, tag="depth.course"):
    """All rounds; `colours` is one feature over its largest size in that round, which is `largest`.

    It is the feature that is largest in the end: one that died would leave nothing to see.
    """

    propagation: str
    aggregation: str
    activation: str
    feature: int
    """Which of the 16 it is, from 0."""
    colours: Annotated[Float32, tensor("f4", "rounds", "n")]
    largest: Annotated[Float64, tensor("f8", "rounds")]
    size: Annotated[Float64, tensor("f8", "rounds")]
    plain: Annotated[Float64, tensor("f8", "rounds")]
    normalised: Annotated[Float64, tensor("f8", "rounds")]
    rank: Annotated[Float64, tensor("f8", "rounds")]


class Cursor(Frame, frozen=True, kw_only=True, tag="depth.cursor"):
    """The round, the furthest one the class has seen, and the chosen node's influences, absolute.

    beyond is the largest influence of a node more than `round` hops away, null where there is none.
    """

    round: int
    furthest: int
    node: int
    influence: Annotated[Float64, tensor("f8", "n")]
    zeros: int
    outside: int
    beyond: float | None


@dataclass(frozen=True, slots=True)
class State:
    """A round and a node of one course."""

    params: DepthParams
    node: int
    round: int = 0
    furthest: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """The features of all rounds, (65, n, 16) float64, and what is measured of them."""

    graph: Graph
    hops: torch.Tensor
    features: torch.Tensor
    traced: Trace | None
    course: Course


@lru_cache(maxsize=16)
def _graph(name: str) -> tuple[Graph, torch.Tensor]:
    graph = named_graph(name, NODES)
    return graph, hops(graph)


@lru_cache(maxsize=32)
def _run(graph_name: str, propagation: str, aggregation: str, activation: str, seed: int) -> Run:
    graph, distance = _graph(graph_name)
    features = _input(graph, seed)
    traced = None
    if propagation == "algorithm 4":
        update = random_update(WIDTH, seed, aggregation, activation, torch.float64)  # type: ignore[arg-type]  # of params
        traced = deep(graph, features, update, ROUNDS)
        history = traced.features
    else:
        history = smoothed(graph, features, "S" if propagation == "S" else "P", ROUNDS)
    feature = int(history[-1].abs().amax(dim=0).argmax())
    shown = history[:, :, feature]
    largest = shown.abs().amax(dim=1)
    colours = shown / largest.clamp(min=torch.finfo(torch.float64).tiny)[:, None]
    course = Course(
        propagation=propagation,
        aggregation=aggregation,
        activation=activation,
        feature=feature,
        colours=f4(colours),
        largest=largest.numpy(),
        size=history.abs().amax(dim=(1, 2)).numpy(),
        plain=dirichlet_energy(graph, history).numpy(),
        normalised=dirichlet_energy(graph, history, normalized=True).numpy(),
        rank=effective_rank(history).numpy(),
    )
    return Run(graph, distance, history, traced, course)


def _input(graph: Graph, seed: int) -> torch.Tensor:
    return torch.randn(graph.nodes, WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def run_of(params: DepthParams) -> Run:
    """The course that the parameters name; `asked` changes nothing of it, nor do Algorithm 4's settings elsewhere."""
    if params.propagation != "algorithm 4":
        return _run(params.graph, params.propagation, "", "", params.seed)
    return _run(params.graph, params.propagation, params.aggregation, params.activation, params.seed)


def influence_of(params: DepthParams, count: int, node: int) -> torch.Tensor:
    """|| d h_u^(R) / d h_v^(0) || of R = count rounds for u = node and every v: (n,) float64."""
    run = run_of(params)
    if run.traced is not None:
        return traced_influence(run.graph, run.traced, count, node)
    return linear_influence(run.graph, "S" if params.propagation == "S" else "P", count, node, WIDTH)


def _at(state: State, to: int) -> State:
    return replace(state, round=to, furthest=max(state.furthest, to))


def _drawing(state: State) -> Drawing:
    run = run_of(state.params)
    assert run.graph.positions is not None
    return Drawing(
        name=state.params.graph,
        positions=f4(run.graph.positions),
        edges=i4(run.graph.edges),
        hops=i4(run.hops),
    )


def _course(state: State) -> Course:
    return run_of(state.params).course


def _cursor(state: State) -> Cursor:
    run = run_of(state.params)
    influence = influence_of(state.params, state.round, state.node)
    distance = run.hops[state.node]
    outside = (distance > state.round) | (distance < 0)
    count = int(outside.sum())
    return Cursor(
        round=state.round,
        furthest=state.furthest,
        node=state.node,
        influence=influence.numpy(),
        zeros=int((influence == 0).sum()),
        outside=count,
        beyond=float(influence[outside].max()) if count else None,
    )


class Depth(Scene[DepthParams, State]):
    """More rounds: a node hears further, and in the end every node says the same."""

    title = "How deep can it go?"
    summary = "Tap a node to see whom it hears after k rounds, and watch what many rounds make of the features."
    params = DepthParams
    actions = (Go, Choose)
    slots = (
        Slot(_drawing, ALL, of=lambda state: state.params.graph),
        Slot(_course, ALL, of=lambda state: run_of(state.params)),
        Slot(_cursor, ALL, of=lambda state: state),
    )
    pace = 1.6
    formulas: ClassVar[Mapping[str, Formula]] = {
        "S": Formula(
            r"H^{(k+1)} = S\,H^{(k)},\quad S = \tilde{D}^{-1/2} \tilde{A} \tilde{D}^{-1/2}",
            "H k plus one is S times H k, S is D tilde to the minus one half, A tilde, D tilde to the minus one half",
        ),
        "P": Formula(
            r"H^{(k+1)} = P\,H^{(k)},\quad P = \tilde{D}^{-1} \tilde{A}",
            "H k plus one is P times H k, P is the inverse of D tilde times A tilde",
        ),
        "algorithm 4": Formula(
            r"H^{(k+1)} = \sigma(H W_{\mathrm{self}}^T + A H W_{\mathrm{neigh}}^T + b)",
            "H k plus one is sigma of H times W self plus A times H times W neigh plus b",
        ),
        "algorithm 4, mean": Formula(
            r"H^{(k+1)} = \sigma(H W_{\mathrm{self}}^T + D^{-1} A H W_{\mathrm{neigh}}^T + b)",
            "H k plus one is sigma of H times W self plus the inverse of D times A times H times W neigh plus b",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"rank": "number", "reach": "number", "energy": "choice"}

    def initial(self, params: DepthParams, context: Context) -> State:
        """Before the first round, at a node from which the furthest is furthest."""
        _, distance = _graph(params.graph)
        return State(params, int(distance.amax(dim=1).argmax()))

    def adjust(self, state: State, params: DepthParams, context: Context) -> State:
        """Another course at the same round; another graph has other nodes."""
        if params.graph == state.params.graph:
            return replace(state, params=params)
        return replace(self.initial(params, context), round=state.round, furthest=state.furthest)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """Another round, or another node."""
        match action:
            case Go(round=to):
                return _at(state, to)
            case Choose(node=node):
                nodes = _graph(state.params.graph)[0].nodes
                if node >= nodes:
                    raise Refused("invalid", f"expected a node from 0 to {nodes - 1}, got {node}")
                return replace(state, node=node)
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """The last of the places that the round has reached."""
        return max(k for k, place in enumerate(PLACES) if place <= state.round), len(PLACES)

    def label(self, state: State) -> str:
        """The round in words."""
        return "the input, before any round" if state.round == 0 else f"after round {state.round} of {ROUNDS}"

    def move(self, state: State, to: int, context: Context) -> State:
        """The round of that place."""
        return _at(state, PLACES[to])

    def truth(self, state: State, name: str) -> Truth:
        """The answers, whatever round is shown."""
        run = run_of(state.params)
        match name:
            case "rank":
                return float(run.course.rank[ROUNDS])
            case "reach":
                return float((influence_of(state.params, state.params.asked, state.node) > 0).sum())
            case "energy":
                features = _input(run.graph, state.params.seed)
                left = dirichlet_energy(run.graph, limit(run.graph, features, "S"))
                return STALLS if left > VANISHED * dirichlet_energy(run.graph, features) else FALLS
        return super().truth(state, name)


SCENE = Depth()
