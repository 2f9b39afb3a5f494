"""The class works the rounds out by hand: nothing is shown early, the barrier closes for all together."""

import numpy as np
import pytest

from models.networks import message_passing
from server.protocol.faults import Refused
from server.protocol.messages import NOBODY, Out
from server.protocol.wire import pack, unpack
from server.room import rules
from server.room.scene import Kept, Wait
from server.scenes.rounds.messages import (
    RoundsArithmetic,
    RoundsCursor,
    RoundsMine,
    RoundsTerms,
    RoundsTick,
    RoundsTrace,
    RoundsVerdict,
)
from server.scenes.rounds.params import RoundsParams
from tests.server.scenes.classroom import (
    CLASS,
    SCENES,
    all_answer,
    answer,
    by_hand,
    go,
    mine,
    opened,
    outs,
    progress,
    send,
    state,
    tags,
    terms,
    trace,
    tune,
    verdict,
)

# --- the class computes -----------------------------------------------------------------------------


def test_the_class_works_the_rounds_out_and_advances_together() -> None:
    room = opened(5, **CLASS)
    truth = state(room).example.traced
    for r in range(1, 4):
        first = trace(room)
        assert first.features.shape[0] == r
        for node in range(5):
            room = answer(room, node, by_hand(room, node))
            assert verdict(room, f"s{node}").right == (True, True)
            if node < 4:
                assert trace(room) is not first
                assert trace(room).version == first.version, "nothing moves before everybody is done"
                np.testing.assert_array_equal(trace(room).sent[r - 1], first.sent[r - 1])
                assert progress(room).answered == node + 1
        assert state(room).revealed == r
        assert state(room).position == 4 * r
        np.testing.assert_array_equal(trace(room).features, truth.features[: r + 1].numpy())
    assert not progress(room).open
    with pytest.raises(Refused, match="all 3 updates are closed"):
        answer(room, 0, (0, 0), round=3)


def test_no_frame_to_anybody_holds_an_update_that_is_not_revealed() -> None:
    room = opened(5, **CLASS, start="integers", seed=3)
    hidden = state(room).example.traced
    for r in range(3):
        room = send(room, {"t": "rounds.select", "node": 2})
        for old in (None, opened(5)):
            for out in outs(old, room):
                _holds_nothing_of(out, hidden, r)
        room = send(answer(room, 1, (-77.0, 99.0)), {"t": "rounds.close"})
    assert trace(room).features.shape[0] == 4


def _holds_nothing_of(out: Out, hidden: message_passing.Trace, revealed: int) -> None:
    """What follows from update `revealed` + 1 on stands nowhere in the frame's bytes."""
    body = pack(out.frame).stamped(1)
    if isinstance(out.frame, RoundsTrace):
        assert (len(out.frame.features), len(out.frame.sent)) == (revealed + 1, revealed + 1)
    if isinstance(out.frame, RoundsTerms | RoundsMine):
        assert (len(out.frame.own), len(out.frame.totals)) == (revealed, revealed)
    for r in range(revealed, hidden.rounds):
        for secret in (hidden.features[r + 1], hidden.totals[r], hidden.own[r]):
            assert secret.numpy().tobytes() not in body
    if isinstance(out.frame, RoundsArithmetic) and out.frame.worked is not None:
        assert out.frame.worked.round <= revealed
    if isinstance(out.frame, RoundsCursor):
        assert out.frame.round <= revealed
    if isinstance(out.frame, RoundsVerdict):
        assert out.frame.solution is None


def test_each_audience_is_sent_its_own_frames_and_no_other() -> None:
    for r in range(4):
        room = opened(5, **CLASS)
        for _ in range(r):
            room = send(room, {"t": "rounds.close"})
        sent = {(out.to, out.slot[1]) for out in outs(None, room)}
        private = {(f"seat:s{node}", "rounds.mine") for node in range(5)}
        names = ("graph", "trace", "names", "cursor", "progress", "arithmetic", "shuffle")
        public = {("all", f"rounds.{name}") for name in names}
        assert sent == private | public | {("stage", "rounds.terms")}
        assert len(terms(room).own) == len(mine(room, "s3").totals) == r


def test_a_closed_update_sends_no_graph_again() -> None:
    room = opened(4, **CLASS)
    after = send(room, {"t": "rounds.close"})
    assert "rounds.graph" not in tags(room, after)
    assert tags(room, after)[:2] == ["rounds.trace", "rounds.terms"]
    assert tags(room, after).count("rounds.mine") == 4
    assert trace(after).graph == trace(room).graph


