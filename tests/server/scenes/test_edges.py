"""The scene `edges`: votes count once, and nothing of a row is told before it is revealed."""

import msgspec
import numpy as np
import pytest

from models.symmetry.edge_features import FEATURES, examine
from models.symmetry.pose import pose
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.edges import (
    COLUMNS,
    POINTS,
    ROWS,
    SCENE,
    TRUTHS,
    Ballot,
    EdgesParams,
    Mine,
    Rooms,
    State,
    Table,
    Turnout,
    Vote,
)

CONTEXT = Context("test", 5)


def student(name: str) -> Context:
    return Context("test", 6, author=name, role="student")


def sent(old: State | None, new: State) -> dict[tuple[str, str], Frame]:
    return {out.slot: out.frame for out in SCENE.frames(old, new)}


def table(state: State) -> Table:
    frame = sent(None, state)["all", "edges.table"]
    assert isinstance(frame, Table)
    return frame


def start() -> State:
    return SCENE.initial(EdgesParams(), CONTEXT)


def vote(state: State, who: str, column: str, choice: str, row: int | None = None) -> State:
    action = msgspec.convert(
        {"t": "edges.vote", "row": state.row if row is None else row, "column": column, "choice": choice}, Vote
    )
    return SCENE.apply(state, action, student(who))


def test_nothing_of_a_row_is_told_before_it_is_revealed() -> None:
    state = start()
    for row in range(ROWS):
        state = SCENE.move(state, 2 * row, CONTEXT)
        state = vote(state, "ana", "rotation", "invariant")
        frames = sent(None, state)
        assert len(table(state).lines) == row
        rooms, ballot = frames["stage", "edges.rooms"], frames["all", "edges.ballot"]
        assert isinstance(rooms, Rooms)
        assert isinstance(ballot, Ballot)
        assert rooms.values == ()
        assert rooms.rotated.size == rooms.arrows.size == rooms.planes.size == 0
        assert ballot.open
        turnout = frames["stage", "edges.turnout"]
        assert isinstance(turnout, Turnout)
        assert turnout.voters == 1
        state = SCENE.move(state, 2 * row + 1, CONTEXT)
        assert len(table(state).lines) == row + 1
        assert table(state).lines[row].cells[1].votes == (1, 0, 0)


def test_the_cells_are_what_the_models_find() -> None:
    lines = table(SCENE.move(start(), 2 * ROWS - 1, CONTEXT)).lines
    for line, feature in zip(lines, FEATURES, strict=True):
        assert line.name == feature.name
        for cell, column in zip(line.cells, COLUMNS, strict=True):
            found = examine(feature, POINTS, column)
            assert (cell.verdict, cell.error) == (found.verdict, found.error)


def test_the_rooms_show_the_feature_computed_in_them() -> None:
    for row, feature in enumerate(FEATURES):
        rooms = sent(None, SCENE.move(start(), 2 * row + 1, CONTEXT))["stage", "edges.rooms"]
        assert isinstance(rooms, Rooms)
        moved = pose(mirror=True).points(POINTS)
        np.testing.assert_allclose(rooms.reflected, moved.numpy(), atol=1e-6)
        np.testing.assert_allclose(rooms.values[2], feature.function(moved).numpy(), atol=1e-6)


def test_the_last_word_of_a_seat_counts_and_others_are_not_told() -> None:
    state = vote(vote(start(), "ana", "rotation", "neither"), "ana", "rotation", "invariant")
    state = vote(vote(state, "ben", "rotation", "equivariant"), "ben", "reflection", "neither")
    mine = sent(None, state)["seat:ben", "edges.mine"]
    assert isinstance(mine, Mine)
    assert mine.choices == ("", "equivariant", "neither")
    after = vote(state, "ana", "translation", "invariant")
    assert set(sent(state, after)) == {("stage", "edges.turnout"), ("seat:ana", "edges.mine")}
    cells = table(SCENE.move(after, 1, CONTEXT)).lines[0].cells
    assert [cell.votes for cell in cells] == [(1, 0, 0), (1, 1, 0), (0, 0, 1)]


def test_a_vote_on_another_or_a_revealed_row_is_refused() -> None:
    revealed = SCENE.move(start(), 1, CONTEXT)
    for state, row in ((start(), 1), (revealed, 0), (SCENE.move(revealed, 0, CONTEXT), 0)):
        with pytest.raises(Refused, match="expected a vote on the row that is open"):
            vote(state, "ana", "rotation", "neither", row)


def test_two_hundred_seats_cost_three_votes_each_a_row() -> None:
    state = start()
    for number in range(200):
        for column in COLUMNS:
            for choice in ("neither", "invariant"):
                state = vote(state, f"s{number}", column, choice)
    assert {len(cell) for cell in state.votes.values()} == {200}
    assert len(state.votes) == 3
    assert [cell.votes for cell in table(SCENE.move(state, 1, CONTEXT)).lines[0].cells] == [(200, 0, 0)] * 3


def test_the_truths_are_computed_whatever_is_revealed() -> None:
    assert {name: SCENE.truth(start(), name) for name in TRUTHS} == {
        "raw coordinates translated": "neither",
        "displacement translated": "invariant",
        "displacement rotated": "equivariant",
        "distance rotated": "invariant",
        "dihedral reflected": "equivariant",
    }
    with pytest.raises(Refused):
        SCENE.truth(start(), "no such question")
