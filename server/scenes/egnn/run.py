"""Two runs of one network, on x and on g x, by `models.experiments.trajectory` alone; float32, as usual."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from models.experiments import trajectory as t
from models.graphs.graph import Graph, radius_graph
from models.networks.broken import BrokenEGNN
from models.networks.egnn import EGNN, PAPER_GAIN, VISIBLE_GAIN, EGNNLayer
from models.networks.geometric import GeometricModel
from models.networks.naive import Naive
from models.symmetry import equivariance
from models.symmetry.turn import Turn
from server.protocol.messages import Float32, Int32, f4, i4
from server.scenes.egnn.messages import EgnnParams, EgnnRow

HIDDEN = 16
"""Channels of f: few enough that 9900 messages through 8 layers are made while a hand turns the input."""
CHANNELS = 6
"""Of them are shown."""
CUTOFF = 1.6
GAINS = {"paper": PAPER_GAIN, "one": 1.0, "visible": VISIBLE_GAIN}
MOST_LINKS = 700
"""More sticks than these are a smear."""
RUNAWAY = 10.0
"""From this spread on the picture is drawn in larger units."""


@lru_cache(maxsize=32)
def cloud(params: EgnnParams) -> Tensor:
    """x: (n, 3) float32, normally distributed, centred."""
    generator = torch.Generator().manual_seed(params.seed)
    x = torch.randn(params.nodes, 3, generator=generator)
    return x - x.mean(dim=0)


@lru_cache(maxsize=32)
def charges(params: EgnnParams) -> Tensor:
    """f: (n, 1) float32, a charge of +1 or -1 at each node: an invariant feature that tells nodes apart."""
    generator = torch.Generator().manual_seed(1000 + params.seed)
    return torch.randint(2, (params.nodes, 1), generator=generator) * 2.0 - 1.0


@lru_cache(maxsize=32)
def graph(params: EgnnParams) -> Graph:
    """Who hears whom; it was made of distances, so it is the same for g x."""
    if not params.connected:
        return radius_graph(cloud(params), CUTOFF)
    pairs = (~torch.eye(params.nodes, dtype=torch.bool)).nonzero()
    return Graph(pairs.T.flip(0).contiguous(), params.nodes)


@lru_cache(maxsize=16)
def network(params: EgnnParams) -> GeometricModel:
    """The network with random weights; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(params.seed)
        if params.model == "naive":
            return Naive(1, HIDDEN, params.layers).eval()
        kind = BrokenEGNN if params.model == "broken" else EGNN
        return kind(
            1,
            HIDDEN,
            params.layers,
            aggregation=params.aggregation,
            gain=GAINS[params.gain],
            normalize=params.normalize,
            tanh=params.tanh,
        ).eval()


@lru_cache(maxsize=64)
def layers(params: EgnnParams, turn: Turn) -> t.Layers:
    """All states of the run on g x; with no turn, of the run on x."""
    x = turn.transform().points(cloud(params))
    return t.trajectory(network(params), charges(params), x, graph(params))


@lru_cache(maxsize=64)
def errors(params: EgnnParams, turn: Turn) -> tuple[t.LayerError, ...]:
    """After each layer, index 0 the input."""
    return t.layer_errors(layers(params, Turn()), layers(params, turn), turn.transform())


@lru_cache(maxsize=32)
def spreads(params: EgnnParams) -> tuple[float, ...]:
    """The spread of the coordinates of the run on x after each layer, index 0 the input."""
    return tuple(t.spread(points) for points in layers(params, Turn()).points)


def row(params: EgnnParams, turn: Turn, layer: int) -> EgnnRow:
    """What is told of one layer, finite numbers only."""
    error, size = errors(params, turn)[layer], spreads(params)[layer]
    points = error.points if error.points is not None else 0.0
    return EgnnRow(
        layer=layer,
        features=_finite(error.features),
        features_zone=equivariance.zone(error.features, torch.float32),
        points=None if error.points is None else _finite(points),
        points_zone=equivariance.zone(points, torch.float32),
        spread=_finite(size),
        words="" if math.isfinite(size) else "not a number" if math.isnan(size) else "infinite",
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def last_number(params: EgnnParams, turn: Turn, layer: int) -> int:
    """The last layer up to this one after which both runs still hold numbers."""
    runs = layers(params, Turn()), layers(params, turn)
    whole = (at for at in range(layer, -1, -1) if all(bool(torch.isfinite(run.points[at]).all()) for run in runs))
    return next(whole, 0)


def both_ways(params: EgnnParams, turn: Turn, layer: int) -> tuple[Float32, Float32, float]:
    """x_l(g x) and g x_l(x), both less b, in a unit that keeps them in view; and that unit."""
    transform = turn.transform()
    plain, made = layers(params, Turn()).points[layer], layers(params, turn).points[layer].double()
    after = transform.vectors(plain.double())
    made = made - transform.shift
    size = t.spread(plain)
    unit = 1.0 if size < RUNAWAY else 10.0 ** math.floor(math.log10(size))
    return f4((made / unit).clamp(-1e3, 1e3)), f4((after / unit).clamp(-1e3, 1e3)), unit


def channels(params: EgnnParams, turn: Turn, layer: int) -> Float32:
    """f_u(g x) in the channels of `told`, (n, CHANNELS), each divided by its largest."""
    h = layers(params, turn).features[layer][:, told(params)].double().nan_to_num(0.0, 0.0, 0.0)
    return f4(h / h.abs().amax(dim=0).clamp_min(1e-30))


@lru_cache(maxsize=32)
def told(params: EgnnParams) -> list[int]:
    """The channels that tell nodes apart best at the input, over their largest; the same in every layer."""
    h = layers(params, Turn()).features[0].double()
    apart = h.std(dim=0) / h.abs().amax(dim=0).clamp_min(1e-30)
    return apart.argsort(descending=True, stable=True)[:CHANNELS].tolist()


def pulls(params: EgnnParams, turn: Turn, layer: int, node: int) -> tuple[Int32, Float32, float]:
    """The neighbors of a node and what each adds to its position in the layer that follows; and the picture's unit."""
    model, run = network(params), layers(params, turn)
    none = np.zeros(0, np.int32), np.zeros((0, 3), np.float32), 1.0
    if not isinstance(model, EGNN) or layer >= params.layers or node >= params.nodes:
        return none
    following = model.layers[layer]
    assert isinstance(following, EGNNLayer)
    heard, made = t.pulls_on(following, run.features[layer], run.points[layer], graph(params), node)
    if not bool(torch.isfinite(made).all()):
        return none
    _, _, unit = both_ways(params, turn, layer)
    return i4(heard), f4((made.double() / unit).clamp(-1e3, 1e3)), unit


def pairs(params: EgnnParams) -> tuple[Int32, int]:
    """Each pair once, (2, m), none where there are too many; and how many there are."""
    edges = graph(params).edges.numpy()
    once = i4(edges[:, edges[0] < edges[1]])
    count = once.shape[1]
    return (once if count <= MOST_LINKS else np.zeros((2, 0), np.int32)), count
