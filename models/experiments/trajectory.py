"""A model layer by layer: the states (h, x) after each, how far they spread, and how equivariant each one is.

    spread after layer l    sigma_l = sqrt( (1 / 3n) sum_i |x_i^l - mean x^l|^2 )
    error of the features   || h^l(g x) - h^l(x) || / || h^l(x) ||
    error of the points     || (x^l(g x) - g x) - R (x^l(x) - x) || / || x^l(x) - x ||,   g = (R, b)

The second is taken of the displacement, since the input itself turns exactly and would hide what the model adds. If
both are rounding after layer l they are after layer l + 1: distances of x^l do not notice g, so neither do messages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.graphs.graph import Graph, edge_vectors
from models.networks.egnn import EGNN, EGNNLayer
from models.networks.geometric import GeometricModel
from models.networks.naive import Naive
from models.symmetry.equivariance import EPSILON, Transform


@dataclass(frozen=True, eq=False)
class Layers:
    """All states of one run: features[l] (n, hidden) and points[l] (n, 3), index 0 the embedded input.

    A run that overflowed holds infinities or NaN; nothing here hides them.
    """

    features: tuple[Tensor, ...]
    points: tuple[Tensor, ...]
    moved: tuple[Tensor, ...]
    """moved[l] (n, 3) = x^l - x as the model summed it: taken as a difference, a small one would be rounding."""

    def __len__(self) -> int:
        """The number of layers."""
        return len(self.points) - 1


@dataclass(frozen=True)
class LayerError:
    """Relative errors after one layer; NaN where a run overflowed, None where a model has moved nothing yet."""

    features: float
    points: float | None


def trajectory(model: GeometricModel, features: Tensor, positions: Tensor, graph: Graph) -> Layers:
    """The states after every layer. features: (n, d), positions: (n, 3), a length.

    A naive model keeps its points and writes a displacement as three numbers at the end; here its readout is applied
    after every layer, so that there is something to compare.
    """
    embed = model.embedding
    assert isinstance(embed, nn.Module)
    with torch.no_grad():
        wide = torch.cat([features, positions], dim=-1) if isinstance(model, Naive) else features
        h, moved = [embed(wide)], [torch.zeros_like(positions)]
        for made, step in _displacements(model, features, positions, graph):
            h.append(made)
            moved.append(step)
    return Layers(tuple(h), tuple(positions + step for step in moved), tuple(moved))


def _displacements(
    model: GeometricModel, features: Tensor, positions: Tensor, graph: Graph
) -> Iterator[tuple[Tensor, Tensor]]:
    """(h, x' - x) after each layer."""
    if isinstance(model, EGNN):
        yield from model.displacements(features, positions, graph)
        return
    for h, x in model.rounds(features, positions, graph):
        yield h, model.readout(h)[:, model.outputs :] if isinstance(model, Naive) else x - positions


def spread(points: Tensor) -> float:
    """sigma = sqrt((1 / 3n) sum_i |x_i - mean x|^2) in float64: (n, 3) -> a length, perhaps NaN or inf."""
    exact = points.double()
    return float((exact - exact.mean(dim=0)).square().mean().sqrt())


def layer_errors(plain: Layers, turned: Layers, transform: Transform) -> tuple[LayerError, ...]:
    """The errors after each layer, index 0 the input. plain: the run on x; turned: the run on g x.

    Raises ValueError where the runs differ in depth.
    """
    if len(plain) != len(turned):
        raise ValueError(f"Expected two runs of {len(plain)} layers, got one of {len(turned)}.")
    return tuple(
        LayerError(
            _relative(turned.features[layer], plain.features[layer]),
            None if layer == 0 else _displacement_error(plain, turned, transform, layer),
        )
        for layer in range(len(plain) + 1)
    )


def pulls_on(layer: EGNNLayer, h: Tensor, x: Tensor, graph: Graph, node: int) -> tuple[Tensor, Tensor]:
    """The neighbors (d) of one node and what each adds to its position in this layer, (d, 3).

    h (n, hidden), x (n, 3): the state before the layer. Their sum is x_i' - x_i.
    """
    with torch.no_grad():
        heard = graph.edges[:, graph.targets == node]
        star = Graph(heard, graph.nodes)
        difference = edge_vectors(x, star)
        return heard[0], layer.pulls(difference, layer.edge_model(h, difference, star), star)


def decades(sizes: Sequence[float]) -> float | None:
    """log10 of the last finite size over the first; None where the first is 0. sizes: spreads, by layer."""
    finite = [size for size in sizes if math.isfinite(size) and size > 0]
    return math.log10(finite[-1] / finite[0]) if finite else None


def _displacement_error(plain: Layers, turned: Layers, transform: Transform, layer: int) -> float:
    return _relative(turned.moved[layer], transform.vectors(plain.moved[layer].double()))


def _relative(got: Tensor, expected: Tensor) -> float:
    """As `symmetry.relative_error`; numbers so large that their square would overflow float64 are scaled first."""
    scale = float(expected.double().abs().max())
    if not math.isfinite(scale) or not bool(torch.isfinite(got).all()):
        return math.nan
    unit = max(scale, EPSILON)
    got, expected = got.double() / unit, expected.double() / unit
    return float(torch.linalg.vector_norm(got - expected)) / (float(torch.linalg.vector_norm(expected)) + EPSILON)
