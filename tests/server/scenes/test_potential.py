"""The scene `potential`: hands are limited, the training learns, and both dynamics are those of models/."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from itertools import islice

import msgspec
import numpy as np
import pytest
import torch
from ase import Atoms
from ase.io import read

from models.potentials import dynamics, force_field
from models.potentials.pair import CUTOFF as REACH
from models.potentials.pair import PairPotential
from models.potentials.reference import lennard_jones
from server.disk.store import Entry
from server.engine.discovery import scenes
from server.engine.poison import Watch
from server.engine.timeline import Timeline
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room import rules
from server.room.scene import Context, Kept, Wait
from server.room.state import Origin, Room
from server.scenes.potential import JUMPS, KEEPS, SCENE, cluster, runs, training
from server.scenes.potential import messages as m
from server.scenes.potential.state import (
    CUTOFF,
    DIRECT,
    DIVERGED,
    DRAG,
    DYNAMICS,
    FORCES,
    NO_VECTORS,
    TRAIN,
    PotentialState,
)

CONTEXT = Context("test", 5, author="s1")
OTHER = Context("test", 6, author="s2")


def opened(**params: object) -> PotentialState:
    return SCENE.initial(m.PotentialParams(**params), CONTEXT)  # type: ignore[arg-type]  # names and values as declared


def sent(room: Room, command: Mapping[str, object]) -> Room:
    body = msgspec.json.encode(command)
    origin = Origin(room.sequence + 1, "i", "instructor")
    return rules.handle(room, origin, rules.decode(body, "instructor", room, scenes()), scenes())


def finish(timeline: Timeline) -> None:
    """Do the open scene's work to its end."""
    while timeline.job is not None:
        timeline.step()


def worked(state: PotentialState, most: int = 10_000) -> PotentialState:
    """The state after at most so many outputs of its job, and of the job that follows it."""
    while most > 0 and (job := SCENE.job(state)) is not None:
        for output in job.run(None):
            if output is None or isinstance(output, Wait | Kept):
                continue
            state = SCENE.apply(state, output, CONTEXT)
            most -= 1
            now = SCENE.job(state)
            if most == 0 or now is None or now.key != job.key:
                break
    return state


def frame(state: PotentialState, kind: type[Frame]) -> Frame:
    (found,) = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, kind)]
    return found


def shown(state: PotentialState) -> m.PotentialCluster:
    found = frame(state, m.PotentialCluster)
    assert isinstance(found, m.PotentialCluster)
    return found


def run_of(state: PotentialState) -> m.PotentialRun:
    found = frame(state, m.PotentialRun)
    assert isinstance(found, m.PotentialRun)
    return found


@pytest.fixture(scope="module")
def trained() -> PotentialState:
    return worked(SCENE.move(opened(atoms=5, steps=60), TRAIN, CONTEXT))


def test_it_opens_on_energies_and_forces_of_the_true_potential_and_no_job() -> None:
    state = opened()
    assert SCENE.job(state) is None
    told = shown(SCENE.move(state, FORCES, CONTEXT))
    energies, f = force_field.forces(lambda x: lennard_jones(x, "smooth"), torch.from_numpy(state.at))
    np.testing.assert_allclose(told.energies, energies.numpy(), rtol=1e-5)
    np.testing.assert_allclose(told.forces, f.numpy(), rtol=1e-4, atol=1e-4)
    assert told.net == SCENE.truth(state, "forces_sum")
    assert max(told.net, told.torque) <= 1e-12
    rounded = shown(SCENE.adjust(state, m.PotentialParams(dtype="float32"), CONTEXT))
    assert 1e-10 < rounded.net < 1e-5