def test_wrong_answers_change_no_value_and_show_the_solution_after_three() -> None:
    room = opened(4, **CLASS)
    truth = state(room).example.traced
    right = by_hand(room, 0)
    for tries in (1, 2):
        room = answer(room, 0, (right[0], right[1] + 5))
        said = verdict(room, "s0")
        assert (said.right, said.tries, said.done, said.solution) == ((True, False), tries, False, None)
    room = answer(room, 0, (1000.0, -1000.0))
    said = verdict(room, "s0")
    assert said.done
    assert said.solution is not None
    np.testing.assert_allclose(said.solution.output, right)
    assert not any(out.to == "all" and isinstance(out.frame, RoundsVerdict) for out in outs(None, room))
    with pytest.raises(Refused, match="node 0 is done with update 1"):
        answer(room, 0, right)
    room = all_answer(room, range(1, 4))
    np.testing.assert_array_equal(trace(room).features[1], truth.features[1].numpy())


def test_a_hundredth_is_near_enough() -> None:
    room = opened(4, **CLASS, aggregation="mean")
    a, b = by_hand(room, 0)
    assert verdict(answer(room, 0, (a + 0.0099, b - 0.0099)), "s0").right == (True, True)
    assert verdict(answer(room, 0, (a + 0.011, b)), "s0").right == (False, True)


def test_a_quorum_is_enough() -> None:
    room = opened(8, **CLASS, barrier="quorum", quorum=50)
    room = all_answer(room, range(3))
    assert state(room).revealed == 0
    assert state(all_answer(room, range(3, 4))).revealed == 1


def test_who_leaves_holds_nobody_up() -> None:
    room = all_answer(opened(4, **CLASS), range(3))
    assert (progress(room).answered, progress(room).of) == (3, 4)
    room = rules.attend(room, room.sequence + 1, "s3", "", False, SCENES)
    assert state(room).revealed == 1
    assert progress(room).of == 3
    assert progress(room).here.tolist() == [1, 1, 1, 0]
    for seat in ("s0", "s1", "s2"):
        room = rules.attend(room, room.sequence + 1, seat, "", False, SCENES)
    assert state(room).revealed == 1, "an empty room computes nothing"


def test_the_timer_closes_by_its_job() -> None:
    room = opened(4, **CLASS, barrier="timer", timer=5)
    job = rules.job(room, SCENES)
    assert job is not None
    steps = job.run(None)
    seconds = 0.0
    while state(room).revealed == 0:
        output = next(steps)
        if isinstance(output, Wait):
            seconds += output.seconds
        elif not isinstance(output, Kept):
            assert isinstance(output, RoundsTick)
            room = rules.tick(room, output, SCENES)
            again = rules.job(room, SCENES)
            assert again is not None
            assert (again.key == job.key) == (state(room).revealed == 0), "one job an update"
    assert seconds == 5
    assert progress(room).closes_in == 5
    all_done = all_answer(room, range(4))
    assert state(all_done).revealed == 1, "a timer waits"
    assert rules.job(tune(room, barrier="all"), SCENES) is None
    assert RoundsTick.who == NOBODY
    with pytest.raises(Refused) as refusal:
        send(room, {"t": "rounds.tick"})
    assert refusal.value.code == "forbidden"


def test_the_instructor_closes_by_hand_or_by_the_next_step() -> None:
    room = opened(4, **CLASS, barrier="instructor")
    room = all_answer(room, range(4))
    assert state(room).revealed == 0
    stepped = go(room, 1)
    assert (state(stepped).revealed, state(stepped).position) == (1, 1)
    assert state(go(stepped, 4)).revealed == 1
    assert state(go(stepped, 5)).revealed == 2
    closed = send(room, {"t": "rounds.close"})
    assert (state(closed).revealed, state(closed).position) == (1, 4)
    with pytest.raises(Refused, match="expected a position from 0 to 5, got 6"):
        go(closed, 6)


