"""What browsers see of the scene `rounds`: frames whose slots differ between two states, never an unrevealed update."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.protocol.messages import ALL, STAGE, Out, seat
from server.scenes.rounds.messages import (
    RoundsArithmetic,
    RoundsCursor,
    RoundsGraph,
    RoundsMine,
    RoundsNames,
    RoundsProgress,
    RoundsShuffled,
    RoundsTerms,
    RoundsTrace,
)
from server.scenes.rounds.state import State


def frames(old: State | None, new: State) -> Iterator[Out]:
    """Every slot whose frame changed; all of them when there is no old state.

    A frame comes after the one whose version it names, and the cursor, which moves what is drawn, after them all.
    """
    if old is None or old.graph_version != new.graph_version:
        yield Out(_graph(new), ALL)
    if old is None or old.version != new.version:
        yield Out(_trace(new), ALL)
        yield Out(_terms(new), STAGE)
    for identity in new.nodes_ever:
        if old is None or identity not in old.nodes_ever or _mine_key(old, identity) != _mine_key(new, identity):
            yield Out(_mine(new, identity), seat(identity))
    pairs = (
        (_names_key, _names),
        (_cursor_key, _cursor),
        (_progress_key, _progress),
        (_arithmetic_key, _arithmetic),
        (_shuffle_key, _shuffled),
    )
    for key, make in pairs:
        if old is None or key(old) != key(new):
            yield Out(make(new), ALL)
    for identity, verdict in new.verdicts.items():
        if old is None or old.verdicts.get(identity) != verdict:
            yield Out(verdict, seat(identity))


def _graph(state: State) -> RoundsGraph:
    made = state.example
    return RoundsGraph(
        version=state.graph_version,
        edges=made.edges,
        positions=made.positions,
        seats=state.nodes_now or ("",) * made.nodes,
    )


def _trace(state: State) -> RoundsTrace:
    """The trace up to the last revealed update, and what is sent in the one that the class computes."""
    made, params, seen = state.example, state.params, state.revealed
    traced, update = made.traced, made.update
    return RoundsTrace(
        version=state.version,
        graph=state.graph_version,
        rounds=params.rounds,
        features=traced.features[: seen + 1].numpy(),
        sent=traced.sent[: seen + 1].numpy(),
        weights=traced.weights.numpy(),
        w_self=update.w_self.numpy(),
        w_neigh=update.w_neigh.numpy(),
        bias=update.bias.numpy(),
        aggregation=params.aggregation,
        activation=params.activation,
        gcn=params.gcn,
        computing=params.computing,
    )


def _terms(state: State) -> RoundsTerms:
    traced, seen = state.example.traced, state.revealed
    return RoundsTerms(trace=state.version, own=traced.own[:seen].numpy(), totals=traced.totals[:seen].numpy())


def _mine_key(state: State, identity: str) -> int | None:
    return state.version if identity in state.nodes_now else None


def _mine(state: State, identity: str) -> RoundsMine:
    if identity not in state.nodes_now:
        none = np.zeros((0, 0), np.float32)
        return RoundsMine(trace=0, node=None, own=none, totals=none)
    traced, seen, node = state.example.traced, state.revealed, state.nodes_now.index(identity)
    return RoundsMine(
        trace=state.version,
        node=node,
        own=traced.own[:seen, node].numpy(),
        totals=traced.totals[:seen, node].numpy(),
    )


def _names_key(state: State) -> tuple[str, ...]:
    by_class = state.params.graph == "seats"
    return tuple(student.name for student in state.seats) if by_class else ("",) * state.example.nodes


def _names(state: State) -> RoundsNames:
    return RoundsNames(names=_names_key(state))


def _cursor_key(state: State) -> tuple[int, int]:
    return state.version, state.position


def _cursor(state: State) -> RoundsCursor:
    return RoundsCursor(trace=state.version, round=state.round, phase=state.phase)


def _progress_key(state: State) -> tuple[object, ...]:
    if not state.open:
        return state.version, None
    return state.version, state.done(), tuple(student.present for student in state.seats), state.remaining


def _progress(state: State) -> RoundsProgress:
    if not state.open:
        none = np.zeros(state.example.nodes, np.uint8)
        return RoundsProgress(
            trace=state.version, open=False, round=0, done=none, here=none, answered=0, of=0, closes_in=None
        )
    answered, of = state.counted()
    return RoundsProgress(
        trace=state.version,
        open=True,
        round=state.revealed + 1,
        done=np.array(state.done(), np.uint8),
        here=np.array([student.present for student in state.seats], np.uint8),
        answered=answered,
        of=of,
        closes_in=state.remaining,
    )


def _arithmetic_key(state: State) -> tuple[object, ...]:
    return state.version, state.selected, state.round


def _arithmetic(state: State) -> RoundsArithmetic:
    shown = state.selected is not None and 1 <= state.round <= state.revealed
    worked = state.example.worked(state.round, state.selected) if shown and state.selected is not None else None
    return RoundsArithmetic(trace=state.version, node=state.selected, worked=worked)


def _shuffle_key(state: State) -> tuple[object, ...]:
    return state.version, state.shuffles


def _shuffled(state: State) -> RoundsShuffled:
    made = state.shuffle
    return RoundsShuffled(
        trace=state.version,
        order=made.order if made else None,
        shuffles=state.shuffles,
        error=made.error if made else 0.0,
        scale=made.scale if made else 0.0,
        zone=made.zone if made else "rounding",
    )
