"""Ring or chain: one answer for a whole graph, from features that are 1 at every node.

    h = tanh(f(1, A)),    z = sum_u h_u  or  1/n sum_u h_u,    scores = z R + r        softmax, two classes

Trained on rings and chains of 3 to 8 nodes and asked about 9 to 14, which it never saw: what differs is the two ends,
and the more nodes there are, the less of the mean they are. The pool makes the answer invariant under renumbering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.networks.encoder import Encoder, Kind
from models.networks.training_state import TrainingState, go_on, state_of

Pool = Literal["sum", "mean"]
SEEN = tuple(range(3, 9))
UNSEEN = tuple(range(9, 15))
WIDTH = 8
RATE = 0.03


@dataclass(frozen=True)
class Collection:
    """Several graphs as one without edges between them.

    adjacency: (n, n) float32; member: (graphs, n), 1 where a node belongs; ring: (graphs) int64, 0 for a chain.
    """

    adjacency: Tensor
    member: Tensor
    ring: Tensor

    def to(self, device: torch.device | str) -> Collection:
        """The same graphs on a device."""
        return Collection(self.adjacency.to(device), self.member.to(device), self.ring.to(device))


def rings_and_chains(sizes: Sequence[int]) -> Collection:
    """A chain and a ring of each size, in this order. Raises ValueError on a size below 3, of which no ring exists."""
    if min(sizes) < 3:
        raise ValueError(f"Expected sizes of at least 3, got {tuple(sizes)}.")
    blocks = []
    for size in sizes:
        up = torch.diag(torch.ones(size - 1, device="cpu"), 1)
        chain = up + up.T
        ring = chain.clone()
        ring[0, -1] = ring[-1, 0] = 1
        blocks += [chain, ring]
    member = _diagonal([torch.ones(1, len(block), device="cpu") for block in blocks])  # (graphs, n)
    return Collection(_diagonal(blocks), member, torch.tensor([0, 1] * len(sizes), device="cpu"))


def _diagonal(blocks: Sequence[Tensor]) -> Tensor:
    found: Tensor = torch.block_diag(*blocks)  # type: ignore[no-untyped-call]  # torch does not say
    return found


class Classifier(nn.Module):
    """An encoder, a pool and one linear readout, for each seed: a collection -> (seeds, graphs, 2).

    Raises ValueError on a depth below 1 or another pool.
    """

    def __init__(self, kind: Kind, depth: int, seeds: Sequence[int], pool: Pool) -> None:
        if depth < 1 or pool not in ("sum", "mean"):
            raise ValueError(f"Expected a depth of at least 1 and the pool sum or mean, got {depth} and {pool!r}.")
        super().__init__()
        self.encoder = Encoder(kind, (1, *[WIDTH] * depth), seeds)
        drawn = [torch.randn(WIDTH, 2, generator=torch.Generator().manual_seed(seed), device="cpu") for seed in seeds]
        self.readout = nn.Parameter(torch.stack(drawn) / WIDTH**0.5)  # (seeds, 8, 2)
        self.bias = nn.Parameter(torch.zeros(len(seeds), 1, 2, device="cpu"))
        self.pool = pool

    def forward(self, graphs: Collection) -> Tensor:
        """The scores of chain and ring: (seeds, graphs, 2)."""
        ones = graphs.adjacency.new_ones(len(graphs.adjacency), 1)
        features = torch.tanh(self.encoder(ones, graphs.adjacency))  # (seeds, n, 8)
        pooled = graphs.member @ features  # (graphs, n) (seeds, n, 8) -> (seeds, graphs, 8)
        if self.pool == "mean":
            pooled = pooled / graphs.member.sum(dim=1, keepdim=True)
        scores: Tensor = pooled @ self.readout + self.bias
        return scores


@dataclass(frozen=True)
class RingStep:
    """After `step` steps: the loss (seeds), and which graphs are right: (seeds, 12) bool; on the CPU."""

    step: int
    loss: Tensor
    seen: Tensor
    unseen: Tensor
    state: Callable[[], TrainingState] = field(compare=False, repr=False)
    """Where the training stands at this step; to be asked before the next one."""


def ring_training(
    kind: Kind,
    depth: int,
    seeds: Sequence[int],
    pool: Pool,
    steps: int,
    rate: float = RATE,
    device: torch.device | str = "cpu",
    after: tuple[int, TrainingState] | None = None,
) -> Iterator[RingStep]:
    """Yield the state before the first step, then after each; it ends early where a loss is not finite.

    after: a step and where the training stood at it; then the steps behind it come.
    """
    classifier = Classifier(kind, depth, seeds, pool).to(device)
    optimizer = torch.optim.Adam(classifier.parameters(), lr=rate, fused=True)
    seen, unseen = (rings_and_chains(sizes).to(device) for sizes in (SEEN, UNSEEN))
    wanted = seen.ring.expand(len(seeds), -1)
    first = 0 if after is None else after[0]
    if after is not None:
        go_on(classifier, optimizer, after[1])
    for step in range(first, steps + 1):
        scores = classifier(seen)  # (seeds, graphs, 2)
        loss = F.cross_entropy(scores.transpose(1, 2), wanted, reduction="none").mean(dim=1)  # (seeds)
        if after is None or step > first:
            with torch.no_grad():
                beyond = classifier(unseen)
            right = _right(scores.detach(), seen), _right(beyond, unseen)
            yield RingStep(step, loss.detach().cpu(), *right, partial(state_of, classifier, optimizer))
        if not bool(loss.isfinite().all()):
            return
        optimizer.zero_grad()
        torch.autograd.backward(loss.sum())
        optimizer.step()


def _right(scores: Tensor, graphs: Collection) -> Tensor:
    # Two equal scores are no answer: right is only what is strictly larger.
    other = scores.flip(-1)
    mine: Tensor = torch.where(graphs.ring.bool(), scores[..., 1] > other[..., 1], scores[..., 0] > other[..., 0])
    return mine.cpu()
