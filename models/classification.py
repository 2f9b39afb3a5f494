"""The classification example: eight Tetris shapes, shown upright, asked for when turned; ten ways to deal with it.

    loss = -(1/b) sum_i log softmax( s(x_i) )_{y_i},   s(x) = sum over the four points of f(x)      (b, 8) logits

naive         f reads coordinates (`models/naive.py`), trained on the eight upright shapes
augmented     the same f, shown 1, 16 or 256 rotations that were drawn once, or other ones each step
pca, frames   the same f in the pose of the principal axes, or averaged over the four that those leave open
distances     f reads lengths only (`models/invariant.py`); egnn: `models/egnn.py`. Blind to handedness, both of them
tensor        seven even scalars a_k and one odd, b (`models/tensor_net.py`): the chiral pair gets a_0 + b and a_0 - b

Every contestant learns by Adam with the same loss and as many steps. Shapes and the odd scalar: e3nn's `tetris_gate.py`
and Thomas et al., arXiv:1802.08219; frames: Puny et al., arXiv:2110.03336.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models import canonical, symmetry
from models.geometric import GeometricModel
from models.graph import Graph
from models.tetris import CUTOFF, NAMES, tetris
from models.zoo import build

Pose = Literal["given", "pca", "frames"]
POINTS = 4
CLASSES = len(NAMES)
NOISE = 0.02
"""Standard deviation of the noise on each coordinate, in steps of a shape."""
BATCH = 16
"""Rotations of each shape a step, where a contestant has so many."""
CHUNK = 80
"""Shapes that are classified at once while others wait."""


@dataclass(frozen=True)
class Contestant:
    """One way to deal with rotations.

    network: of `NETWORKS`; pose: in which the network sees a shape; rotations: of each shape in the training data,
    0 for upright alone, FRESH for other ones each step; rate: of Adam.
    """

    name: str
    network: Literal["naive", "invariant", "egnn", "tensor"] = "naive"
    pose: Pose = "given"
    rotations: int = 0
    rate: float = 3e-3


FRESH = -1
CONTESTANTS: dict[str, Contestant] = {
    "naive": Contestant("naive network"),
    "augmented 1": Contestant("1 rotation each", rotations=1),
    "augmented 16": Contestant("16 rotations each", rotations=16),
    "augmented 256": Contestant("256 rotations each", rotations=256),
    "augmented fresh": Contestant("fresh rotations", rotations=FRESH),
    "pca": Contestant("PCA pose", pose="pca"),
    "frames": Contestant("frame averaging", pose="frames"),
    "distances": Contestant("distances only", "invariant", rate=1e-2),
    "egnn": Contestant("EGNN", "egnn"),
    "tensor": Contestant("tensor network, 0o", "tensor", rate=1e-2),
}


# --- data ----------------------------------------------------------------------------------------------------------


def upright() -> Tensor:
    """The eight shapes as they are written down, centred: (8, 4, 3) float64, shape k of class k."""
    return torch.stack([tetris(name) for name in NAMES])


def turned(rotations: Tensor, noise: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
    """Every shape under every rotation: (r, 3, 3) float64 -> (8 r, 4, 3) float64, class i mod 8; noise first."""
    shapes = upright().repeat(len(rotations), 1, 1)
    if noise:
        shapes = shapes + noise * torch.randn(shapes.shape, generator=generator, dtype=torch.float64)
    return shapes @ rotations.repeat_interleave(CLASSES, 0).mT


def labels(shapes: Tensor) -> Tensor:
    """i mod 8, as `turned` lays them out: (b, 4, 3) -> (b) int64."""
    return torch.arange(len(shapes)) % CLASSES


def told_apart_by_distances() -> float:
    """The share of shapes that no model of distances alone can do better than: classes of equal distances / 8.

    Of shapes with the same distances between all points, one answer is right for one of them.
    """
    lengths = {tuple(sorted(torch.pdist(shape).mul(1e6).round().tolist())) for shape in upright()}
    return len(lengths) / CLASSES


# --- networks ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def complete(copies: int) -> Graph:
    """Every point of a shape hears the three others; so many shapes side by side."""
    pairs = (~torch.eye(POINTS, dtype=torch.bool)).nonzero().T
    return canonical.stacked(Graph(pairs, POINTS), copies)


def bonded(shapes: Tensor) -> Graph:
    """Points one step apart hear each other, nearer than `CUTOFF`: (b, 4, 3) -> b shapes side by side."""
    lengths = torch.linalg.vector_norm(shapes[:, :, None] - shapes[:, None], dim=-1)  # (b, 4, 4)
    near = (lengths < CUTOFF) & ~torch.eye(POINTS, dtype=torch.bool)
    of, source, target = near.nonzero(as_tuple=True)
    return Graph(torch.stack((source, target)) + POINTS * of, POINTS * len(shapes))


class Classifier(nn.Module):
    """s(x), one number a class for each shape: (b, 4, 3) -> (b, 8); in one of the `Pose`s, averaged over its frames."""

    def __init__(self, network: GeometricModel, pose: Pose = "given") -> None:
        super().__init__()
        self.network, self.pose = network, pose

    def forward(self, shapes: Tensor) -> Tensor:
        """(b, 4, 3) float -> (b, 8)."""
        posed = self.posed(shapes)  # (b, k, 4, 3)
        b, k = posed.shape[:2]
        return self.logits(posed.flatten(0, 1)).reshape(b, k, CLASSES).mean(dim=1)

    def posed(self, shapes: Tensor) -> Tensor:
        """The poses in which the network sees each shape: (b, 4, 3) -> (b, k, 4, 3), centred."""
        centred = shapes - shapes.mean(dim=1, keepdim=True)
        if self.pose == "given":
            return centred[:, None]
        exact = centred.double()
        if self.pose == "pca":
            g = torch.vmap(canonical.canonical_frame)(exact)[:, None]  # (b, 1, 3, 3)
        else:
            g = torch.vmap(canonical.frames)(exact)  # (b, 4, 3, 3)
        return (exact[:, None] @ g).to(shapes.dtype)

    def logits(self, shapes: Tensor) -> Tensor:
        """Sum over the points of what the network gives each: (b, 4, 3) -> (b, 8)."""
        return self.summed(self.network(*self.inputs(shapes, complete(len(shapes)))).scalars)

    @staticmethod
    def inputs(shapes: Tensor, graph: Graph) -> tuple[Tensor, Tensor, Graph]:
        """One feature a node, 1; the positions one below the other."""
        positions = shapes.reshape(-1, 3)
        return torch.ones_like(positions[:, :1]), positions, graph

    @staticmethod
    def summed(nodes: Tensor) -> Tensor:
        """(4 b, d) -> (b, d)."""
        return nodes.reshape(-1, POINTS, nodes.shape[-1]).sum(dim=1)


class TensorClassifier(Classifier):
    """Seven even scalars and an odd one: the chiral pair shares the first even one and has the odd one's two signs."""

    def logits(self, shapes: Tensor) -> Tensor:
        """(b, 4, 3) -> (b, 8): a_0 + b, a_0 - b, a_1, .., a_6."""
        even, odd = self.parities(shapes)
        return torch.cat([even[:, :1] + odd, even[:, :1] - odd, even[:, 1:]], dim=1)

    def parities(self, shapes: Tensor) -> tuple[Tensor, Tensor]:
        """(b, 4, 3) -> the even scalars (b, 7) and the odd one (b, 1), which changes sign under inversion."""
        out = self.summed(self.network.irreps(*self.inputs(shapes, bonded(shapes))))  # type: ignore[operator]
        return out[:, : CLASSES - 1], out[:, -1:]


