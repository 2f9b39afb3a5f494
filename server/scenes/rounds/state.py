"""What the scene `rounds` is at one moment, and the few ways in which it changes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
import torch

from models.symmetry.equivariance import Zone, zone
from server.protocol.messages import Int32, i4
from server.room.scene import Context, Seat
from server.scenes.rounds.example import Example, example
from server.scenes.rounds.messages import (
    PHASES,
    Phase,
    RoundsVerdict,
)
from server.scenes.rounds.params import RoundsParams

NOTHING_SAID = RoundsVerdict()


@dataclass(frozen=True, eq=False, slots=True)
class Shuffle:
    """New ids for the nodes, and what that did to the output."""

    order: Int32
    """(n): order[new id] = old id."""
    error: float
    scale: float
    zone: Zone


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """Immutable; the trace in `example` is made once and only looked at afterwards."""

    params: RoundsParams
    version: int
    """Of the trace as it is shown; frames that point into the trace name it."""
    graph_version: int
    """Of the graph below it: the version with which this graph was first shown."""
    example: Example
    seats: tuple[Seat, ...]
    """The class as it was dealt, also where the graph is not made of it."""
    position: int = 0
    """0: the input; 4 (r - 1) + 1 ... 4 r: the phases of update r."""
    selected: int | None = None
    shuffles: int = 0
    shuffle: Shuffle | None = None
    revealed: int = 0
    """Updates that may be seen; all of them unless the class computes."""
    remaining: int | None = None
    """Seconds until the timer closes the update that the class computes."""
    verdicts: Mapping[str, RoundsVerdict] = field(default_factory=dict)
    """What was said last to each seat that answered."""
    nodes_ever: tuple[str, ...] = ()
    """Seats that were a node of some graph since the scene opened; who is none any more is told so."""

    @property
    def nodes_now(self) -> tuple[str, ...]:
        """The seat of each node; none unless the class is the graph."""
        return tuple(seat.identity for seat in self.seats) if self.params.graph == "seats" else ()

    @property
    def round(self) -> int:
        """The update at the cursor, 1..R; 0 at the input."""
        return (self.position + 3) // 4

    @property
    def phase(self) -> Phase:
        """The phase of that update."""
        return PHASES[(self.position - 1) % 4] if self.position else "input"

    @property
    def open(self) -> bool:
        """Whether the class has an update to compute."""
        return self.params.computing and self.revealed < self.params.rounds

    def verdict(self, seat: str) -> RoundsVerdict:
        """What was said to a seat of the update the class computes."""
        said = self.verdicts.get(seat, NOTHING_SAID)
        return said if said.round == self.revealed + 1 else NOTHING_SAID

    def done(self) -> tuple[bool, ...]:
        """Of each dealt seat: whether its update is worked out, or its tries are used up."""
        return tuple(self.verdict(seat.identity).done for seat in self.seats)

    def counted(self) -> tuple[int, int]:
        """(done, all) of the students who are here; who left holds nobody up."""
        here = [done for seat, done in zip(self.seats, self.done(), strict=True) if seat.present]
        return sum(here), len(here)


def opened(params: RoundsParams, context: Context) -> State:
    """The state in which the scene opens."""
    made = example(params, len(context.seats))
    version = context.sequence
    return _begun(State(params=params, version=version, graph_version=version, example=made, seats=context.seats))


def adjusted(state: State, params: RoundsParams, context: Context) -> State:
    """The state with other parameters; the barrier's own can change while the class computes."""
    if _without_barrier(params) == _without_barrier(state.params):
        remaining = state.remaining
        if params.barrier != "timer" or not state.open:
            remaining = None
        elif state.params.barrier != "timer" or params.timer != state.params.timer:
            remaining = params.timer
        return closed_if_due(replace(state, params=params, remaining=remaining))
    made = example(params, len(context.seats))
    fresh = replace(
        state,
        params=params,
        version=state.version + 1,
        example=made,
        seats=context.seats,
        position=min(state.position, 4 * params.rounds),
        selected=state.selected if state.selected is not None and state.selected < made.nodes else None,
        shuffle=None,
        shuffles=0,
        verdicts=dict.fromkeys(state.verdicts, NOTHING_SAID),
    )
    same = made.is_on_graph_of(state.example) and fresh.nodes_now == state.nodes_now
    return _begun(fresh if same else replace(fresh, graph_version=fresh.version))


def _without_barrier(params: RoundsParams) -> RoundsParams:
    """The parameters with those of the barrier left out."""
    return msgspec.structs.replace(params, barrier="all", quorum=0, timer=0)


def _begun(state: State) -> State:
    """The state with its nodes noted and the first update to compute, where the class computes."""
    noted = tuple(dict.fromkeys(state.nodes_ever + state.nodes_now))
    state = replace(state, nodes_ever=noted)
    if not state.params.computing:
        return replace(state, revealed=state.params.rounds, remaining=None)
    return replace(state, revealed=0, position=0, remaining=_time(state.params))


def _time(params: RoundsParams) -> int | None:
    return params.timer if params.barrier == "timer" else None


# --- the barrier --------------------------------------------------------------------------------


def revealed(state: State) -> State:
    """The state after the update that the class computes is closed: everybody sees it, the next one opens.

    The server's own values go on, whatever was answered.
    """
    count = state.revealed + 1
    last = count == state.params.rounds
    return replace(
        state,
        revealed=count,
        version=state.version + 1,
        position=4 * count,
        remaining=None if last else _time(state.params),
    )


def closed_if_due(state: State) -> State:
    """The state after the barrier was looked at: closed where all, or enough, of those present are done."""
    if not state.open:
        return state
    done, here = state.counted()
    if here == 0 or state.params.barrier in ("timer", "instructor"):
        return state
    share = 100 if state.params.barrier == "all" else state.params.quorum
    return revealed(state) if done >= math.ceil(here * share / 100) else state


def ticked(state: State) -> State:
    """The state one second later."""
    if state.remaining is None or not state.open:
        return state
    left = state.remaining - 1
    return replace(state, remaining=left) if left > 0 else revealed(state)


# --- the shuffle --------------------------------------------------------------------------------


def shuffled(state: State, seed: int) -> State:
    """The state with other ids for the nodes, and the model run on the graph with those ids."""
    made = state.example
    order = torch.randperm(made.nodes, generator=torch.Generator().manual_seed(seed))
    error = made.permutation_error(order)
    scale = float(torch.linalg.vector_norm(made.traced.features[-1].double()))
    ids = i4(order)
    return replace(
        state,
        shuffle=Shuffle(ids, error.absolute, scale, zone(error.relative, torch.float32)),
        shuffles=state.shuffles + 1,
    )


def unshuffled(state: State) -> State:
    """The state with the ids the nodes had."""
    return replace(state, shuffle=None, shuffles=0)


def reach(state: State) -> int:
    """Nodes at most R hops from node 0, along the edges."""
    sources, targets = state.example.edges
    known = {0}
    for _ in range(state.params.rounds):
        known |= {int(to) for of, to in zip(sources, targets, strict=True) if int(of) in known}
    return len(known)
