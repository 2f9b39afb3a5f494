"""A training goes on from plain data as if nothing had been, digit for digit; and data of another one is refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from models.experiments import classification, learning_curves
from models.experiments.karate import node_training
from models.experiments.learning_curves import Point, SetUp
from models.experiments.links import hide, link_training
from models.experiments.rings import ring_training
from models.graphs.clouds import named_graph
from models.networks.training_state import (
    TrainingState,
    go_on,
    numpy_generator,
    numpy_state,
    state_of,
    torch_generator,
    torch_state,
)
from models.potentials.dynamics import Moment, thermal, velocity_verlet, verlet_from
from models.potentials.force_field import learned
from models.potentials.pair import PairPotential, ball

After = tuple[int, TrainingState] | None


def karate(after: After) -> Iterator[tuple[object, Callable[[], TrainingState]]]:
    for at in node_training("gcn", 2, (3, 4), 12, after=after):
        yield (at.step, at.loss.tolist(), at.scores.tolist()), at.state


def links(after: After) -> Iterator[tuple[object, Callable[[], TrainingState]]]:
    for at in link_training("algorithm 4", 2, 3, hide(named_graph("karate"), 3), 12, after=after):
        yield (at.step, at.loss, at.auc, at.embedding.tolist()), at.state


def rings(after: After) -> Iterator[tuple[object, Callable[[], TrainingState]]]:
    for at in ring_training("gcn", 2, (3,), "mean", 12, after=after):
        yield (at.step, at.loss.tolist(), at.seen.tolist(), at.unseen.tolist()), at.state


@pytest.mark.parametrize("training", [karate, links, rings])
def test_the_steps_behind_a_state_are_those_of_an_undisturbed_training(
    training: Callable[[After], Iterator[tuple[object, Callable[[], TrainingState]]]],
) -> None:
    whole, states = [], []
    for step, state in training(None):
        whole.append(step)
        states.append(state())
    for k in (0, 1, 7, 12):
        assert [step for step, _ in training((k, states[k]))] == whole[k + 1 :]


@pytest.mark.parametrize("key", ["augmented 256", "augmented fresh", "frames", "distances", "tensor"])
def test_a_contestant_goes_on_from_its_place(key: str) -> None:
    training = classification.Training(key, 5)
    for _ in range(3):
        training.step()
    other = classification.Training(key, 5)
    other.go_on(training.place())
    for _ in range(3):
        training.step()
        other.step()
        assert other.loss == training.loss
    assert classification.packed(other.model) == classification.packed(training.model)
    assert (other.steps, other.samples) == (training.steps, training.samples)
    assert other.accuracy() == training.accuracy()


def test_points_go_on_from_their_place_with_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_curves, "VALIDATION", 4)
    monkeypatch.setattr(learning_curves, "TEST", 4)
    points = [Point("stillinger-weber", 1, 4, 0), Point("lennard-jones", 1, 8, 1)]
    setup = SetUp(steps=12, batch=2, parameters=1500, layers=2, pool=8)
    training, other = (learning_curves.CurveTraining(points, setup) for _ in range(2))
    for _ in range(5):
        training.step()
    training.measure()
    training.points[0] = replace(training.points[0], validation=0.0)  # nothing later will be better
    other.go_on(training.place())
    while not training.done:
        assert torch.equal(other.step(), training.step())
    assert other.measure() == training.measure()
    assert other.points[0].steps == 5
    with pytest.raises(ValueError, match="place of 1 points, got one of 2"):
        learning_curves.CurveTraining(points[:1], setup).go_on(training.place())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dynamics_go_on_from_a_moment(dtype: str) -> None:
    x = ball(13).astype(dtype)
    force, v = PairPotential("lj", "smooth"), thermal(ball(13), 0.2, 1).astype(dtype)
    whole = list(islice(velocity_verlet(force, x, v, 0.01), 8))
    rest = list(islice(verlet_from(force, Moment(*_copies(whole[3])), 0.01), 5))
    for one, other in zip(rest, whole[3:], strict=True):
        for mine, theirs in zip(_copies(one), _copies(other), strict=True):
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)


def _copies(moment: Moment) -> tuple[np.ndarray, ...]:
    return tuple(part.copy() for part in (moment.positions, moment.velocities, moment.energies, moment.forces))


def test_a_parameter_that_never_had_a_gradient_has_no_moments_afterwards_either() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1), torch.nn.Linear(5, 5))

    def stepped() -> torch.optim.Adam:
        adam = torch.optim.Adam(model.parameters(), lr=0.1)
        model[1](model[0](torch.ones(1, 2))).sum().backward()
        adam.step()
        return adam

    adam = stepped()
    state = state_of(model, adam)
    assert state.steps.tolist() == [1, 1, 1, 1, 0, 0]
    other = torch.optim.Adam(model.parameters(), lr=0.5)
    go_on(model, other, state)
    assert [parameter in other.state for parameter in model.parameters()] == [True] * 4 + [False] * 2
    assert other.param_groups[0]["lr"] == 0.1


def test_buffers_are_part_of_it() -> None:
    model, other = learned("invariant", 1), learned("invariant", 1)
    model.scale.fill_(2.5)
    model.shift.fill_(-1.25)
    go_on(other, torch.optim.Adam(other.parameters()), state_of(model, torch.optim.Adam(model.parameters())))
    assert (float(other.scale), float(other.shift)) == (2.5, -1.25)


def test_a_state_of_another_network_is_refused() -> None:
    small, large = torch.nn.Linear(2, 2), torch.nn.Linear(3, 3)
    state = state_of(small, torch.optim.Adam(small.parameters()))
    with pytest.raises(ValueError, match=r"Expected \(12, 2, 0\) .* got \(6, 2, 0\)"):
        go_on(large, torch.optim.Adam(large.parameters()), state)
    with pytest.raises(ValueError, match="Expected"):
        go_on(small, torch.optim.Adam(small.parameters()), replace(state, mean=state.mean[:-1]))


def test_both_kinds_of_generator_go_on() -> None:
    ours = np.random.default_rng(3)
    ours.integers(0, 2**31, 3, dtype=np.int32)  # leaves half a word over
    again = numpy_generator(numpy_state(ours))
    np.testing.assert_array_equal(
        again.integers(0, 2**31, 5, dtype=np.int32), ours.integers(0, 2**31, 5, dtype=np.int32)
    )
    np.testing.assert_array_equal(again.standard_normal(50), ours.standard_normal(50))
    theirs = torch.Generator().manual_seed(3)
    torch.randn(5, generator=theirs)
    assert torch.equal(
        torch.randn(20, generator=torch_generator(torch_state(theirs))), torch.randn(20, generator=theirs)
    )
    for make in (numpy_generator, torch_generator):
        with pytest.raises(ValueError, match="bytes of a generator, got 3"):
            make(b"abc")
