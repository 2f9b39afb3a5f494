"""Scene `radius`: a radius graph as it changes.

    E = {(v, u) : v != u, |x_u - x_v| <= r}

Points are dragged, the cutoff moves, the room turns, and edges come and go. The edge set of the honest graph does not
notice a rotation; a cap on the neighbors or a cutoff on a shell of a lattice does. A point that crosses the cutoff
makes the energy jump by phi(r), unless an envelope leads it to zero there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
from scipy.spatial.transform import Rotation

from models.graphs.graph import edge_difference
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, Action, Float64
from server.room.kept import Done, kept, read
from server.room.scene import Context, Formula, Job, JobSteps, Scene, Slot, Truth, TruthKind, Wait
from server.scenes.radius import messages as m
from server.scenes.radius import shown
from server.scenes.radius.crossing import crossing, growing, turning
from server.scenes.radius.params import SEATS, RadiusParams, Setting, crowded, on_shell, setting_of, start_of, unbounded
from server.scenes.radius.seen import EASY, UPRIGHT, Quaternion, changed, graph_of, look, matrix_of, random_turns
from server.scenes.radius.seen import difference as compared
from server.scenes.radius.state import (
    ACTS,
    CAPPED,
    CROSS,
    DRAG,
    GROW,
    REMEMBERED,
    ROTATE,
    SHELL,
    Motion,
    RadiusState,
    Sample,
    Trials,
)

TELLING: Quaternion = (0.27, 0.51, 0.41, 0.71)
"""About 90 degrees about no axis of the room, 60 about z in the plane: what a rotation changes, it changes here."""
CALM = 0.25
"""Seconds without a change after which random rotations are tried."""
GROWTH_POINTS = 8
"""Cutoffs up to the present one, and as many beyond, at which the edges are counted for a question."""
SAME, OTHER = "the same edges", "other edges"
"""Answers to what a rotation leaves."""
BATCH = 4
"""Random rotations between two reports."""


class RadiusScene(Scene[RadiusParams, RadiusState]):
    """Points, and the edges that a cutoff draws between them."""

    title = "A radius graph as it changes"
    summary = "Drag points, move the cutoff, rotate the room: see which edges come and go, and what the energy does."
    params = RadiusParams
    actions = (m.RadiusMove, m.RadiusDrag, m.RadiusTurn, m.RadiusCross, m.RadiusStep, m.RadiusTried)
    slots = (
        Slot(shown.graph, ALL, of=lambda state: (state.version, state.act)),
        Slot(shown.names, ALL, of=lambda state: (state.seats, state.setting.seated)),
        Slot(shown.curve, STAGE, of=lambda state: state.setting.cutoff),
        Slot(shown.check, STAGE, of=lambda state: (state.version, state.trials)),
        Slot(shown.energy, STAGE, of=lambda state: (state.version, state.motion, state.params)),
    )
    formulas: ClassVar[Mapping[str, Formula]] = {
        "edges": Formula(
            r"E = \{(u,v) : u \neq v,\ \Vert x_u - x_v \Vert \leq \color{#0072B2}{r}\}",
            "E is the set of pairs u, v with u not v and the distance of x u and x v at most r",
        ),
        "envelope": Formula(
            r"\color{#009E73}{u(x)} = 1 - 28x^6 + 48x^7 - 21x^8,\quad x = \frac{d}{r}",
            "the envelope: u of x is one minus 28 x to the 6 plus 48 x to the 7 minus 21 x to the 8, x is d over r",
        ),
        "energy": Formula(
            r"\mathcal{E} = \sum_{\{u,v\} \in E} \varphi(d_{uv})\,\color{#009E73}{u(d_{uv}/r)}",
            "the energy is the sum over all pairs of phi of their distance, times the envelope",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"edges": "number", "turned": "choice", "growth": "line"}
    pace = 4.0

    def truth(self, state: RadiusState, name: str) -> Truth:
        """Edges at the cutoff; `SAME` or `OTHER` edges under random rotations; edges against the cutoff."""
        setting, points = state.setting, state.points
        graph = graph_of(setting, points)
        match name:
            case "edges":
                return graph.edges.shape[1] / 2
            case "turned":
                turns = random_turns(setting, shown.TRIALS, setting.seed)
                moved = any(edge_difference(graph, graph_of(setting, points @ turn.T)) for turn in turns)
                return OTHER if moved else SAME
            case "growth":
                shares = [share / GROWTH_POINTS for share in range(1, 2 * GROWTH_POINTS + 1)]
                counts = [graph_of(setting, points, share).edges.shape[1] / 2 for share in shares]
                return tuple((setting.cutoff * share, count) for share, count in zip(shares, counts, strict=True))
        return super().truth(state, name)

    def initial(self, params: RadiusParams, context: Context) -> RadiusState:
        setting = _setting(params, context)
        points = start_of(setting).points
        state = RadiusState(
            params=params,
            setting=setting,
            seats=context.seats,
            points=points,
            kept=points,
            seen=look(setting, points, UPRIGHT, 1.0),
            version=0,
            scenery=0,
        )
        return replace(state, trials=_present(state))

    def adjust(self, state: RadiusState, params: RadiusParams, context: Context) -> RadiusState:
        setting = _setting(params, context)
        if setting == setting_of(state.params, len(state.seats)):
            return replace(state, params=params)
        act = DRAG if state.act in (CAPPED, SHELL) else state.act
        points = _own_points(state) if _same_points(setting, state) else start_of(setting).points
        if setting.periodic:
            points = _inside(points, setting)
        moved = replace(
            state, params=params, seats=context.seats, act=act, motion=None, growth=1.0, history=(), kept=points
        )
        return _arranged(moved, setting, points)

    def attend(self, state: RadiusState, context: Context) -> RadiusState:
        return state if context.seats == state.seats else replace(state, seats=context.seats)

    def wants_class(self, params: RadiusParams) -> bool:
        return setting_of(params, 0).points == SEATS

    def apply(self, state: RadiusState, action: Action, context: Context) -> RadiusState:
        match action:
            case m.RadiusMove():
                return _moved(state, _own_node(state, context), action.at)
            case m.RadiusDrag():
                return _moved(state, action.node, action.at)
            case m.RadiusTurn():
                return _turned(state, action.quaternion, context)
            case m.RadiusCross():
                return _crossing(state)
            case m.RadiusStep():
                return _stepped(state, action.index)
            case m.RadiusTried():
                found = Trials(action.difference, action.trials, action.fewest, action.most, action.largest)
                return replace(state, trials=found)
        return super().apply(state, action, context)

    def positions(self, state: RadiusState) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: RadiusState) -> str:
        return ACTS[state.act]

    def move(self, state: RadiusState, to: int, context: Context) -> RadiusState:
        own = setting_of(state.params, len(state.seats))
        kept = _own_points(state)
        setting = {ROTATE: unbounded, CAPPED: crowded, SHELL: on_shell}.get(to, lambda same: same)(own)
        points = kept if _key(setting) == _key(own) else start_of(setting).points
        fresh = replace(state, act=to, kept=kept, motion=None, growth=1.0, quaternion=UPRIGHT, history=())
        there = _arranged(fresh, setting, points)
        if to == GROW:
            return _stepped(_going(there, "grow", growing()), 0)
        if to in (ROTATE, CAPPED, SHELL):
            return _going(there, "turn", turning(UPRIGHT, _unit(TELLING, setting)))
        return _crossing(there) if to == CROSS else there

    def job(self, state: RadiusState) -> Job | None:
        motion = state.motion
        if motion is not None:
            return Job(("motion", motion.run), lambda body: _go(motion, read(body, Done)))
        if state.setting.periodic or (state.trials.done >= shown.TRIALS and state.trials.difference is not None):
            return None
        return Job(("check", state.version), lambda body: _try(state, read(body, m.RadiusTried)))


def _go(motion: Motion, place: Done | None) -> JobSteps:
    for index in range(place.outputs if place else 0, len(motion.steps)):
        yield Wait(motion.pause)
        yield m.RadiusStep(index=index)
        yield kept(Done(index + 1))


def _try(state: RadiusState, place: m.RadiusTried | None) -> JobSteps:
    """The present rotation, then random ones, once nobody has touched the room for a moment."""
    yield Wait(CALM)
    setting, rest = state.setting, graph_of(state.setting, state.points)
    now = edge_difference(rest, state.seen.graph) if place is None else place.difference
    yield None
    trials, largest = (0, 0) if place is None else (place.trials, place.largest)
    counts = [] if place is None else [place.fewest, place.most]
    for matrix in random_turns(setting, shown.TRIALS, setting.seed)[trials:]:
        turned = graph_of(setting, state.points @ matrix.T)
        counts.append(turned.edges.shape[1])
        trials, largest = trials + 1, max(largest, edge_difference(rest, turned))
        if trials % BATCH == 0:
            tried = m.RadiusTried(difference=now, trials=trials, fewest=min(counts), most=max(counts), largest=largest)
            yield tried
            yield kept(tried)
        else:
            yield None


def _setting(params: RadiusParams, context: Context) -> Setting:
    setting = setting_of(params, len(context.seats))
    if setting.seated and not context.seats:
        raise Refused("too_few", "expected students to be dealt a point each, but nobody was dealt")
    return setting


def _key(setting: Setting) -> tuple[str, int, int, int]:
    """What decides where the points start."""
    return setting.points, setting.nodes, setting.dim, setting.seed


def _own_points(state: RadiusState) -> Float64:
    """The points of the parameters, moved as they were."""
    own = setting_of(state.params, len(state.seats))
    return state.points if _key(state.setting) == _key(own) else state.kept


def _same_points(setting: Setting, state: RadiusState) -> bool:
    return _key(setting) == _key(setting_of(state.params, len(state.seats)))


def _arranged(state: RadiusState, setting: Setting, points: Float64) -> RadiusState:
    """The state with these points by this setting; the check of rotations begins again."""
    fresh = _key(setting) != _key(state.setting)
    there = replace(
        state,
        setting=setting,
        points=points,
        seen=look(setting, points, state.quaternion, state.growth),
        version=state.version + 1,
        scenery=state.scenery + int(fresh),
    )
    return replace(there, trials=_present(there))


def _present(state: RadiusState) -> Trials:
    """The difference at the present rotation, at once where that is quick."""
    if state.setting.periodic:
        return Trials()
    if state.quaternion == UPRIGHT:
        return Trials(0)
    if state.seen.edges > EASY:
        return Trials(None)
    return Trials(compared(state.setting, state.points, state.seen, state.growth))


def _own_node(state: RadiusState, context: Context) -> int:
    node = context.node()
    if not state.setting.seated:
        raise Refused("refused", "expected the class's points on the stage, but it shows others")
    if node is None or node >= len(state.points):
        raise Refused("refused", "expected a point of your own, but you were not dealt one yet")
    return node


def _moved(state: RadiusState, node: int, at: tuple[float, float, float]) -> RadiusState:
    """One point lies somewhere else, within the room; the energy is remembered."""
    if node >= len(state.points):
        raise Refused("invalid", f"expected a point from 0 to {len(state.points) - 1}, got {node}")
    place = np.array(at) @ matrix_of(state.setting, state.quaternion)
    return _put(replace(state, motion=None, growth=1.0), node, place)


def _put(state: RadiusState, node: int, place: Float64) -> RadiusState:
    setting = state.setting
    place = np.where(np.arange(3) < setting.dim, place, 0.0)
    if setting.periodic:
        place = _inside(place, setting)
    else:
        far = float(np.linalg.norm(place)) / start_of(setting).room
        place = place / max(far, 1.0)
    points = state.points.copy()
    points[node] = place
    points.setflags(write=False)
    after = _arranged(state, setting, points)
    before = state.history or (Sample(state.seen.hard, state.seen.enveloped, 0),)
    sample = Sample(after.seen.hard, after.seen.enveloped, changed(state.seen, after.seen))
    return replace(after, history=(*before, sample)[-REMEMBERED:])


def _inside(points: Float64, setting: Setting) -> Float64:
    """The images within the box about the origin."""
    box, wrapped = start_of(setting).box, points.copy()
    axes = wrapped[..., : setting.dim]
    axes -= box * np.round(axes / box)
    return wrapped


def _unit(quaternion: Quaternion, setting: Setting) -> Quaternion:
    """The same rotation by a quaternion of length 1; in the plane only what turns about z."""
    matrix = matrix_of(replace(setting, periodic=False), quaternion)
    x, y, z, w = Rotation.from_matrix(matrix).as_quat(canonical=True).tolist()
    return x, y, z, w


def _turned(state: RadiusState, quaternion: Quaternion | None, context: Context) -> RadiusState:
    setting = state.setting
    if setting.periodic:
        raise Refused("refused", "A periodic box is not rotated: its own axes would have to turn with it.")
    if quaternion is None:
        matrix = random_turns(setting, 1, context.seed)[0]
        x, y, z, w = Rotation.from_matrix(matrix).as_quat(canonical=True).tolist()
        return _going(replace(state, growth=1.0), "turn", turning(state.quaternion, (x, y, z, w)))
    if sum(part * part for part in quaternion) < 1e-12:
        raise Refused("invalid", f"expected a quaternion of any length but zero, got {quaternion}")
    return _rotated(replace(state, motion=None, growth=1.0), _unit(quaternion, setting))


def _rotated(state: RadiusState, quaternion: Quaternion) -> RadiusState:
    """The room turned otherwise; what random rotations gave stays true."""
    there = _arranged(replace(state, quaternion=quaternion), state.setting, state.points)
    kept = replace(state.trials, difference=there.trials.difference)
    return replace(there, trials=kept) if state.growth == 1.0 and kept.done == shown.TRIALS else there


def _going(
    state: RadiusState, kind: str, steps: tuple[tuple[float, ...], ...], nodes: tuple[int, ...] = ()
) -> RadiusState:
    match kind:
        case "grow":
            motion = Motion(state.runs + 1, "grow", steps, nodes, pause=0.09)
        case "turn":
            motion = Motion(state.runs + 1, "turn", steps, nodes)
        case _:
            motion = Motion(state.runs + 1, "cross", steps, nodes, pause=0.08)
    return replace(state, motion=motion, runs=state.runs + 1)


def _crossing(state: RadiusState) -> RadiusState:
    """One point begins its way through another's cutoff."""
    whole = state if state.growth == 1.0 else _arranged(replace(state, growth=1.0), state.setting, state.points)
    nodes, places = crossing(whole.setting, whole.points)
    return _going(replace(whole, history=()), "cross", places, nodes)


def _stepped(state: RadiusState, index: int) -> RadiusState:
    motion = state.motion
    if motion is None or index >= len(motion.steps):
        return state
    step = motion.steps[index]
    last = None if index + 1 == len(motion.steps) else motion
    there = replace(state, motion=last)
    match motion.kind:
        case "grow":
            return _arranged(replace(there, growth=step[0]), there.setting, there.points)
        case "turn":
            x, y, z, w = step
            return _rotated(there, (x, y, z, w))
        case "cross":
            return _put(there, motion.nodes[0], np.array(step))


SCENE = RadiusScene()
