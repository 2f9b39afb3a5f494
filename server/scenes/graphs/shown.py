"""Frames of the scene `graphs`, made from its state by the functions of `models/`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.message_passing import Update, propagate, random_update
from models.networks.readout import READOUTS
from models.networks.tasks import absent_pairs, edge_scores, node_scores
from models.networks.weisfeiler_leman import exact_output, isomorphic, refine, separating_round
from models.symmetry.equivariance import permutation_error, zone
from models.symmetry.relabeling import relabeling_difference
from server.protocol.messages import f4, i4
from server.scenes.graphs.messages import GraphsDuel, GraphsGallery, GraphsOwn, GraphsPicture, GraphsTasks
from server.scenes.graphs.state import BOARD, Drawn, State, graph_of

WIDTH = 4
ROUNDS = 3
LINKS = 3
"""So many pairs without an edge are drawn."""
PAIRS = {
    "decalin and bicyclopentyl": ("decalin", "bicyclopentyl", 10),
    "hexagon and two triangles": ("ring", "two rings", 6),
    "hexagon and path": ("ring", "path", 6),
}


def picture(state: State) -> GraphsPicture:
    """The graph on stage in its three forms."""
    drawn, order = state.drawn, torch.tensor(state.order, dtype=torch.int64)
    graph = graph_of(drawn)
    ids = order.argsort()
    now = graph.permuted(order)
    assert graph.positions is not None
    return GraphsPicture(
        act=state.act,
        source="example" if state.shown is None else "board" if state.shown == BOARD else "drawing",
        number=number(state) + 1,
        positions=f4(graph.positions),
        ids=i4(ids),
        edges=i4(now.edges),
        adjacency=now.adjacency().numpy().astype(np.uint8),
        last=tuple(int(ids[node]) for node in drawn.last),
        shuffled=state.shuffled,
        difference=relabeling_difference(graph, order),
    )


def gallery(state: State) -> GraphsGallery:
    """How many drawings there are, and which is shown."""
    drawings, on_stage = hung(state)
    return GraphsGallery(drawings=drawings, shown=on_stage)


def hung(state: State) -> tuple[int, int]:
    """How many students drew something, and which of the drawings is on stage."""
    return len(state.students), number(state)


def own(drawn: Drawn, staged: bool) -> GraphsOwn:
    """One student's drawing."""
    graph = graph_of(drawn)
    assert graph.positions is not None
    return GraphsOwn(
        positions=f4(graph.positions),
        edges=i4(graph.edges),
        adjacency=graph.adjacency().numpy().astype(np.uint8),
        last=drawn.last,
        staged=staged,
    )


@lru_cache(maxsize=128)
def tasks(drawn: Drawn, order: tuple[int, ...], seed: int) -> GraphsTasks:
    """What an untrained network answers about the graph under these ids; every node starts with the same features."""
    first, ids = graph_of(drawn), torch.tensor(order, dtype=torch.int64)
    graph = first.permuted(ids)
    start = torch.ones(drawn.nodes, WIDTH)
    update = _update(seed)

    def layer(features: torch.Tensor, on: Graph) -> torch.Tensor:
        return propagate(on, features, update, ROUNDS) if on.nodes else features

    def whole(features: torch.Tensor, on: Graph) -> torch.Tensor:
        return torch.cat([_sum(layer(features, on)), _mean(layer(features, on))])

    features = layer(start, graph)
    weight = torch.randn(WIDTH, generator=torch.Generator().manual_seed(seed + 1))
    pairs = edge_scores(features)
    absent = absent_pairs(graph)
    best = pairs[absent[0], absent[1]].argsort(descending=True, stable=True)[:LINKS]
    probe = torch.randn(drawn.nodes, WIDTH, generator=torch.Generator().manual_seed(seed + 2))
    layer_error = permutation_error(layer, probe, first, ids).relative
    readout_error = permutation_error(whole, probe, first, ids, invariant=True).relative
    return GraphsTasks(
        features=features.numpy(),
        nodes=node_scores(features, weight).numpy(),
        pairs=pairs.numpy(),
        absent=i4(absent[:, best]),
        total=_sum(features).numpy(),
        mean=_mean(features).numpy(),
        layer_error=layer_error,
        layer_zone=zone(layer_error, torch.float32),
        readout_error=readout_error,
        readout_zone=zone(readout_error, torch.float32),
    )


@lru_cache(maxsize=32)
def duel(pair: str, seed: int) -> GraphsDuel:
    """One network, two graphs, equal starting features: the outputs, and the colours that decide."""
    left_name, right_name, nodes = PAIRS[pair]
    left, right = named_graph(left_name, nodes), named_graph(right_name, nodes)
    assert left.positions is not None
    assert right.positions is not None
    update = random_update(WIDTH, seed, dtype=torch.float64)
    start = torch.ones(nodes, WIDTH)
    outputs = [exact_output(graph, start, update, ROUNDS) for graph in (left, right)]
    single = random_update(WIDTH, seed)
    plain = [READOUTS["sum"](propagate(graph, start, single, ROUNDS)) for graph in (left, right)]
    colours = refine([left, right])[-1]
    return GraphsDuel(
        pair=pair,
        left=f4(left.positions),
        right=f4(right.positions),
        left_edges=i4(left.edges),
        right_edges=i4(right.edges),
        left_colours=i4(colours[0]),
        right_colours=i4(colours[1]),
        left_output=outputs[0].numpy(),
        right_output=outputs[1].numpy(),
        rounds=ROUNDS,
        separated=separating_round(left, right),
        isomorphic=isomorphic(left, right),
        difference=float((outputs[0] - outputs[1]).abs().max()),
        float32=float((plain[0] - plain[1]).abs().max()),
    )


def _update(seed: int) -> Update:
    return random_update(WIDTH, seed, "sum", "tanh")


def _sum(features: torch.Tensor) -> torch.Tensor:
    return READOUTS["sum"](features)


def _mean(features: torch.Tensor) -> torch.Tensor:
    return READOUTS["mean"](features) if len(features) else features.new_zeros(WIDTH)


def number(state: State) -> int:
    """Which of the students' drawings is on stage, -1 for none of them."""
    if state.shown is None or state.shown == BOARD:
        return -1
    students = state.students
    return students.index(state.shown) if state.shown in students else -1
