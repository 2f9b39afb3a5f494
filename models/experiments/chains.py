"""Two chains that differ only at their far ends, and how many layers a network needs before it can tell them apart.

A k-chain has k middle nodes on a line, a bond apart, and one node at each end, beside the line: in "S" the ends lie on
opposite sides of it, in "C" on the same (Joshi et al., arXiv:2301.09308, section 5.1; geometric-gnn-dojo). Along bonds
every node sees the same distances and angles in both; only the two ends together tell S from C.

    separation = || f(S) - f(C) || / || f(C) ||,    f = the mean over the nodes of their scalars h

with random weights in float64: as long as no node can know of both ends it is rounding, from then on it is signal.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Iterator
from typing import Literal, get_args

import torch

from models.graphs.graph import Graph
from models.networks.geometric import GeometricModel
from models.networks.zoo import build
from models.symmetry.equivariance import relative_error

Shape = Literal["S", "C"]
COMPARED = ("invariant", "egnn", "gvp", "tensor")
BOND = 2.5
"""Length of every bond; within the radial bases and the cutoffs of all models."""
HIDDEN = 16
LIKE = 4
"""From this layer on, the layers of the tensor network have the same irreps."""


def k_chain(middle: int, shape: Shape) -> Graph:
    """A chain of `middle` = k nodes on a line and two ends, n = k + 2, centered; edges along the bonds, both ways.

    positions: (n, 3) float64, in units where a bond is `BOND` long, all with z = 0. Raises ValueError for k < 1 or
    another shape.
    """
    if middle < 1:
        raise ValueError(f"Expected a chain with at least one middle node, got {middle}.")
    if shape not in get_args(Shape):
        raise ValueError(f"Expected a chain of the shape S or C, got {shape!r}.")
    side = -4.0 if shape == "S" else 4.0
    rows = [(side, -3.0, 0.0), *((0.0, 5.0 * i, 0.0) for i in range(middle)), (4.0, 5.0 * (middle - 1) + 3.0, 0.0)]
    positions = torch.tensor(rows, dtype=torch.float64) * (BOND / 5)
    positions[:, 1] -= positions[:, 1].mean()
    first = torch.arange(middle + 1)
    bonds = torch.stack([first, first + 1])  # (2, k + 1)
    return Graph(torch.cat([bonds, bonds.flip(0)], dim=1), middle + 2, positions)


# The norm of the vectors carries the signal of far ends on; without it, it sinks into rounding at k = 6.
OPTIONS: dict[str, dict[str, bool]] = {"gvp": {"vector_norm": True}}


def depth(model: str, middle: int) -> int | None:
    """The first number of layers after which a node's scalars can depend on both ends; None: never.

    gvp: both ends have come to one node after floor(k/2) + 1 layers, and the lengths of its vectors tell how they lie.
    egnn: a node reads the distance to its neighbors, so two neighbors must each have heard of one end: ceil(k/2) + 1.
    tensor: messages are linear in the features, so nothing meets half way; one end must come to the other: k + 1.
    invariant: distances along bonds are the same in both chains, in any number of layers.
    Raises ValueError for a model that is not compared.
    """
    if model not in COMPARED:
        raise ValueError(f"Expected a model of {COMPARED}, got {model!r}.")
    if model == "invariant":
        return None
    return {"gvp": middle // 2 + 1, "egnn": (middle + 1) // 2 + 1, "tensor": middle + 1}[model]


def separation(model: str, middle: int, layers: int, seed: int) -> float:
    """|| f(S) - f(C) || / || f(C) || of one untrained network, float64.

    A network with one layer more has the same weights in the others. The chains lie along an axis, where the messages
    of two opposite neighbors cancel to the last digit: turned, what rounding leaves of them would be blown up by the
    norm of the vectors of gvp, layer by layer. Raises ValueError for less than one layer.
    """
    steps = separating(model, middle, layers, seed)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return float(end.value)


def separating(model: str, middle: int, layers: int, seed: int) -> Generator[None, None, float]:
    """`separation`, giving way after the network is built and after each layer of each chain."""
    if layers < 1:
        raise ValueError(f"Expected at least one layer, got {layers}.")
    network = build(model, seed=seed, hidden=HIDDEN, layers=layers, dtype=torch.float64, **OPTIONS.get(model, {}))
    if model == "tensor":
        _weighted(network, seed)
    found = []
    for shape in get_args(Shape):
        graph = k_chain(middle, shape)
        assert graph.positions is not None
        rounds = network.rounds(torch.ones(graph.nodes, 1, dtype=torch.float64), graph.positions, graph)
        for _layer in range(layers):
            yield
            with torch.no_grad():  # not over a `yield`: it would hold for whoever goes on meanwhile
                h, _ = next(rounds)  # (n, HIDDEN)
        found.append(h.mean(dim=0))
    return relative_error(found[0], found[1])


def prepared() -> Iterator[None]:
    """Import and build what the tensor network is made of, layer by layer; the first of it takes a second or more."""
    importlib.import_module("models.networks.tensor_net")
    yield
    for layers in range(1, LIKE + 1):
        build("tensor", hidden=HIDDEN, layers=layers, dtype=torch.float64)
        yield


def _weighted(network: GeometricModel, seed: int) -> None:
    """Give it weights that are normal by e3nn's convention, in float64; more layers have the same in the first ones."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
