"""The scene `field`: the arrows of the frames are those of the models, and no copy moves before the prediction."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.symmetry.pose import pose
from models.symmetry.vector_fields import FIELDS, charged_cloud, rule_errors
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.field import (
    ACTS,
    EVERY,
    NONE,
    PSEUDO,
    PUSHED,
    SCENE,
    Cloud,
    FieldParams,
    Move,
    Moved,
    Place,
    State,
    Try,
)

CONTEXT = Context("test", 5)
ANA = Context("test", 6, author="ana", role="student")


def sent(old: State | None, new: State) -> dict[tuple[str, str], Frame]:
    return {out.slot: out.frame for out in SCENE.frames(old, new)}


def stage(state: State) -> Moved:
    frame = sent(None, state)["stage", "field.moved"]
    assert isinstance(frame, Moved)
    return frame


def start(**params: object) -> State:
    return SCENE.initial(FieldParams(**params), CONTEXT)  # type: ignore[arg-type]  # the names of the fields


def test_the_frames_hold_what_the_models_give() -> None:
    points, charges = charged_cloud(0)
    state = SCENE.apply(start(), Move(turn=40, tilt=10, mirror=True, shift=(0.5, 0.0, 1.0)), CONTEXT)
    frame, came = stage(state), sent(None, state)["all", "field.cloud"]
    g = pose(40, 10, True, (0.5, 0.0, 1.0))
    forces = FIELDS["forces"].function
    np.testing.assert_allclose(frame.points, g.points(points).numpy(), atol=1e-6)
    np.testing.assert_allclose(frame.arrows, forces(g.points(points), charges).numpy(), atol=1e-5)
    assert isinstance(came, Cloud)
    np.testing.assert_allclose(came.arrows, forces(points, charges).numpy(), atol=1e-5)
    assert {rule.name: rule.error for rule in frame.rules} == rule_errors(FIELDS["forces"], points, charges, g)


def test_the_walk_goes_from_the_prediction_to_the_pseudovector() -> None:
    state = start()
    assert SCENE.positions(state) == (0, len(ACTS))
    assert stage(state).rules == ()
    zones = {}
    for to in range(1, len(ACTS)):
        state = SCENE.move(state, to, CONTEXT)
        frame = stage(state)
        zones[to] = {rule.name: rule.zone for rule in frame.rules}
        assert frame.changed == (0 if to == 1 else 16)
        assert next(rule for rule in frame.rules if rule.declared).zone == "rounding"
    assert zones[1] == {"v": "rounding", "R v": "rounding", "R v + b": "broken", "det(R) R v": "rounding"}
    assert zones[2]["v"] == "broken"
    assert zones[3]["det(R) R v"] == "broken"
    assert zones[PSEUDO]["R v"] == "broken"
    assert stage(state).guess == "R v"


def test_a_pushed_copy_has_not_one_other_arrow() -> None:
    state = SCENE.apply(SCENE.move(start(), 1, CONTEXT), Try(shift=PUSHED), ANA)
    own = sent(None, state)["seat:ana", "field.moved"]
    assert isinstance(own, Moved)
    assert own.changed == 0
    assert own.rules[0].error == 0.0
    assert ("seat:ben", "field.moved") not in sent(None, state)


def test_no_copy_moves_before_the_prediction() -> None:
    with pytest.raises(Refused, match="expected a prediction first"):
        SCENE.apply(start(), Try(turn=30), ANA)


def test_other_arrows_put_the_copies_back_and_another_rule_does_not() -> None:
    state = SCENE.apply(SCENE.move(start(), 1, CONTEXT), Try(turn=30), ANA)
    assert SCENE.adjust(state, other(state, guess="v"), CONTEXT).tries == {"ana": Place(turn=30)}
    assert SCENE.adjust(state, other(state, field="normals"), CONTEXT).tries == {"ana": Place()}
    assert SCENE.move(state, PSEUDO, CONTEXT).tries == {"ana": Place()}


def other(state: State, **changes: str) -> FieldParams:
    given = {name: getattr(state.params, name) for name in state.params.__struct_fields__}
    return FieldParams(**{**given, **changes})


@pytest.mark.parametrize("name", list(FIELDS))
def test_the_truths_are_computed(name: str) -> None:
    state = start(field=name)
    assert SCENE.truth(state, "translated") == NONE
    assert SCENE.truth(state, "rotated") == EVERY
    assert SCENE.truth(state, "mirrored") == ("det(R) R v" if name == "angular momenta" else "R v")
    with pytest.raises(Refused):
        SCENE.truth(state, "no such question")


def test_a_student_is_told_of_own_copies_only_when_they_change() -> None:
    before = SCENE.apply(SCENE.move(start(), 1, CONTEXT), Try(turn=30), ANA)
    after = replace(before, tries={**before.tries, "ben": before.tries["ana"]})
    assert set(sent(before, after)) == {("seat:ben", "field.moved")}
    assert torch.equal(torch.tensor(stage(before).shift), torch.tensor(PUSHED))