def classifier(key: str, seed: int = 0) -> Classifier:
    """An untrained contestant, one of `CONTESTANTS`; the global random state is left as it was.

    Raises ValueError on another key.
    """
    if key not in CONTESTANTS:
        raise ValueError(f"Expected a contestant of {tuple(CONTESTANTS)}, got {key!r}.")
    of = CONTESTANTS[key]
    if of.network == "tensor":
        return TensorClassifier(_tensor(seed))
    network = build(of.network, seed=seed, features=1, hidden=32, layers=2, outputs=CLASSES)
    return Classifier(network, of.pose)


@lru_cache(maxsize=16)
def numbers(key: str) -> int:
    """How many numbers a contestant learns."""
    return sum(parameter.numel() for parameter in _template(key).parameters())


def _tensor(seed: int) -> GeometricModel:
    """l <= 1, eight channels of each irrep; an odd scalar of a chiral shape needs three layers."""
    from models.tensor_net import TensorNetwork  # e3nn takes seconds to import

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return TensorNetwork(1, 8, 3, CLASSES - 1, lmax=1, tensors=8, extra="1x0o", cutoff=2.0, neighbors=1.5, basis=3)


ClassifierT = TypeVar("ClassifierT", bound=Classifier)


# --- training ------------------------------------------------------------------------------------------------------


