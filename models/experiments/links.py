"""Link prediction: a tenth of the edges is hidden, and every pair is scored by the embeddings of its two ends.

    s_uv = sigma(h_u . h_v),    AUC = P(s of a hidden edge > s of a pair that has none),  ties count one half

A tenth of the pairs without an edge is held out beside them; on all other pairs the loss is the binary cross-entropy
with edges and absent pairs weighted alike. Sources: Kipf and Welling, arXiv:1611.07308 (its autoencoder without the
noise); Hanley and McNeil 1982, Radiology 143, 29 (the area as Mann and Whitney's statistic).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph
from models.networks.encoder import Encoder, Kind
from models.networks.training_state import TrainingState, go_on, state_of

HIDDEN = 16
SHARE = 0.1
RATE = 0.01


@dataclass(frozen=True)
class Hiding:
    """What the network sees, and what it is asked.

    shown: (n, n) float32, the adjacency without the hidden edges; hidden: (2, h) int64, absent: (2, m) int64, the pairs
    u < v held out; known: (2, k) int64, the pairs of the loss, and linked: (k) float32, which of them are edges.
    """

    shown: Tensor
    hidden: Tensor
    absent: Tensor
    known: Tensor
    linked: Tensor


def hide(graph: Graph, seed: int, share: float = SHARE) -> Hiding:
    """Hold out a share of the edges and of the absent pairs, at random.

    Raises ValueError where that leaves nothing to ask or to learn from.
    """
    generator = torch.Generator().manual_seed(seed)
    full = graph.adjacency() > 0
    pairs = torch.triu_indices(graph.nodes, graph.nodes, offset=1)  # (2, n (n - 1) / 2)
    linked = full[pairs[0], pairs[1]]
    kept: list[Tensor] = []
    asked: list[Tensor] = []
    for kind in (True, False):
        of_kind = (linked == kind).nonzero()[:, 0]
        count = round(share * len(of_kind))
        if not 0 < count < len(of_kind):
            raise ValueError(f"Expected a share that holds out some of {len(of_kind)} pairs, got {share}.")
        order = of_kind[torch.randperm(len(of_kind), generator=generator)]
        asked.append(order[:count].sort().values)
        kept.append(order[count:])
    shown = full.float()
    u, v = hidden = pairs[:, asked[0]]
    shown[u, v] = shown[v, u] = 0
    known = torch.cat(kept).sort().values
    return Hiding(shown, hidden, pairs[:, asked[1]], pairs[:, known], linked[known].float())


def auc(positive: Tensor, negative: Tensor) -> float:
    """The area under the ROC curve: the share of pairs (positive, negative) in order, ties one half. (p), (m)."""
    above = positive[:, None] > negative  # (p, m)
    tied = positive[:, None] == negative
    return float((above.double() + tied.double() / 2).mean())


def logits(embedding: Tensor, pairs: Tensor) -> Tensor:
    """h_u . h_v, what sigma makes a score: (n, d), (2, k) -> (k)."""
    return (embedding[pairs[0]] * embedding[pairs[1]]).sum(dim=-1)


@dataclass(frozen=True)
class LinkStep:
    """After `step` steps: the loss, the embedding (n, 2) on the CPU, and the AUC on what was held out."""

    step: int
    loss: float
    embedding: Tensor
    auc: float
    state: Callable[[], TrainingState] = field(compare=False, repr=False)
    """Where the training stands at this step; to be asked before the next one."""


def link_training(
    kind: Kind,
    depth: int,
    seed: int,
    hiding: Hiding,
    steps: int,
    rate: float = RATE,
    device: torch.device | str = "cpu",
    after: tuple[int, TrainingState] | None = None,
) -> Iterator[LinkStep]:
    """Yield the state before the first step, then after each; it ends early where the loss is not finite.

    Widths n, 16, .., 16, 2; features I. after: a step and where the training stood at it; then the steps behind it
    come. Raises ValueError on a depth below 1.
    """
    if depth < 1:
        raise ValueError(f"Expected a depth of at least 1, got {depth}.")
    n = len(hiding.shown)
    encoder = Encoder(kind, (n, *[HIDDEN] * (depth - 1), 2), (seed,)).to(device)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=rate, fused=True)
    features = torch.eye(n, device=device)
    shown, known, linked = (part.to(device) for part in (hiding.shown, hiding.known, hiding.linked))
    weight = torch.where(linked > 0, 0.5 / linked.sum(), 0.5 / (1 - linked).sum())  # (k)
    first = 0 if after is None else after[0]
    if after is not None:
        go_on(encoder, optimizer, after[1])
    for step in range(first, steps + 1):
        embedding = encoder(features, shown)[0]  # (n, 2)
        found = logits(embedding, known)  # (k)
        loss = F.binary_cross_entropy_with_logits(found, linked, weight, reduction="sum")
        still = embedding.detach().cpu()
        finite = bool(loss.isfinite())
        if after is None or step > first:
            area = auc(logits(still, hiding.hidden), logits(still, hiding.absent)) if finite else 0.5
            yield LinkStep(step, float(loss.detach()), still, area, partial(state_of, encoder, optimizer))
        if not finite:
            return
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
