"""Permute: the same graph under other node ids; what of a network notices?

layer    F(P X, P A P^T) = P F(X, A)      equivariant
readout  f(P X, P A P^T) = f(X, A)        invariant, if it does not ask which node comes first
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import msgspec
import numpy as np
import torch
from msgspec import Meta

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.message_passing import propagate, random_update
from models.networks.readout import INVARIANT, READOUTS
from models.symmetry.equivariance import relative_error, zone
from server.protocol.faults import Refused
from server.protocol.messages import ALL, EVERYONE, Action, Float32, Frame, Int32, Role, UInt8, f4, i4, tensor
from server.room.scene import Context, Formula, Params, Scene, Slot, Truth, TruthKind

SAME, OTHER = "stays the same", "changes"
"""Answers to what new ids do to a readout."""
WIDTH = 2
ROUNDS = 2


class PermuteParams(Params, frozen=True, kw_only=True):
    """Which graph is renumbered."""

    graph: Annotated[
        Literal["path", "ring", "star", "barbell", "decalin", "karate"],
        Meta(title="Graph", description="What is renumbered."),
    ] = "decalin"
    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of weights and features.")] = 0


class Shuffle(Action, frozen=True, kw_only=True, tag="permute.shuffle"):
    """Deal every node a new id."""


class Swap(Action, frozen=True, kw_only=True, tag="permute.swap"):
    """Two nodes, named by their present ids, exchange them."""

    who: ClassVar[frozenset[Role]] = frozenset(EVERYONE - {"stage"})
    a: Annotated[int, Meta(ge=0, le=999)]
    b: Annotated[int, Meta(ge=0, le=999)]


class Picture(Frame, frozen=True, kw_only=True, tag="permute.picture"):
    """The drawing, which stays, and the rows of the matrices, which move; node i of the drawing has id `ids[i]`."""

    version: int
    positions: Annotated[Float32, tensor("f4", "n", "2")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    ids: Annotated[Int32, tensor("i4", "n")]
    adjacency: Annotated[UInt8, tensor("u1", "n", "n")]
    features: Annotated[Float32, tensor("f4", "n", "d")]
    output: Annotated[Float32, tensor("f4", "n", "d")]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One function of the graph: its value under the first and the present ids, and how far they differ."""

    name: str
    kind: Literal["equivariant", "invariant", "neither"]
    before: tuple[float, ...]
    after: tuple[float, ...]
    error: float
    zone: str


class Verdict(Frame, frozen=True, kw_only=True, tag="permute.verdict"):
    """What noticed the new ids; errors relative, float32."""

    version: int
    shuffles: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class State:
    """The order: row r of the matrices shows node `order[r]` of the drawing."""

    params: PermuteParams
    order: tuple[int, ...]
    version: int = 0
    shuffles: int = 0


@lru_cache(maxsize=32)
def _original(params: PermuteParams) -> tuple[Graph, torch.Tensor]:
    graph = named_graph(params.graph, 8, params.seed)
    generator = torch.Generator().manual_seed(params.seed)
    return graph, torch.randn(graph.nodes, WIDTH, generator=generator)


@lru_cache(maxsize=256)
def _outputs(params: PermuteParams, order: tuple[int, ...]) -> torch.Tensor:
    """F(P X, P A P^T), rows in the present order. (n, d)"""
    graph, features = _original(params)
    index = torch.tensor(order)
    update = random_update(WIDTH, params.seed, activation="tanh")
    return propagate(graph.permuted(index), features[index], update, ROUNDS)


def _rows(state: State) -> Iterable[Row]:
    first = _outputs(state.params, tuple(range(len(state.order))))
    now = _outputs(state.params, state.order)
    expected = first[torch.tensor(state.order)]  # P F(X, A)
    yield _row("layer F", "equivariant", expected, now)
    for name, readout in READOUTS.items():
        yield _row(name, "invariant" if name in INVARIANT else "neither", readout(first), readout(now))


