"""What a plan may ask about the first scenes: the answers are those that other means give."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import cKDTree

from models.graphs.clouds import named_cloud
from models.networks.readout import INVARIANT, READOUTS
from server.room.scene import Context
from server.scenes.permute import OTHER as CHANGES
from server.scenes.permute import SAME as STAYS
from server.scenes.permute import SCENE as PERMUTE
from server.scenes.permute import PermuteParams
from server.scenes.radius import OTHER, SAME
from server.scenes.radius import SCENE as RADIUS
from server.scenes.radius.params import RadiusParams
from server.scenes.rounds import SCENE as ROUNDS
from server.scenes.rounds.params import RoundsParams

CONTEXT = Context("test", 3)


def test_edges_and_their_growth_are_a_trees_pairs() -> None:
    state = RADIUS.initial(RadiusParams(), CONTEXT)
    tree = cKDTree(named_cloud("uniform", 40, 2, 0).positions.numpy())
    assert RADIUS.truth(state, "edges") == len(tree.query_pairs(1.3))
    curve = RADIUS.truth(state, "growth")
    assert isinstance(curve, tuple)
    assert [edges for _, edges in curve] == [len(tree.query_pairs(cutoff)) for cutoff, _ in curve]
    np.testing.assert_allclose([cutoff for cutoff, _ in curve], 1.3 * np.arange(1, 17) / 8)


def test_a_rotation_leaves_the_edges_unless_the_cutoff_is_on_a_shell() -> None:
    state = RADIUS.initial(RadiusParams(), CONTEXT)
    assert RADIUS.truth(state, "turned") == SAME
    assert RADIUS.truth(RADIUS.move(state, 4, CONTEXT), "turned") == OTHER


@pytest.mark.parametrize("name", list(READOUTS))
def test_new_ids_change_what_asks_for_the_order(name: str) -> None:
    state = PERMUTE.initial(PermuteParams(graph="karate"), CONTEXT)
    assert PERMUTE.truth(state, name) == (STAYS if name in INVARIANT else CHANGES)


@pytest.mark.parametrize("rounds", [1, 2, 4])
@pytest.mark.parametrize("graph", ["path", "decalin", "star"])
def test_who_can_know_of_node_0(graph: str, rounds: int) -> None:
    state = ROUNDS.initial(RoundsParams(graph=graph, rounds=rounds), CONTEXT)  # type: ignore[arg-type]
    edges: nx.Graph[int] = nx.Graph(state.example.edges.T.tolist())
    near = nx.single_source_shortest_path_length(edges, 0, cutoff=rounds)
    assert ROUNDS.truth(state, "reach") == len(near)
