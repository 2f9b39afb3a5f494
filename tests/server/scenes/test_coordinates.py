"""The scene `coordinates`: what is not given is not noticed, and no answer is told before its position."""

import numpy as np
import pytest

from models.experiments.positions_given import FARTHEST, GIVEN, bonds, output
from models.graphs.clouds import named_cloud
from models.symmetry.pose import pose
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.coordinates import (
    CHANGED,
    SCENE,
    SHOWN,
    TURN,
    UNCHANGED,
    CoordinatesParams,
    Drag,
    Molecule,
    Outputs,
    Positions,
    Rest,
    State,
    Turn,
)

CONTEXT = Context("test", 5)


def start(molecule: str = "ethanol") -> State:
    return SCENE.initial(CoordinatesParams(molecule=molecule), CONTEXT)  # type: ignore[arg-type]  # a molecule's name


def shown(state: State) -> tuple[Molecule, Positions, Outputs]:
    frames: list[Frame] = [out.frame for out in SCENE.frames(None, state)]
    molecule, positions, outputs = frames
    assert isinstance(molecule, Molecule)
    assert isinstance(positions, Positions)
    assert isinstance(outputs, Outputs)
    return molecule, positions, outputs


def test_no_answer_is_told_before_its_position() -> None:
    state = start()
    for to, count in enumerate(SHOWN):
        state = SCENE.move(state, to, CONTEXT)
        assert [answer.given for answer in shown(state)[2].answers] == list(GIVEN[:count])


def test_the_last_position_shows_what_the_models_say() -> None:
    state = SCENE.move(start(), 5, CONTEXT)
    _, positions, outputs = shown(state)
    cloud = named_cloud("ethanol")
    graph = bonds(cloud)
    dragged = cloud.positions.clone()
    dragged[8] += dragged.new_tensor(state.offsets[8])
    rotated = pose(*TURN).points(dragged)
    np.testing.assert_allclose(positions.rotated, rotated.numpy(), atol=1e-6)
    for answer in outputs.answers:
        assert answer.rest == output(answer.given, cloud, cloud.positions, graph)
        assert answer.dragged == output(answer.given, cloud, dragged, graph)
        assert answer.rotated == output(answer.given, cloud, rotated, graph)
    nothing, types, distances, xyz = outputs.answers
    assert nothing.drag == types.drag == nothing.rotation == types.rotation == 0.0
    assert distances.drag > 1e-3
    assert distances.rotation_zone == "rounding"
    assert xyz.rotation_zone == "broken"


def test_a_drag_is_limited_and_all_go_back() -> None:
    state = SCENE.apply(start("water"), Drag(atom=1, offset=(9.0, 0.0, 0.0)), CONTEXT)
    molecule, positions, _ = shown(state)
    moved = positions.positions - molecule.rest
    np.testing.assert_allclose(moved, np.array([[0, 0, 0], [FARTHEST, 0, 0], [0, 0, 0]]), atol=1e-6)
    assert positions.moved == (1,)
    assert shown(SCENE.apply(state, Rest(), CONTEXT))[1].moved == ()


def test_the_graph_is_sent_once_and_an_atom_that_is_not_there_is_refused() -> None:
    before = start("water")
    after = SCENE.apply(before, Turn(turn=40), CONTEXT)
    assert [type(out.frame) for out in SCENE.frames(before, after)] == [Positions, Outputs]
    with pytest.raises(Refused, match="expected an atom from 0 to 2, got 3"):
        SCENE.apply(before, Drag(atom=3, offset=(0.0, 0.0, 0.0)), CONTEXT)


@pytest.mark.parametrize("molecule", ["ethanol", "water", "methane", "benzene"])
def test_the_truths_are_computed(molecule: str) -> None:
    answers = {name: SCENE.truth(start(molecule), name) for name in SCENE.truths}
    assert answers == {
        "types dragged": UNCHANGED,
        "distances dragged": CHANGED,
        "distances rotated": UNCHANGED,
        "xyz rotated": CHANGED,
    }
    with pytest.raises(Refused):
        SCENE.truth(start(molecule), "no such question")
