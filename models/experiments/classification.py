"""The classification example: shapes that are shown upright and asked for when turned; ten ways to deal with it.

    loss = -(1/b) sum_i log softmax( s(x_i) )_{y_i},   s(x) = sum over the n points of f(x)         (b, k) logits

naive         f reads coordinates (`models/networks/naive.py`), trained on the upright shapes
augmented     the same f, shown 1, 16 or 256 rotations that were drawn once, or other ones each step
pca, frames   the same f in the pose of the principal axes, or averaged over the four that those leave open
distances     f reads lengths only (`networks/invariant.py`); egnn: `networks/egnn.py`. Both are blind to handedness
tensor        even scalars a_k and an odd one, b (`networks/tensor_net.py`): a mirror pair gets a_0 + b and a_0 - b

Every contestant learns by Adam with the same loss and as many steps, on the device that it is given; shapes, rotations
and poses are made on the CPU, the same for every device. Shapes: `models/graphs/shapes.py`. The odd scalar: e3nn's
`tetris_gate.py` and Thomas et al., arXiv:1802.08219; frames: Puny et al., arXiv:2110.03336.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.experiments.contestants import CONTESTANTS as CONTESTANTS
from models.experiments.contestants import FRESH, Pose
from models.graphs.graph import Graph, on
from models.graphs.shapes import NOISE, TETRIS, Kind, Shapes, labels, turned
from models.networks.canonical import stacked
from models.networks.geometric import GeometricModel
from models.networks.training_state import TrainingState, go_on, state_of, torch_generator, torch_state
from models.networks.zoo import build
from models.symmetry import equivariance
from models.symmetry.frames import canonical_frame, frames

if TYPE_CHECKING:
    from models.networks.tensor_net import TensorNetwork

BATCH = 16
"""Rotations of each shape a step, where a contestant has so many."""
CHUNK = 40
"""Shapes that are classified at once while others wait."""
ROUNDING = 1e-9
"""Of outputs in float64 whose weights were drawn in float32."""


# --- networks ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def complete(points: int, copies: int, device: torch.device) -> Graph:
    """Every point of a shape hears all others; so many shapes side by side."""
    pairs = (~torch.eye(points, dtype=torch.bool, device="cpu")).nonzero().T
    return on(stacked(Graph(pairs, points), copies), device)


def bonded(shapes: Tensor, bond: float = TETRIS.kind.bond) -> Graph:
    """Points that are nearer than `bond` hear each other: (b, n, 3) -> b shapes side by side."""
    n = shapes.shape[1]
    lengths = torch.linalg.vector_norm(shapes[:, :, None] - shapes[:, None], dim=-1)  # (b, n, n)
    near = (lengths < bond) & ~torch.eye(n, dtype=torch.bool, device=shapes.device)
    of, source, target = near.nonzero(as_tuple=True)
    return Graph(torch.stack((source, target)) + n * of, n * len(shapes))


class Classifier(nn.Module):
    """s(x), one number a class for each shape: (b, n, 3) -> (b, k); in one of the `Pose`s, averaged over its frames."""

    def __init__(self, network: GeometricModel, pose: Pose = "given") -> None:
        super().__init__()
        self.network, self.pose = network, pose

    def forward(self, shapes: Tensor) -> Tensor:
        """(b, n, 3) float -> (b, k)."""
        posed = self.posed(shapes)  # (b, f, n, 3)
        b, f = posed.shape[:2]
        return self.logits(posed.flatten(0, 1)).reshape(b, f, -1).mean(dim=1)

    def posed(self, shapes: Tensor) -> Tensor:
        """The poses in which the network sees each shape: (b, n, 3) -> (b, f, n, 3), centered.

        They are found on the CPU, so that arbitrary axes of a degenerate shape are the same for every device.
        """
        centered = shapes - shapes.mean(dim=1, keepdim=True)
        if self.pose == "given":
            return centered[:, None]
        exact = centered.double().cpu()
        one, four = torch.vmap(canonical_frame), torch.vmap(frames)
        g = one(exact)[:, None] if self.pose == "pca" else four(exact)  # (b, 1 or 4, 3, 3)
        return (exact[:, None] @ g).to(shapes)

    def logits(self, shapes: Tensor) -> Tensor:
        """Sum over the points of what the network gives each: (b, n, 3) -> (b, k)."""
        b, n, _ = shapes.shape
        return self.summed(self.network(*self.inputs(shapes, complete(n, b, shapes.device))).scalars, b)

    @staticmethod
    def inputs(shapes: Tensor, graph: Graph) -> tuple[Tensor, Tensor, Graph]:
        """One feature a node, 1; the positions one below the other."""
        positions = shapes.reshape(-1, 3)
        return torch.ones_like(positions[:, :1]), positions, graph

    @staticmethod
    def summed(nodes: Tensor, shapes: int) -> Tensor:
        """(n b, d) -> (b, d)."""
        return nodes.reshape(shapes, -1, nodes.shape[-1]).sum(dim=1)


class TensorClassifier(Classifier):
    """Even scalars and an odd one: a mirror pair shares the first even one and has the odd one's two signs.

    Where no shape has a mirror image among the classes each has an even scalar, and the odd one is looked at alone.
    """

    network: TensorNetwork

    def __init__(self, network: TensorNetwork, kind: Kind) -> None:
        super().__init__(network)
        self.chiral, self.bond = kind.chiral, kind.bond
        self.even, _, self.odd = network.irreps_out.slices()

    def logits(self, shapes: Tensor) -> Tensor:
        """(b, n, 3) -> (b, k): a_0 + b, a_0 - b, a_1, .., or a_0, a_1, .. ."""
        even, odd = self.parities(shapes)
        return torch.cat([even[:, :1] + odd, even[:, :1] - odd, even[:, 1:]], dim=1) if self.chiral else even

    def parities(self, shapes: Tensor) -> tuple[Tensor, Tensor]:
        """(b, n, 3) -> the even scalars (b, k or k - 1), the odd one (b, 1), which changes sign under inversion."""
        inputs = self.inputs(shapes, bonded(shapes, self.bond))
        out = self.summed(self.network.irreps(*inputs), len(shapes))
        return out[:, self.even], out[:, self.odd]


def classifier(key: str, seed: int = 0, kind: Kind = TETRIS.kind) -> Classifier:
    """An untrained contestant, one of `CONTESTANTS`; the global random state is left as it was.

    Raises ValueError on another key.
    """
    if key not in CONTESTANTS:
        raise ValueError(f"Expected a contestant of {tuple(CONTESTANTS)}, got {key!r}.")
    of = CONTESTANTS[key]
    if of.network == "tensor":
        return TensorClassifier(_tensor(seed, kind), kind)
    network = build(of.network, seed=seed, features=1, hidden=32, layers=2, outputs=kind.classes)
    return Classifier(network, of.pose)


@lru_cache(maxsize=64)
def _template(key: str, seed: int, kind: Kind) -> Classifier:
    """To be copied: e3nn builds for a third of a second."""
    return classifier(key, seed, kind)


def numbers(key: str, kind: Kind = TETRIS.kind) -> int:
    """How many numbers a contestant learns."""
    return sum(parameter.numel() for parameter in _template(key, 0, kind).parameters())


def _tensor(seed: int, kind: Kind) -> TensorNetwork:
    """l <= 1, eight channels of each irrep; an odd scalar of a chiral shape needs three layers."""
    from models.networks.tensor_net import TensorNetwork  # e3nn takes seconds to import

    even = kind.classes - kind.chiral
    ends = {"cutoff": kind.cutoff, "neighbors": kind.neighbors}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return TensorNetwork(1, 8, 3, even, lmax=1, tensors=8, extra="1x0o", basis=3, **ends)


ClassifierT = TypeVar("ClassifierT", bound=Classifier)


# --- training ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where the training of a contestant stands, between two steps; generator: the state of its rotations to come."""

    state: TrainingState
    generator: bytes
    steps: int
    samples: int
    loss: float