class Training:
    """One contestant as it learns; `step` by `step`, so that all can take turns."""

    def __init__(self, key: str, seed: int = 0) -> None:
        self.key, self.of = key, CONTESTANTS[key]
        self.model = classifier(key, seed)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=self.of.rate)
        self.generator = torch.Generator().manual_seed(seed)
        self.steps, self.samples, self.loss = 0, 0, math.nan
        if self.of.rotations > 0:
            self.rotations = symmetry.random_rotations(self.of.rotations, self.generator)

    @property
    def diverged(self) -> bool:
        """Whether a step gave a loss that is no number; no step is taken after it."""
        return self.steps > 0 and not math.isfinite(self.loss)

    def shown(self) -> Tensor:
        """The shapes of the next step, (b, 4, 3) float32."""
        if self.of.rotations == 0:
            return upright().float()
        if self.of.rotations == FRESH:
            return turned(symmetry.random_rotations(BATCH, self.generator)).float()
        if self.of.rotations <= BATCH:
            return turned(self.rotations).float()
        chosen = torch.randperm(len(self.rotations), generator=self.generator)[:BATCH]
        return turned(self.rotations[chosen]).float()

    def step(self) -> None:
        """One step of Adam; nothing where the loss was no number before."""
        if self.diverged:
            return
        shapes = self.shown()
        loss = F.cross_entropy(self.model(shapes), labels(shapes))
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.loss, self.steps, self.samples = loss.item(), self.steps + 1, self.samples + len(shapes)
        if not self.diverged:
            self.optimizer.step()

    def data(self) -> Tensor:
        """All that it is trained on, (b, 4, 3); a draw of it where there is no end."""
        if self.of.rotations == FRESH:
            return probe(1)
        return upright() if self.of.rotations == 0 else turned(self.rotations)

    def accuracy(self) -> float:
        """On the data that it is trained on, or the first part of it."""
        return accuracy(self.model, self.data()[: BATCH * CLASSES])


def guesses(model: Classifier, shapes: Tensor) -> Tensor:
    """The class of the largest logit: (b, 4, 3) -> (b) int64."""
    with torch.no_grad():
        logits: Tensor = model(shapes.to(next(model.parameters()).dtype))
    return logits.argmax(dim=1)


def accuracy(model: Classifier, shapes: Tensor) -> float:
    """The share classified rightly, shapes laid out as by `turned`."""
    return float((guesses(model, shapes) == labels(shapes)).double().mean())


@lru_cache(maxsize=8)
def probe(seed: int, rotations: int = 10, noise: float = 0.0) -> Tensor:
    """Each shape under so many random rotations, (8 r, 4, 3) float32; the same for every contestant."""
    generator = torch.Generator().manual_seed(100_000 + seed)
    return turned(symmetry.random_rotations(rotations, generator), noise, generator).float()