def _row(
    name: str, kind: Literal["equivariant", "invariant", "neither"], expected: torch.Tensor, got: torch.Tensor
) -> Row:
    error = float(relative_error(got, expected))
    values = expected.ndim == 1
    return Row(
        name=name,
        kind=kind,
        before=tuple(expected.tolist()) if values else (),
        after=tuple(got.tolist()) if values else (),
        error=error,
        zone=zone(error, torch.float32),
    )


def _picture(state: State) -> Picture:
    """The drawing with its matrices."""
    graph, features = _original(state.params)
    order = torch.tensor(state.order)
    assert graph.positions is not None
    return Picture(
        version=state.version,
        positions=f4(graph.positions),
        edges=i4(graph.edges),
        ids=i4(order.argsort()),
        adjacency=graph.permuted(order).adjacency().numpy().astype(np.uint8),
        features=features[order].numpy(),
        output=_outputs(state.params, state.order).numpy(),
    )


def _verdict(state: State) -> Verdict:
    """What noticed."""
    return Verdict(version=state.version, shuffles=state.shuffles, rows=tuple(_rows(state)))


class Permute(Scene[PermuteParams, State]):
    """Shuffle the ids, and see which numbers do not care."""

    title = "The order of the nodes is arbitrary"
    summary = "Swap two ids on the phone or shuffle all of them, and see which numbers notice."
    params = PermuteParams
    actions = (Shuffle, Swap)
    slots = (
        Slot(_picture, ALL, of=lambda state: state),
        Slot(_verdict, ALL, of=lambda state: state),
    )
    formulas: ClassVar = {
        "equivariant": Formula(
            r"F(\color{#D55E00}{P}X,\ \color{#D55E00}{P}A\color{#D55E00}{P}^T) = \color{#D55E00}{P}\,F(X, A)",
            "a layer of the permuted graph equals the permuted layer of the graph",
        ),
        "invariant": Formula(
            r"f(\color{#D55E00}{P}X,\ \color{#D55E00}{P}A\color{#D55E00}{P}^T) = f(X, A)",
            "a readout of the permuted graph equals the readout of the graph",
        ),
    }

    truths: ClassVar[Mapping[str, TruthKind]] = dict.fromkeys(READOUTS, "choice")

    def truth(self, state: State, name: str) -> Truth:
        """What becomes of a readout's value under new ids, `SAME` or `OTHER`; the last node becomes the first."""
        if name not in READOUTS:
            return super().truth(state, name)
        nodes = len(state.order)
        before, after = (_outputs(state.params, order) for order in (tuple(range(nodes)), tuple(range(nodes))[::-1]))
        error = float(relative_error(READOUTS[name](after), READOUTS[name](before)))
        return SAME if zone(error, torch.float32) == "rounding" else OTHER

    def initial(self, params: PermuteParams, context: Context) -> State:
        """The ids as the graph's author happened to give them."""
        return State(params, tuple(range(_original(params)[0].nodes)))

    def apply(self, state: State, action: Action, context: Context) -> State:
        """New ids for all, or for two."""
        order = list(state.order)
        match action:
            case Shuffle():
                order = context.generator().permutation(len(order)).tolist()
            case Swap(a=a, b=b):
                if max(a, b) >= len(order):
                    raise Refused("invalid", f"expected two ids from 0 to {len(order) - 1}, got {a} and {b}")
                order[a], order[b] = order[b], order[a]
        return replace(state, order=tuple(order), version=state.version + 1, shuffles=state.shuffles + 1)

    def positions(self, state: State) -> tuple[int, int]:
        """First the ids as they came, then others."""
        return int(state.order != tuple(range(len(state.order)))), 2

    def label(self, state: State) -> str:
        """Which ids are shown."""
        return "other ids" if self.positions(state)[0] else "the ids as they came"

    def move(self, state: State, to: int, context: Context) -> State:
        """Back to the first ids, or on to others; a shuffle that changes nothing shows nothing."""
        if to == 0:
            return replace(self.initial(state.params, context), version=state.version + 1)
        if self.positions(state)[0] == to:
            return state
        rolled = np.roll(context.generator().permutation(len(state.order)), 1).tolist()
        order = tuple(rolled) if tuple(rolled) != state.order else state.order[::-1]
        return replace(state, order=order, version=state.version + 1, shuffles=state.shuffles + 1)


SCENE = Permute()