class Training:
    """One contestant as it learns; `step` by `step`, so that all can take turns."""

    def __init__(self, key: str, seed: int = 0, shapes: Shapes = TETRIS, device: torch.device | str = "cpu") -> None:
        self.key, self.of, self.shapes, self.device = key, CONTESTANTS[key], shapes, device
        self.model = copy.deepcopy(_template(key, seed, shapes.kind)).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=self.of.rate)
        self.generator = torch.Generator().manual_seed(seed)
        self.steps, self.samples, self.loss = 0, 0, math.nan
        if self.of.rotations > 0:
            self.rotations = equivariance.random_rotations(self.of.rotations, self.generator)

    def place(self) -> Place:
        """Where it stands; `go_on` of another one of the same arguments goes on from there, digit for digit."""
        state = state_of(self.model, self.optimizer)
        return Place(state, torch_state(self.generator), self.steps, self.samples, self.loss)

    def go_on(self, place: Place) -> None:
        """Stand there. Raises ValueError where it is a place of another network."""
        go_on(self.model, self.optimizer, place.state)
        self.generator = torch_generator(place.generator)
        self.steps, self.samples, self.loss = place.steps, place.samples, place.loss

    @property
    def diverged(self) -> bool:
        """Whether a step gave a loss that is no number; no step is taken after it."""
        return self.steps > 0 and not math.isfinite(self.loss)

    def shown(self) -> Tensor:
        """The shapes of the next step, (b, n, 3) float32 on the CPU."""
        if self.of.rotations == 0:
            return self.shapes.upright.float()
        if self.of.rotations == FRESH:
            return turned(equivariance.random_rotations(BATCH, self.generator), shapes=self.shapes).float()
        if self.of.rotations <= BATCH:
            return turned(self.rotations, shapes=self.shapes).float()
        chosen = torch.randperm(len(self.rotations), generator=self.generator, device="cpu")[:BATCH]
        return turned(self.rotations[chosen], shapes=self.shapes).float()

    def objective(self, shapes: Tensor) -> Tensor:
        """The loss on some shapes, laid out as by `turned`: (b, n, 3) -> a number on the model's device."""
        placed = shapes.to(self.device)
        return F.cross_entropy(self.model(placed), labels(placed, len(self.shapes.names)))

    def step(self) -> None:
        """One step of Adam; nothing where the loss was no number before."""
        if self.diverged:
            return
        shapes = self.shown()
        loss = self.objective(shapes)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.loss, self.steps, self.samples = loss.item(), self.steps + 1, self.samples + len(shapes)
        if not self.diverged:
            self.optimizer.step()

    def data(self) -> Tensor:
        """All that it is trained on, (b, n, 3); a draw of it where there is no end."""
        if self.of.rotations == FRESH:
            return probe(1, shapes=self.shapes)
        return self.shapes.upright if self.of.rotations == 0 else turned(self.rotations, shapes=self.shapes)

    def accuracy(self) -> float:
        """On the data that it is trained on, or the first part of it."""
        return self.right(self.data()[: BATCH * len(self.shapes.names)])

    def right(self, shapes: Tensor) -> float:
        """The share classified rightly, shapes laid out as by `turned`."""
        return accuracy(self.model, shapes, len(self.shapes.names))


