"""Graphs: one graph as picture, matrix and list of edges; other ids; what is asked of it; and what cannot be seen.

    A[u, v] = 1 where v sends to u,    edge_index = [sources; targets],    A' = P A P^T

Students draw, each a graph of at most 16 nodes on the own phone; the instructor puts one on the stage.

Truths: "wl" (choice), the network's output on the two graphs of the duel: "equal" or "different"; "ones" (number),
how many entries of the shown graph's adjacency matrix are 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, Action
from server.room.scene import Context, Formula, PerSeat, Scene, Slot, Truth, TruthKind
from server.scenes.graphs import messages as m
from server.scenes.graphs import shown
from server.scenes.graphs.messages import GraphsParams
from server.scenes.graphs.state import (
    ACTS,
    BOARD,
    SHUFFLED,
    Drawn,
    State,
    drawing_of,
    drawn_by,
    example,
    showing,
)

EQUAL, DIFFERENT = "equal", "different"


def _staged(state: State) -> tuple[object, ...]:
    return state.drawn, state.order, state.act, state.shown, shown.number(state), state.params.seed


def _tasks(state: State) -> m.GraphsTasks:
    return shown.tasks(state.drawn, state.order, state.params.seed)


def _duelled(state: State) -> tuple[str, int]:
    return state.params.pair, state.params.seed


def _duel(state: State) -> m.GraphsDuel:
    return shown.duel(*_duelled(state))


def _drawings(state: State) -> dict[str, tuple[Drawn, bool]]:
    """Of each student who drew: the drawing, and whether it is on stage."""
    return {who: (drawn, state.shown == who) for who, drawn in state.drawings.items() if who != BOARD}


def _own(_state: State, drawing: tuple[Drawn, bool]) -> m.GraphsOwn:
    return shown.own(*drawing)


class Graphs(Scene[GraphsParams, State]):
    """Draw a graph; see it as a matrix and as a list; ask a network about it."""

    title = "Representing a graph"
    summary = "Draw a graph on the phone and see it as a matrix and as a list of edges, at once."
    params = GraphsParams
    actions = m.ACTIONS
    slots = (
        Slot(shown.picture, ALL, of=_staged),
        Slot(_tasks, STAGE, of=_staged),
        Slot(_duel, STAGE, of=_duelled),
        Slot(shown.gallery, STAGE, of=shown.hung),
        PerSeat.each(_own, _drawings),
    )
    pace = 4.0
    formulas: ClassVar[Mapping[str, Formula]] = {
        "graph": Formula(r"G = (V, E)", "G is the pair of V, the nodes, and E, the edges"),
        "matrix": Formula(r"A_{uv} = 1 \iff (v \to u) \in E", "A u v is one exactly where an edge from v to u is in E"),
        "list": Formula(r"E = (v_1 \to u_1,\ v_2 \to u_2,\ \ldots)", "E is the list v 1 to u 1, v 2 to u 2, and so on"),
        "permuted": Formula(
            r"A' = \color{#D55E00}{P} A \color{#D55E00}{P}^T", "A prime is P times A times the transpose of P"
        ),
        "node": Formula(r"s_u = \sigma(w^T h_u)", "the score of node u is sigma of w times h u"),
        "pair": Formula(r"s_{uv} = \sigma(h_u^T h_v)", "the score of the pair u v is sigma of h u times h v"),
        "whole": Formula(
            r"f = \sum_u h_u \quad or \quad \frac{1}{n} \sum_u h_u", "f is the sum or the mean of the h u"
        ),
        "refine": Formula(
            r"c_u \leftarrow \mathrm{hash}(c_u, \{\{ c_v : v \in N(u) \}\})",
            "the color of u becomes a hash of its color and of the multiset of its neighbors' colors",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"wl": "choice", "ones": "number"}

    def initial(self, params: GraphsParams, context: Context) -> State:
        """The example, and nobody has drawn yet."""
        return State(params, tuple(range(example(params.graph).nodes)))

    def adjust(self, state: State, params: GraphsParams, context: Context) -> State:
        """Drawings stay; another example is shown at once."""
        after = replace(state, params=params)
        if params.graph == state.params.graph:
            return after
        return _dealt(showing(after, None), context)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """The state after somebody drew, or the instructor chose or shuffled."""
        match action:
            case m.GraphsShuffle():
                return _shuffled(state, context)
            case m.GraphsPick(drawing=number):
                return _picked(state, number, context)
        author = BOARD if context.role == "instructor" else context.author
        # The instructor draws on what the stage shows, whatever it is.
        base = state.drawn if author == BOARD else drawing_of(state, author)
        return _dealt(drawn_by(state, author, _changed(base, action)), context)

    def positions(self, state: State) -> tuple[int, int]:
        """One act after the other."""
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        """The act in words."""
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """Another act; from the shuffle on the ids are other ones, before it they are as they came."""
        if to < SHUFFLED:
            return replace(state, act=to, order=tuple(range(state.drawn.nodes)))
        return _dealt(replace(state, act=to), context)

    def truth(self, state: State, name: str) -> Truth:
        """The answers, whatever act is shown."""
        match name:
            case "wl":
                return EQUAL if _duel(state).difference == 0 else DIFFERENT
            case "ones":
                return float(shown.picture(state).adjacency.sum())
        return super().truth(state, name)


def _changed(drawn: Drawn, action: Action) -> Drawn:
    match action:
        case m.GraphsNode(x=x, y=y):
            return drawn.with_node(x, y)
        case m.GraphsEdge(a=a, b=b):
            return drawn.toggled(a, b)
        case m.GraphsRemove():
            return drawn.without_newest()
        case m.GraphsClear():
            return Drawn()
    raise Refused("unknown_command", f"this scene takes no {type(action).__name__}")


def _picked(state: State, number: int, context: Context) -> State:
    students = state.students
    if number >= len(students):
        raise Refused("invalid", f"expected one of {len(students)} drawings, counted from 0, got {number}")
    return _dealt(showing(state, None if number < 0 else students[number]), context)


def _shuffled(state: State, context: Context) -> State:
    order = tuple(context.generator().permutation(len(state.order)).tolist())
    return replace(state, order=order if order != state.order else order[::-1])


def _dealt(state: State, context: Context) -> State:
    """From the shuffle on, ids that nobody saw before; a graph of one node has but one."""
    if state.act < SHUFFLED or state.shuffled or len(state.order) < 2:
        return state
    after = _shuffled(state, context)
    return after if after.shuffled else replace(after, order=after.order[::-1])


SCENE = Graphs()
