"""Learning curves of forces: the error on new frames after training on n of them, for networks of degree l = 0, 1, 2.

    error(n) = mean |F - F_reference| over components,    loss = mean (F - F_reference)^2 / mean F_reference^2

All points (potential, n, seed) of one l train as one batch (`potentials/cartesian_nets.py`), with equal steps and equal
numbers of parameters for every l; each keeps the weights of the checkpoint with the least validation error. Nothing is
tuned apart for one l. Question and form: Batzner et al., arXiv:2101.03164; Geiger and Smidt, arXiv:2207.09453.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.networks.training_state import TrainingState, go_on, state_of, torch_generator, torch_state
from models.potentials.cartesian_nets import CartesianNets, channels_for
from models.potentials.clusters import Frames, Potential, frames

POOL, VALIDATION, TEST = 512, 128, 256
"""Frames of a seed, of which a training set is the first n; frames to choose the checkpoint by; frames to test on."""
VALIDATION_SEED, TEST_SEED = 900, 901
Wanted = tuple[Potential, int, int]
"""Potential, count and seed of some frames."""
MEASURED = 64
"""Training frames that the training error is measured on, at most; and frames that are evaluated at once."""


@dataclass(frozen=True)
class SetUp:
    """How every point trains; part of the table."""

    steps: int = 4000
    batch: int = 8
    rate: float = 4e-3
    parameters: int = 10_000
    layers: int = 3
    checkpoints: int = 10
    clip: float = 5.0
    pool: int = POOL

    def rate_at(self, step: int) -> float:
        """Up in the first 2 % of the steps, then down along a cosine to 0."""
        warm = max(1, self.steps // 50)
        if step < warm:
            return self.rate * (step + 1) / warm
        return self.rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, self.steps - warm)))


@dataclass(frozen=True)
class Point:
    """One point of a learning curve; errors are mean |force component|, epsilon / sigma, NaN before a measurement."""

    potential: Potential
    lmax: int
    size: int
    seed: int
    steps: int = 0
    """Of the checkpoint that was chosen."""
    train: float = math.nan
    validation: float = math.nan
    test: float = math.nan
    last_train: float = math.nan
    last_test: float = math.nan
    """The same at the newest checkpoint, chosen or not."""


def wanted(point: Point, setup: SetUp) -> tuple[Wanted, Wanted, Wanted]:
    """The frames that a point is trained on, chosen by and tested on, as the arguments of `frames`."""
    p = point.potential
    return (p, setup.pool, point.seed), (p, VALIDATION, VALIDATION_SEED), (p, TEST, TEST_SEED)


@dataclass(frozen=True, slots=True, eq=False)
class CurvePlace:
    """Where a training of points stands, between two steps: the points as measured last, and what their batches hold.

    generators: the states of the draws to come, one a point.
    """

    state: TrainingState
    generators: tuple[bytes, ...]
    taken: int
    points: tuple[Point, ...]


class CurveTraining:
    """Points of one l, trained together: `step()` until `done`, `measure()` now and then.

    Raises ValueError for points of several l, or a training set larger than the pool.
    """

    def __init__(
        self,
        points: Sequence[Point],
        setup: SetUp,
        device: torch.device | str = "cpu",
        given: Mapping[Wanted, Frames] | None = None,
    ) -> None:
        """given: frames that were made before, by what `wanted` names; the others are made now."""
        lmax = points[0].lmax
        if any(point.lmax != lmax for point in points) or max(point.size for point in points) > setup.pool:
            raise ValueError(f"Expected points of one l and at most {setup.pool} frames, got {points}.")
        self.points, self.setup, self.taken = list(points), setup, 0
        channels = channels_for(lmax, setup.parameters, setup.layers)
        self.nets = CartesianNets([point.seed for point in points], lmax, channels, setup.layers).to(device)
        self.optimizer = torch.optim.Adam(self.nets.parameters(), lr=setup.rate)
        self.generators = [torch.Generator().manual_seed(7919 * point.seed + point.size) for point in points]
        self.train, self.validation, self.test = (
            self._frames(sets, device, given or {}) for sets in zip(*(wanted(p, setup) for p in points), strict=True)
        )
        sizes = [point.size for point in points]
        squares = torch.stack([f[:n].square().mean() for f, n in zip(self.train[1], sizes, strict=True)])
        self.scale = squares.sqrt()[:, None, None, None]  # (m, 1, 1, 1), from the frames it may learn from
        self.rows = torch.arange(len(points), device=device)[:, None]

    @staticmethod
    def _frames(sets: Sequence[Wanted], device: torch.device | str, given: Mapping[Wanted, Frames]) -> Frames:
        found = [given[one] if one in given else frames(*one) for one in sets]
        x, f = (torch.stack(parts).to(device, torch.float32) for parts in zip(*found, strict=True))
        return x, f  # (m, frames, n, 3) each

    def place(self) -> CurvePlace:
        """Where it stands; `go_on` of another one of the same points goes on from there, digit for digit."""
        generators = tuple(torch_state(generator) for generator in self.generators)
        return CurvePlace(state_of(self.nets, self.optimizer), generators, self.taken, tuple(self.points))

    def go_on(self, place: CurvePlace) -> None:
        """Stand there. Raises ValueError where it is a place of another network or of other points."""
        if len(place.points) != len(self.points) or len(place.generators) != len(self.points):
            raise ValueError(f"Expected a place of {len(self.points)} points, got one of {len(place.points)}.")
        go_on(self.nets, self.optimizer, place.state)
        self.generators = [torch_generator(state) for state in place.generators]
        self.taken, self.points = place.taken, list(place.points)

    @property
    def done(self) -> bool:
        """Whether all steps were taken."""
        return self.taken >= self.setup.steps

    def step(self) -> Tensor:
        """One step of Adam on a batch of each model's own; returns the losses (m,), on the device."""
        drawn = [
            torch.randint(point.size, (self.setup.batch,), generator=generator, device=generator.device)
            for point, generator in zip(self.points, self.generators, strict=True)
        ]
        chosen = torch.stack(drawn).to(self.rows.device, non_blocking=True)  # (m, b)
        x, f = (part[self.rows, chosen] for part in self.train)  # (m, b, n, 3)
        losses = (self.nets.forces(x, learning=True) - f / self.scale).square().mean((1, 2, 3))
        self.optimizer.zero_grad()
        losses.sum().backward()  # type: ignore[no-untyped-call]  # torch's own
        self._clip()
        for group in self.optimizer.param_groups:
            group["lr"] = self.setup.rate_at(self.taken)
        self.optimizer.step()
        self.taken += 1
        return losses.detach()

    def _clip(self) -> None:
        """Each model's gradient to a length of at most `clip`; one that is not finite changes nothing."""
        gradients = [p.grad for p in self.nets.parameters() if p.grad is not None]
        lengths = torch.stack([g.flatten(1).square().sum(1) for g in gradients]).sum(0).sqrt()  # (m,)
        factor = (self.setup.clip / lengths.clamp(min=self.setup.clip)).nan_to_num(0.0)
        for g in gradients:
            g.nan_to_num_(0.0, 0.0, 0.0).mul_(factor.view(-1, *(1,) * (g.dim() - 1)))

    def _errors(self, given: Frames, count: list[int] | None = None) -> Generator[None, None, list[float]]:
        """Mean absolute error of the forces of each model, over its first `count` frames, or all; in small steps."""
        total = torch.zeros(len(self.points), device=self.rows.device)
        x, f = given
        for at in range(0, x.shape[1], MEASURED):
            part = slice(at, at + MEASURED)
            error = (self.nets.forces(x[:, part]) * self.scale - f[:, part]).abs().mean((2, 3))  # (m, b)
            if count is not None:
                seen = torch.tensor(count, device=error.device)[:, None] > torch.arange(
                    at, at + error.shape[1], device=error.device
                )
                error = error * seen
            total += error.sum(1)
            yield
        each = total / (torch.tensor(count, device=total.device) if count is not None else x.shape[1])
        return [float(one) for one in each.tolist()]

    def measure(self) -> list[Point]:
        """The points after this step: a point changes where its validation error has come down."""
        for _ in self.measuring():
            pass
        return self.points

    def measuring(self) -> Iterator[None]:
        """`measure`, giving way after each `MEASURED` frames."""
        count = [min(MEASURED, point.size) for point in self.points]
        most = max(count)
        trained = yield from self._errors((self.train[0][:, :most], self.train[1][:, :most]), count)
        chosen = yield from self._errors(self.validation)
        tested = yield from self._errors(self.test)
        for k, (train, validation, test) in enumerate(zip(trained, chosen, tested, strict=True)):
            before = self.points[k].validation
            self.points[k] = replace(self.points[k], last_train=train, last_test=test)
            if math.isfinite(validation) and not before <= validation:
                self.points[k] = replace(
                    self.points[k], steps=self.taken, train=train, validation=validation, test=test
                )