def test_one_hand_bends_the_cluster_and_is_limited() -> None:
    state = SCENE.move(opened(), DRAG, CONTEXT)
    far = tuple((4 * state.at[1] / np.abs(state.at[1]).max()).tolist())
    state = SCENE.apply(state, m.PotentialPull(atom=1, to=far), CONTEXT)
    state = worked(state, 30)
    told = shown(state)
    assert (told.hands, told.total > told.rest) == (1, True)
    (mine,) = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, m.PotentialMine)]
    assert (mine.atom, mine.limit) == (1, cluster.LIMIT)
    pull = np.linalg.norm(told.pulls, axis=1)
    assert pull[1] == pytest.approx(cluster.LIMIT)
    assert pull.sum() == pytest.approx(cluster.LIMIT)
    assert np.linalg.norm(state.at - cluster.rest(state.params), axis=1).max() < 0.5
    np.testing.assert_allclose(state.at.mean(axis=0), 0, atol=1e-9)
    again = SCENE.apply(state, m.PotentialPull(atom=2, to=far), CONTEXT)
    assert shown(again).hands == 1  # a seat holds one atom at most
    free = SCENE.apply(again, m.PotentialPull(atom=2), CONTEXT)
    assert shown(free).hands == 0
    back = worked(free, 200)  # it slides downhill, and E with it
    assert SCENE.job(back) is None
    np.testing.assert_array_equal(back.at, cluster.rest(free.params))
    assert max(np.diff(shown(back).history[len(free.history) :])) <= 0


def test_a_hand_that_is_not_heard_of_lets_go_and_one_that_says_so_again_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "HOLDS", 10)
    state = SCENE.move(opened(), DRAG, CONTEXT)
    for who in (CONTEXT, OTHER):
        state = SCENE.apply(state, m.PotentialPull(atom=1, to=(2.0, 0.0, 0.0)), who)
    state = worked(state, cluster.HOLDS // 2)
    state = SCENE.apply(state, m.PotentialPull(atom=1, to=(2.0, 0.0, 0.0)), OTHER)
    state = worked(state, cluster.HOLDS // 2 + 1)
    mine = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, m.PotentialMine)]
    assert [hand.atom for hand in mine] == [None, 1]
    assert worked(state, cluster.HOLDS + 50).pulling == ()


def test_where_forces_are_shown_a_cluster_that_is_let_go_stands_as_before() -> None:
    state = SCENE.move(opened(), FORCES, CONTEXT)
    pulled = worked(SCENE.apply(state, m.PotentialPull(atom=1, to=(2.0, 0.0, 0.0)), CONTEXT), 3)
    free = SCENE.apply(pulled, m.PotentialPull(atom=1), CONTEXT)
    np.testing.assert_array_equal(free.at, state.at)
    assert SCENE.job(free) is None


def test_many_hands_tear_an_atom_off_and_beyond_the_cutoff_it_feels_nothing() -> None:
    state = SCENE.move(opened(), DRAG, CONTEXT)
    far = tuple((4 * state.at[1] / np.abs(state.at[1]).max()).tolist())
    for number in range(8):
        who = Context("test", 7 + number, author=f"s{number}")
        state = SCENE.apply(state, m.PotentialPull(atom=1, to=far), who)
    state = worked(state, 60)
    nearest = np.sort(np.linalg.norm(state.at - state.at[1], axis=1))[1]
    assert nearest > REACH
    assert np.abs(shown(state).forces[1]).max() == 0
    free = SCENE.apply(state, m.PotentialRelease(), CONTEXT)
    assert shown(free).hands == 0
    np.testing.assert_array_equal(worked(free, 200).at, cluster.rest(free.params))  # nothing else brings it back


def test_pulls_are_refused_where_nothing_can_be_pulled() -> None:
    with pytest.raises(Refused, match="first three positions"):
        SCENE.apply(SCENE.move(opened(), CUTOFF, CONTEXT), m.PotentialPull(atom=0, to=(1, 0, 0)), CONTEXT)
    with pytest.raises(Refused, match="expected an atom from 0 to 4, got 9"):
        SCENE.apply(opened(atoms=5), m.PotentialPull(atom=9, to=(1, 0, 0)), CONTEXT)


def test_the_cutoff_runs_are_those_of_models_and_the_hard_one_loses_its_energy() -> None:
    state = worked(SCENE.move(opened(), CUTOFF, CONTEXT), 60)
    told = run_of(state)
    assert told.ratio is not None
    assert told.ratio >= 100
    x, v = runs.start(state.params, "cutoff")
    count = (told.frame * runs.CUTOFF_STEPS) + 1
    run = dynamics.velocity_verlet(PairPotential("lj", "smooth"), x, v, runs.CUTOFF_STEP)
    totals = [moment.total for moment in islice(run, 0, count, runs.CUTOFF_STEPS)]
    assert told.spreads[1] == dynamics.spread(np.array(totals))