# --- what came of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """A trained contestant on data that it never saw.

    train, rotated, noisy: shares classified rightly, on the training data, on 1,600 rotated shapes and on as many
    with noise; by_shape: that of `rotated` for each shape in the order of `NAMES`; error, error_noisy: invariance
    errors of the shapes as they are, three of which are degenerate, and with noise, which leaves none so; odd: the odd
    scalar of the first chiral shape and of its inversion, where there is one.
    """

    train: float
    rotated: float
    noisy: float
    by_shape: tuple[float, ...]
    error: float
    error_noisy: float
    odd: tuple[float, float] | None


ROTATIONS = 200
"""Of each shape: 1,600 in all."""


def measured(training: Training, seed: int = 0) -> Iterator[Measured | None]:
    """Yield None after each part and the whole at last."""
    model = training.model
    shares, errors = [], []
    for shapes in (training.data(), probe(seed, ROTATIONS), probe(seed, ROTATIONS, NOISE)):
        right = []
        for part in torch.split(shapes, CHUNK):
            right.append(guesses(model, part) == labels(part))
            yield None
        shares.append(torch.cat(right).reshape(-1, CLASSES).double())
    exact = _exact(model)
    yield None
    for noise in (0.0, NOISE):
        tried = []
        for sample in invariance(exact, noise, seed):
            tried.append(sample)
            yield None
        errors.append(symmetry.summarise(tried)["scalars"].maximum)
    train, rotated, noisy = shares
    yield Measured(
        train=float(train.mean()),
        rotated=float(rotated.mean()),
        noisy=float(noisy.mean()),
        by_shape=tuple(rotated.mean(dim=0).tolist()),
        error=errors[0],
        error_noisy=errors[1],
        odd=odd(exact) if isinstance(exact, TensorClassifier) else None,
    )


def invariance(
    model: Classifier, noise: float = 0.0, seed: int = 0, *, rotations: int = 20
) -> Iterator[symmetry.Sample]:
    """|| s(R x) - s(x) || / || s(x) || of one random rotation after the other, all eight shapes at once, in float64."""
    exact = _exact(model)
    shapes = turned(torch.eye(3, dtype=torch.float64)[None], noise, torch.Generator().manual_seed(seed))
    return symmetry.samples(
        lambda x: {"scalars": exact(x.reshape(-1, POINTS, 3))},
        shapes.reshape(-1, 3),
        symmetry.random_transforms("rotation", rotations, seed),
    )


def _exact(model: ClassifierT) -> ClassifierT:
    """The model in float64, itself where it is."""
    return model if next(model.parameters()).dtype == torch.float64 else copy.deepcopy(model).double()


def odd(model: TensorClassifier) -> tuple[float, float]:
    """The odd scalar of the first chiral shape and of its inversion x -> -x, in float64: a number and its negative."""
    exact = _exact(model)
    with torch.no_grad():
        values = exact.parities(torch.stack((tetris("chiral 1"), -tetris("chiral 1"))))[1]
    return float(values[0]), float(values[1])


@lru_cache(maxsize=32)
def promises(key: str, seed: int = 0) -> tuple[bool, bool]:
    """Before any training: whether all eight shapes keep their output when turned, and whether the mirror pair differs.

    Only one of which both hold will surely name every turned shape once it names every upright one.
    """
    model = classifier(key, seed)
    kept = symmetry.summarise(list(invariance(model, 0.0, seed, rotations=3)))["scalars"].maximum < ROUNDING
    with torch.no_grad():
        one, other = copy.deepcopy(model).double()(upright()[:2])
    return kept, symmetry.relative_error(other, one) > ROUNDING


ROUNDING = 1e-9
"""Of outputs in float64 whose weights were drawn in float32."""


def packed(model: Classifier) -> bytes:
    """All weights in order, float32 little-endian."""
    return nn.utils.parameters_to_vector(model.parameters()).detach().numpy().astype("<f4").tobytes()


@lru_cache(maxsize=16)
def _template(key: str) -> Classifier:
    return classifier(key)


def unpacked(key: str, weights: bytes) -> Classifier:
    """The contestant with these weights. Raises ValueError where they are of another number."""
    model = copy.deepcopy(_template(key))
    vector = torch.frombuffer(bytearray(weights), dtype=torch.float32)
    if len(vector) != sum(parameter.numel() for parameter in model.parameters()):
        raise ValueError(f"Expected the weights of {key!r}, got {len(vector)} numbers.")
    nn.utils.vector_to_parameters(vector, model.parameters())
    return model
