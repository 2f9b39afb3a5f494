"""Zachary's karate club: two labels of 34, and a network that says where everybody else went.

    H = f(I, A),  (34, 2):  a score for each faction        L = -1/2 sum_{u in {0, 33}} log softmax(h_u)[faction of u]

The features are X = I: a member is known by its links alone. Widths 34, 4, .., 4, 2; Adam at 0.01. The two scores are
the embedding that is drawn, and the decision is the line on which they are equal. Sources: W. W. Zachary 1977, Journal
of Anthropological Research 33, 452; Kipf and Welling, arXiv:1609.02907 (and the first author's article of 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

import networkx as nx
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.encoder import Encoder, Kind
from models.networks.training_state import TrainingState, go_on, state_of

MEMBERS = 34
LABELLED = (0, 33)
"""The instructor and the administrator, the only members whose faction the loss knows."""
HIDDEN = 4
RATE = 0.01
APART = 31
"""So many of 34 on their side of one straight line (more than nine in ten) are called separated."""


@cache
def club() -> Graph:
    """34 members and 78 friendships, both directions of each, with places to draw them at."""
    return named_graph("karate")


@cache
def factions() -> Tensor:
    """Where each member went when the club split: 0 with member 0, 1 with member 33. (34) int64."""
    members = nx.karate_club_graph().nodes
    sides = [0 if members[i]["club"] == members[0]["club"] else 1 for i in range(MEMBERS)]
    return torch.tensor(sides, device="cpu")


def adjacency() -> Tensor:
    """A, (34, 34) float32; the weights of Zachary's table are not used."""
    return club().adjacency().float()


def widths(depth: int) -> tuple[int, ...]:
    """34, 4, .., 4, 2 of so many layers. Raises ValueError below 1."""
    if depth < 1:
        raise ValueError(f"Expected a depth of at least 1, got {depth}.")
    return (MEMBERS, *[HIDDEN] * (depth - 1), 2)


def untrained(
    kind: Kind, depth: int, seeds: Sequence[int], links: Tensor | None = None, device: torch.device | str = "cpu"
) -> Tensor:
    """The scores that random weights give: (seeds, 34, 2), on the CPU. links: another A, such as none at all."""
    encoder = Encoder(kind, widths(depth), seeds).to(device)
    with torch.no_grad():
        found: Tensor = encoder(torch.eye(MEMBERS, device=device), (adjacency() if links is None else links).to(device))
    return found.cpu()


@dataclass(frozen=True)
class Split:
    """The best straight line between two classes: how many points lie on their class's side, and the line n . x = c."""

    right: int
    normal: tuple[float, float]
    offset: float


def best_line(points: Tensor, classes: Tensor) -> Split:
    """The line that leaves most points on the side of their class, found among all lines.

    points: (n, 2), classes: (n) of 0 and 1, which lies where n . x > c or the other way about. As a direction turns,
    the order of the points along it changes only where two of them swap, so one direction between any two swaps, and
    each cut along it, is every way in which a line can part them. Points on one place are never parted.
    """
    n, x = len(points), points.double()
    first, second = torch.triu_indices(n, n, offset=1)
    difference = x[first] - x[second]
    swaps = ((torch.atan2(difference[:, 1], difference[:, 0]) + math.pi / 2) % math.pi).sort().values
    angles = (swaps + torch.cat((swaps[1:], swaps[:1] + math.pi))) / 2  # (n (n - 1) / 2)
    normals = torch.stack((angles.cos(), angles.sin()), dim=1)  # (directions, 2)
    along, order = (normals @ x.T).sort(dim=1)  # (directions, n)
    ones = classes[order].double().cumsum(dim=1)  # below a cut after each point
    zeros = torch.arange(1, n + 1, dtype=torch.float64) - ones
    right = zeros + (classes.sum() - ones)  # zeros below, ones above
    gaps = torch.cat((along[:, 1:] - along[:, :-1], torch.full_like(along[:, :1], math.inf)), dim=1)
    right = torch.where(gaps > 1e-12 * x.abs().max(), torch.maximum(right, n - right), -1)
    direction, cut = divmod(int(right.argmax()), n)
    above = along[direction, min(cut + 1, n - 1)]  # a cut after the last point leaves all of them on one side
    a, b = normals[direction].tolist()
    return Split(int(right.max()), (a, b), float((along[direction, cut] + above) / 2))


@dataclass(frozen=True)
class NodeStep:
    """After `step` steps of training: the loss of each seed (seeds) and the scores (seeds, 34, 2), on the CPU."""

    step: int
    loss: Tensor
    scores: Tensor
    state: Callable[[], TrainingState] = field(compare=False, repr=False)
    """Where the training stands at this step; to be asked before the next one."""

    @property
    def right(self) -> Tensor:
        """Whether the larger score is that of the member's faction: (seeds, 34) bool."""
        found: Tensor = self.scores.argmax(dim=-1) == factions()
        return found


def node_training(
    kind: Kind,
    depth: int,
    seeds: Sequence[int],
    steps: int,
    rate: float = RATE,
    device: torch.device | str = "cpu",
    after: tuple[int, TrainingState] | None = None,
) -> Iterator[NodeStep]:
    """Yield the state before the first step, then after each; it ends early where a loss is not finite.

    after: a step and where the training stood at it; then the steps behind it come.
    """
    encoder = Encoder(kind, widths(depth), seeds).to(device)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=rate, fused=True)
    features, links = torch.eye(MEMBERS, device=device), adjacency().to(device)
    known = list(LABELLED)
    wanted = factions()[known].to(device).expand(len(seeds), -1)  # (seeds, 2)
    first = 0 if after is None else after[0]
    if after is not None:
        go_on(encoder, optimizer, after[1])
    for step in range(first, steps + 1):
        scores = encoder(features, links)  # (seeds, 34, 2)
        loss = F.cross_entropy(scores[:, known].transpose(1, 2), wanted, reduction="none").mean(dim=1)  # (seeds)
        if after is None or step > first:
            yield NodeStep(step, loss.detach().cpu(), scores.detach().cpu(), partial(state_of, encoder, optimizer))
        if not bool(loss.isfinite().all()):
            return
        optimizer.zero_grad()
        torch.autograd.backward(loss.sum())
        optimizer.step()


def across(member: int) -> tuple[int, int]:
    """How many friends a member has, and how many of them went the other way."""
    graph, sides = club(), factions()
    friends = graph.sources[graph.targets == member]
    return len(friends), int((sides[friends] != sides[member]).sum())
