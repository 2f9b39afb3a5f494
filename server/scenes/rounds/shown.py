"""What browsers see of the scene `rounds`: its frames and their slots, never an update that is not revealed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from server.protocol.messages import ALL, STAGE
from server.room.slots import Declared, PerSeat, Slot
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
    RoundsVerdict,
)
from server.scenes.rounds.state import State


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


def _nodes_ever(state: State) -> dict[str, int | None]:
    """Of each seat that ever was a node, the trace in which it is one; None for a seat that is none any more."""
    now = set(state.nodes_now)
    return {identity: state.version if identity in now else None for identity in state.nodes_ever}


def _mine(state: State, seats: Sequence[str]) -> dict[str, RoundsMine]:
    traced, seen = state.example.traced, state.revealed
    nodes = {identity: node for node, identity in enumerate(state.nodes_now)}
    none = np.zeros((0, 0), np.float32)
    return {
        identity: RoundsMine(
            trace=state.version,
            node=nodes[identity],
            own=traced.own[:seen, nodes[identity]].numpy(),
            totals=traced.totals[:seen, nodes[identity]].numpy(),
        )
        if identity in nodes
        else RoundsMine(trace=0, node=None, own=none, totals=none)
        for identity in seats
    }


def _names_key(state: State) -> tuple[str, ...]:
    by_class = state.params.graph == "seats"
    return tuple(student.name for student in state.seats) if by_class else ("",) * state.example.nodes


def _names(state: State) -> RoundsNames:
    return RoundsNames(names=_names_key(state))


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


def _arithmetic(state: State) -> RoundsArithmetic:
    shown = state.selected is not None and 1 <= state.round <= state.revealed
    worked = state.example.worked(state.round, state.selected) if shown and state.selected is not None else None
    return RoundsArithmetic(trace=state.version, node=state.selected, worked=worked)


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


def _verdict(_state: State, verdict: RoundsVerdict) -> RoundsVerdict:
    return verdict


SLOTS: tuple[Declared[State], ...] = (
    Slot(_graph, ALL, of=lambda state: state.graph_version),
    Slot(_trace, ALL, of=lambda state: state.version),
    Slot(_terms, STAGE, of=lambda state: state.version),
    PerSeat(_mine, _nodes_ever),
    Slot(_names, ALL, of=_names_key),
    Slot(_cursor, ALL, of=lambda state: (state.version, state.position)),
    Slot(_progress, ALL, of=_progress_key),
    Slot(_arithmetic, ALL, of=lambda state: (state.version, state.selected, state.round)),
    Slot(_shuffled, ALL, of=lambda state: (state.version, state.shuffles)),
    PerSeat.each(_verdict, lambda state: state.verdicts),
)
"""A frame comes after the one whose version it names, and the cursor, which moves what is drawn, after them."""