def guesses(model: Classifier, shapes: Tensor) -> Tensor:
    """The class of the largest logit: (b, n, 3) -> (b) int64 on the CPU."""
    with torch.no_grad():
        logits: Tensor = model(shapes.to(next(model.parameters())))
    return logits.argmax(dim=1).cpu()


def accuracy(model: Classifier, shapes: Tensor, classes: int = len(TETRIS.names)) -> float:
    """The share classified rightly, shapes laid out as by `turned`."""
    return float((guesses(model, shapes) == labels(shapes.cpu(), classes)).double().mean())


@lru_cache(maxsize=8)
def probe(seed: int, rotations: int = 10, noise: float = 0.0, shapes: Shapes = TETRIS) -> Tensor:
    """Each shape under so many random rotations, (k r, n, 3) float32; the same for every contestant."""
    generator = torch.Generator().manual_seed(100_000 + seed)
    return turned(equivariance.random_rotations(rotations, generator), noise, generator, shapes).float()


# --- what came of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """A trained contestant on data that it never saw.

    train, rotated, noisy: shares classified rightly, on the training data, on so many rotations of each shape and on
    as many with noise; by_shape: that of `rotated` for each shape; error, error_noisy: invariance errors of the shapes
    as they are, some of which may be degenerate, and with noise, which leaves none so; odd: the odd scalar of the first
    shape and of its inversion, where there is one.
    """

    train: float
    rotated: float
    noisy: float
    by_shape: tuple[float, ...]
    error: float
    error_noisy: float
    odd: tuple[float, float] | None


ROTATIONS = 200
"""Of each shape: 1,600 of eight."""


def measured(training: Training, seed: int = 0, rotations: int = ROTATIONS) -> Iterator[Measured | None]:
    """Yield None after each part and the whole at last."""
    model, of, shares, errors = training.model, training.shapes, [], []
    for shapes in (training.data(), probe(seed, rotations, 0.0, of), probe(seed, rotations, NOISE, of)):
        right, wanted = [], labels(shapes, len(of.names))
        for part, answer in zip(torch.split(shapes, CHUNK), torch.split(wanted, CHUNK), strict=True):
            right.append(guesses(model, part) == answer)
            yield None
        shares.append(torch.cat(right).reshape(-1, len(of.names)).double())
    exact = _exact(model)
    yield None
    for noise in (0.0, NOISE):
        tried = []
        for sample in invariance(exact, noise, seed, shapes=of):
            tried.append(sample)
            yield None
        errors.append(equivariance.summarize(tried)["scalars"].maximum)
    train, rotated, noisy = shares
    yield Measured(
        train=float(train.mean()),
        rotated=float(rotated.mean()),
        noisy=float(noisy.mean()),
        by_shape=tuple(rotated.mean(dim=0).tolist()),
        error=errors[0],
        error_noisy=errors[1],
        odd=odd(exact, of) if isinstance(exact, TensorClassifier) else None,
    )


def invariance(
    model: Classifier, noise: float = 0.0, seed: int = 0, *, rotations: int = 20, shapes: Shapes = TETRIS
) -> Iterator[equivariance.Sample]:
    """|| s(R x) - s(x) || / || s(x) || of one random rotation after the other, all shapes at once, in float64."""
    exact = _exact(model)
    place = next(exact.parameters()).device
    still = turned(torch.eye(3, dtype=torch.float64)[None], noise, torch.Generator().manual_seed(seed), shapes)
    return equivariance.samples(
        lambda x: {"scalars": exact(x.to(place).reshape(still.shape)).cpu()},
        still.reshape(-1, 3),
        equivariance.random_transforms("rotation", rotations, seed),
    )


def _exact(model: ClassifierT) -> ClassifierT:
    """The model in float64, itself where it is."""
    return model if next(model.parameters()).dtype == torch.float64 else copy.deepcopy(model).double()


def odd(model: TensorClassifier, shapes: Shapes = TETRIS) -> tuple[float, float]:
    """The odd scalar of the first shape and of its inversion x -> -x, in float64: a number and its negative.

    Of a shape that lies in a plane it is 0: inversion is a half turn of it.
    """
    exact = _exact(model)
    first = shapes.upright[0].to(next(exact.parameters()))
    with torch.no_grad():
        values = exact.parities(torch.stack((first, -first)))[1]
    return float(values[0]), float(values[1])


@lru_cache(maxsize=16)
def _untrained(key: str, seed: int, kind: Kind) -> Classifier:
    return _exact(_template(key, seed, kind))


@lru_cache(maxsize=128)
def promises(key: str, seed: int = 0, shapes: Shapes = TETRIS) -> tuple[bool, bool]:
    """Before any training: whether all shapes keep their output when turned, and whether no two have the same.

    Only one of which both hold will surely name every turned shape once it names every upright one.
    """
    model = _untrained(key, seed, shapes.kind)
    kept = equivariance.summarize(list(invariance(model, 0.0, seed, rotations=3, shapes=shapes)))["scalars"].maximum
    with torch.no_grad():
        out = model(shapes.upright)
    gaps = torch.pdist(out) / torch.linalg.vector_norm(out, dim=1).mean()
    return kept < ROUNDING, float(gaps.min()) > ROUNDING


def packed(model: Classifier) -> bytes:
    """All weights in order, float32 little-endian."""
    return nn.utils.parameters_to_vector(model.parameters()).detach().cpu().numpy().astype("<f4").tobytes()


def unpacked(key: str, weights: bytes, kind: Kind = TETRIS.kind, device: torch.device | str = "cpu") -> Classifier:
    """The contestant with these weights. Raises ValueError where they are of another number."""
    model = copy.deepcopy(_template(key, 0, kind))
    vector = torch.frombuffer(bytearray(weights), dtype=torch.float32)
    if len(vector) != sum(parameter.numel() for parameter in model.parameters()):
        raise ValueError(f"Expected the weights of {key!r}, got {len(vector)} numbers.")
    nn.utils.vector_to_parameters(vector, model.parameters())
    return model.to(device)