def test_the_training_learns_and_the_weights_that_are_kept_are_the_network(trained: PotentialState) -> None:
    told = frame(trained, m.PotentialTraining)
    assert isinstance(told, m.PotentialTraining)
    assert (told.step, told.of, told.diverged) == (60, 60, False)
    assert told.maes[-1] < 0.5 * told.size
    assert told.at.tolist() == [0, 1, 2, 4, 7, 10, 20, 30, 40, 50, 60]
    assert 0 < told.losses[-1] < 0.2 * told.losses[0]
    assert SCENE.job(trained) is None
    model = runs.unpacked("tensor", trained.trained.weights, "float32")
    held = list(training.sampled(trained.params, training.HELD_OUT, training.SEED_OF_TEST))[-1]
    assert held is not None
    x, _, f = held
    each, g = force_field.forces(model.energies, x)
    assert float((g - f).abs().mean()) == pytest.approx(told.maes[-1], rel=1e-4)
    np.testing.assert_allclose(told.positions, x[0].numpy())
    np.testing.assert_allclose(told.truth, f[0].numpy())
    np.testing.assert_allclose(told.energies, each[0].numpy(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(told.forces, g[0].numpy(), rtol=1e-3, atol=1e-3)


def test_what_was_begun_before_the_lecture_has_the_data_of_its_training() -> None:
    params = m.PotentialParams(atoms=5, seed=7)
    assert set(training.begun(params)) == {None}
    for count, seed in ((training.TRAINING, 7), (training.HELD_OUT, training.SEED_OF_TEST + 7)):
        (found,) = training.sampled(params, count, seed)  # nothing is left to be waited for
        assert found is not None
        assert found[0].shape == (count, 5, 3)


def test_the_loss_before_the_first_step_is_that_of_random_weights() -> None:
    state = worked(SCENE.move(opened(atoms=5), TRAIN, CONTEXT), 1)
    (x, e, f) = next(found for found in training.sampled(state.params, training.TRAINING, 0) if found is not None)
    model = force_field.learned("tensor", 0)
    model.scale.copy_(f.square().mean().sqrt())
    model.shift.copy_(e.mean() / 5)
    value, _ = force_field.loss(model, x[: training.BATCH], e[: training.BATCH], f[: training.BATCH])
    assert list(state.trained.losses) == pytest.approx([float(value.detach())], rel=1e-5)


def test_a_learned_energy_is_kept_and_a_force_read_off_is_no_gradient(trained: PotentialState) -> None:
    state = worked(SCENE.move(trained, DYNAMICS, CONTEXT), 12)
    told = run_of(state)
    assert (told.names, told.frame) == (("true: Lennard-Jones", "learned"), 11)
    assert told.spreads[1] < 0.01
    x, v = runs.start(state.params, "learned")
    true = dynamics.velocity_verlet(PairPotential("lj", "smooth"), x, v, training.STEP)
    every = list(islice(true, 0, 11 * runs.STEPS_A_FRAME + 1, runs.STEPS_A_FRAME))
    np.testing.assert_allclose(told.first_heat, [moment.temperature for moment in every], rtol=1e-6)
    assert told.second_heat[0] == told.first_heat[0] == pytest.approx(state.params.temperature)
    assert len(told.second_heat) == len(told.times) == 12
    state = worked(SCENE.move(trained, DIRECT, CONTEXT), 12)
    told = run_of(state)
    assert told.gradient is not None
    assert told.direct is not None
    assert told.gradient <= 1e-12
    assert told.direct > 1e-3


def test_a_network_of_distances_has_no_force_to_read_off() -> None:
    state = worked(SCENE.move(opened(network="invariant", atoms=4, steps=20), DIRECT, CONTEXT))
    assert (run_of(state).missing, run_of(state).frame) == (NO_VECTORS, -1)


def test_another_precision_keeps_the_weights_and_another_network_does_not(trained: PotentialState) -> None:
    same = SCENE.adjust(trained, m.PotentialParams(atoms=5, steps=60, dtype="float32"), CONTEXT)
    assert same.trained is trained.trained
    other = SCENE.adjust(trained, m.PotentialParams(atoms=5, steps=60, network="invariant"), CONTEXT)
    assert other.trained.step == 0
    x, v = runs.start(same.params, "learned")
    force = runs.both(same.params, "learned", same.trained.weights)[1]
    assert next(islice(dynamics.velocity_verlet(force, x, v, 0.01), 2, None)).positions.dtype == np.float32


def test_a_training_that_diverges_says_so_and_leaves_the_room_alive() -> None:
    room = rules.attend(Room("potential"), 1, "s1", "", True, scenes())
    open_it = {"t": "open", "scene": "potential", "params": {"atoms": 4, "steps": 40, "rate": 10.0}}
    timeline = Timeline(
        sent(sent(room, open_it), {"t": "position", "to": TRAIN}),
        scenes(),
        Watch(lambda _: False, lambda _: nullcontext()),
    )
    finish(timeline)
    assert timeline.warnings == []
    assert timeline.room.open is not None
    state = timeline.room.open.state
    assert isinstance(state, PotentialState)
    told = frame(state, m.PotentialTraining)
    assert isinstance(told, m.PotentialTraining)
    assert told.diverged
    assert told.step < 40
    for name in ("losses", "maes", "energies", "forces"):
        assert np.isfinite(getattr(told, name)).all()
    onward = SCENE.move(state, DYNAMICS, CONTEXT)
    assert (run_of(onward).missing, SCENE.job(onward)) == (DIVERGED, None)
    tuned = sent(timeline.room, {"t": "tune", "values": {"rate": 0.01}})
    timeline.keep(tuned, Entry(seq=tuned.sequence, kind="command"))
    finish(timeline)
    assert timeline.room.open is not None
    assert isinstance(timeline.room.open.state, PotentialState)
    assert (timeline.room.open.state.trained.step, timeline.room.open.state.trained.diverged) == (40, False)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_learns_what_the_cpu_learns(trained: PotentialState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.room.device._chosen", "cuda")
    there = worked(SCENE.move(opened(atoms=5, steps=60), TRAIN, CONTEXT))
    np.testing.assert_allclose(there.trained.maes[:3], trained.trained.maes[:3], rtol=0.02)
    assert there.trained.maes[-1] < 0.5 * there.trained.size
    assert run_of(worked(SCENE.move(there, DYNAMICS, CONTEXT), 3)).frame == 2


def test_the_positions_leave_as_ase_reads_them() -> None:
    state = opened()
    xyz = frame(state, m.PotentialXyz)
    assert isinstance(xyz, m.PotentialXyz)
    atoms = read(io.StringIO(xyz.text), format="extxyz")
    assert isinstance(atoms, Atoms)
    energies, f = PairPotential("lj", "smooth")(state.at)
    np.testing.assert_allclose(np.asarray(atoms.get_forces()), f, atol=1e-11)
    assert atoms.get_potential_energy() == pytest.approx(float(energies.sum()))
    np.testing.assert_allclose(atoms.positions, state.at, atol=1e-11)


def test_truths_are_computed() -> None:
    assert KEEPS == "the energy is kept"
    assert JUMPS == "the energy jumps"
    assert SCENE.truth(opened(), "conserved") == KEEPS
    assert SCENE.truth(opened(ending="hard"), "conserved") == JUMPS
    jump = SCENE.truth(opened(), "jump")
    assert isinstance(jump, float)
    assert jump >= 100
    assert SCENE.truth(opened(potential="sw", atoms=6, ending="hard"), "conserved") == KEEPS


def test_an_energy_that_is_remembered_is_shown_though_no_atom_moved() -> None:
    """The cluster's frame holds the curve of the energies: what a newcomer sees of it, everybody sees."""
    state = opened()
    after = replace(state, history=(*state.history, 0.5))
    (out,) = SCENE.frames(state, after)
    assert isinstance(out.frame, m.PotentialCluster)
    np.testing.assert_array_equal(out.frame.history, shown(after).history)