def test_the_barrier_can_change_while_the_class_computes() -> None:
    room = all_answer(opened(4, **CLASS), range(2))
    version = trace(room).version
    assert trace(tune(room, barrier="timer", timer=30)).version == version
    assert progress(tune(room, barrier="timer", timer=30)).closes_in == 30
    assert state(tune(room, barrier="quorum", quorum=50)).revealed == 1
    again = tune(room, seed=5)
    assert progress(again).answered == 0
    assert verdict(again, "s0").round == 0, "what was said of another input is taken back"


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"features": 3}, "expected at most 2 features while the class computes, got 3"),
        ({"start": "random"}, "expected an input of whole numbers"),
        ({"w_self": "random"}, "expected whole numbers in W_self while the class computes, got random numbers"),
        ({"w_neigh": "typed", "typed_neigh": [[1, 0, 0], [0, 0.5, 0], [0, 0, 1]]}, r"in W_neigh while .* got 0.5"),
        ({"bias": "random"}, "expected whole numbers in b"),
        ({"activation": "tanh"}, "expected identity or relu"),
        ({"gcn": True}, "expected GCN normalization off"),
    ],
)
def test_hand_arithmetic_is_kept_pleasant(params: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        opened(4, **{**CLASS, **params})
    assert refusal.value.code == "invalid"


# --- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "who", "code", "sentence"),
    [
        ({"round": 2, "values": [1, 2]}, "s1", "refused", "expected an answer for update 1, got one for update 2"),
        ({"round": 1, "values": [1]}, "s1", "invalid", "expected 2 numbers, one for each feature, got 1"),
        ({"round": 1, "values": [1, 2]}, "late", "refused", "this seat was dealt none"),
        ({"round": 0, "values": [1, 2]}, "s1", "invalid", "round"),
        ({"round": 1, "values": []}, "s1", "invalid", "values"),
        ({"round": 1, "values": [1e300, 0]}, "s1", "invalid", "values"),
        ({"round": 1, "values": [1, None]}, "s1", "invalid", "values"),
        ({"round": 1, "values": [1, 2], "more": 1}, "s1", "invalid", "more"),
    ],
)
def test_a_bad_answer_costs_nothing(command: dict[str, object], who: str, code: str, sentence: str) -> None:
    room = rules.attend(opened(4, **CLASS), 99, "late", "", True, SCENES)
    with pytest.raises(Refused, match=sentence) as refusal:
        send(room, {"t": "rounds.answer", **command}, "student", who)
    assert refusal.value.code == code


def test_nan_is_no_answer() -> None:
    room = opened(4, **CLASS)
    with pytest.raises(Refused):
        rules.decode(b'{"t":"rounds.answer","round":1,"values":[NaN,1]}', "student", room, SCENES)


def test_nobody_answers_while_the_class_only_watches() -> None:
    room = opened(4, graph="seats")
    with pytest.raises(Refused, match="it only watches now"):
        answer(room, 0, (1, 2), round=1)
    with pytest.raises(Refused, match="none is open"):
        send(room, {"t": "rounds.close"})


def test_only_an_instructor_selects_shuffles_and_closes() -> None:
    room = opened(4, **CLASS)
    commands: list[dict[str, object]] = [
        {"t": "rounds.select", "node": 1},
        {"t": "rounds.shuffle"},
        {"t": "rounds.close"},
    ]
    for command in commands:
        with pytest.raises(Refused) as refusal:
            send(room, command, "student", "s0")
        assert refusal.value.code == "forbidden"
    with pytest.raises(Refused, match="the ids stay while the class computes"):
        send(room, {"t": "rounds.shuffle"})


def test_too_few_students_are_no_graph() -> None:
    with pytest.raises(Refused, match="at least 3 students, 2 are here"):
        opened(2, graph="seats")


def test_a_renamed_student_is_renamed_on_the_picture_without_another_trace() -> None:
    room = opened(4, graph="seats")
    after = send(room, {"t": "name", "name": "Ada"}, "student", "s2")
    assert tags(room, after) == ["rounds.names"]


def test_a_newcomer_sees_what_everybody_sees() -> None:
    room = opened(4, **CLASS)
    browser = {out.slot: pack(out.frame).stamped(0) for out in outs(None, room)}
    for step in range(12):
        after = answer(room, step % 4, by_hand(room, step % 4))
        browser |= {out.slot: pack(out.frame).stamped(0) for out in outs(room, after)}
        room = after
        assert browser == {out.slot: pack(out.frame).stamped(0) for out in outs(None, room)}
    assert unpack(browser["all", "rounds.trace"])["rounds"] == 3


def test_the_parameters_can_be_left_alone() -> None:
    assert not RoundsParams().computing
    assert not RoundsParams(compute=True).computing, "only the class can compute"
