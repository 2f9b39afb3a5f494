"""Chains: two clouds that only their far ends tell apart, and the layer at which a network notices.

    separation = || f(S) - f(C) || / || f(C) ||     random weights, float64

Each layer carries a message one bond further. Source: k-chains of Joshi et al., arXiv:2301.09308;
`models/experiments/chains.py`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
import numpy as np
import torch
from msgspec import Meta

from models.experiments.chains import depth, k_chain, prepared, separating
from models.symmetry.equivariance import ROUNDING, zone
from server.protocol.faults import Refused
from server.protocol.messages import ALL, NOBODY, STUDENT, Action, Float32, Frame, Role, UInt8, tensor
from server.room.computation import Computation
from server.room.kept import kept, read
from server.room.scene import Context, Formula, Job, JobSteps, Params, PerSeat, Scene, Slot, Truth, Wait

Model = Literal["invariant", "egnn", "gvp", "tensor"]
MODELS: tuple[Model, ...] = get_args(Model)
NAMES: dict[Model, str] = {
    "invariant": "Distances only",
    "egnn": "EGNN",
    "gvp": "GVP network",
    "tensor": "Tensor network",
}
MOST = 8
"""Middle nodes; with more, what reaches EGNN comes down to rounding."""
SEEDS = 5
TOLD, NEVER = "it tells them apart", "it never tells them apart"

Layers = Annotated[int, Meta(ge=1, le=MOST + 2)]


class ChainsParams(Params, frozen=True, kw_only=True):
    """Which chains, and which network is asked."""

    middle: Annotated[
        int, Meta(ge=2, le=MOST, title="Middle nodes k", description="Bonds between the two ends: k + 1.")
    ] = 4
    model: Annotated[
        Literal["invariant", "egnn", "gvp", "tensor"],
        Meta(
            title="Network",
            description="Untrained, with random weights; lines of others that were measured stay.",
            extra_json_schema={"labels": NAMES},
        ),
    ] = "gvp"


class ChainsMeasured(Action, frozen=True, kw_only=True, tag="chains.measured"):
    """One network with one more seed; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    model: Model
    middle: Annotated[int, Meta(ge=2, le=MOST)]
    layers: Layers
    separation: Annotated[float, Meta(ge=0, le=1e9)]


class ChainsGuess(Action, frozen=True, kw_only=True, tag="chains.guess"):
    """A student's prediction of the depth, 0 for never; the newest counts."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    layers: Annotated[int, Meta(ge=0, le=MOST + 2)]


class ChainsPicture(Frame, frozen=True, kw_only=True, tag="chains.picture"):
    """The two chains."""

    version: int
    middle: int
    model: str
    s: Annotated[Float32, tensor("f4", "n", "3")]
    c: Annotated[Float32, tensor("f4", "n", "3")]


class ChainsLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one network on these chains: its separations, one row a number of layers, and its depth."""

    model: Model
    name: str
    values: tuple[tuple[float, ...], ...]
    depth: int | None
    """By the argument in `models/experiments/chains.py`; None: never."""


class ChainsNumber(Frame, frozen=True, kw_only=True, tag="chains.number"):
    """The layers shown, what is measured at them, and every line so far."""

    version: int
    layers: int
    most: int
    heard: Annotated[UInt8, tensor("u1", "n")]
    """Which ends are within so many bonds of a node: 1 the first, 2 the last, 3 both."""
    model: str
    name: str
    values: tuple[float, ...]
    """Separations of the network shown at these layers, one a seed so far."""
    seeds: int
    largest: float | None
    """The largest of them, None before the first."""
    told: bool | None
    """Whether every seed is above rounding; None before all are measured."""
    rounding: float
    lines: tuple[ChainsLine, ...]


class ChainsClass(Frame, frozen=True, kw_only=True, tag="chains.class"):
    """How many students predicted each number of layers, the first entry: never."""

    open: bool
    counts: tuple[int, ...]


class ChainsMine(Frame, frozen=True, kw_only=True, tag="chains.mine"):
    """What this seat predicted."""

    layers: int | None


Key = tuple[Model, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """The layers shown, what the job measured, by (model, k, layers), and the predictions by seat."""

    params: ChainsParams
    version: int
    layers: int = 0
    measured: Mapping[Key, tuple[float, ...]] = field(default_factory=dict)
    guesses: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """The largest number of layers shown: one more than any depth."""
        return self.params.middle + 2

    def at(self, layers: int) -> tuple[float, ...]:
        """What is measured of the network shown with so many layers."""
        return self.measured.get((self.params.model, self.params.middle, layers), ())


@lru_cache(maxsize=32)
def _positions(middle: int) -> tuple[Float32, Float32]:
    found = (k_chain(middle, "S").positions, k_chain(middle, "C").positions)
    s, c = (np.ascontiguousarray(x.numpy(), dtype=np.float32) for x in found if x is not None)
    return s, c


def _telling(model: Model, middle: int) -> Generator[None, None, int | None]:
    for layers in range(1, middle + 3):
        for seed in range(SEEDS):
            if not _told((yield from separating(model, middle, layers, seed))):
                break
        else:
            return layers
    return None


@lru_cache(maxsize=64)
def _first(model: Model, middle: int) -> Computation[int | None]:
    """The first number of layers at which every seed is above rounding, as measured; None: there is none."""
    return Computation(partial(_telling, model, middle))


def _told(found: float) -> bool:
    return zone(found, torch.float64) != "rounding"


class _Place(msgspec.Struct, frozen=True, array_like=True, tag="chains.measure 1"):
    """Where the job stands: the numbers of layers and the seeds to come."""

    missing: tuple[tuple[int, int], ...]


def _heard(middle: int, layers: int) -> UInt8:
    hops = np.arange(middle + 2)
    return ((hops <= layers) + 2 * (hops[::-1] <= layers)).astype(np.uint8)


def _picture(state: State) -> ChainsPicture:
    middle, model = state.params.middle, state.params.model
    s, c = _positions(middle)
    return ChainsPicture(version=state.version, middle=middle, model=NAMES[model], s=s, c=c)


def _class(state: State) -> ChainsClass:
    counts = [0] * (state.most + 1)
    for guess in state.guesses.values():
        if guess is not None:
            counts[guess] += 1
    return ChainsClass(open=state.layers == 0, counts=tuple(counts))


def _mine(_state: State, layers: int | None) -> ChainsMine:
    return ChainsMine(layers=layers)


def _number(state: State) -> ChainsNumber:
    middle, values = state.params.middle, state.at(state.layers)
    whole = len(values) == SEEDS
    lines = []
    for model in MODELS:
        rows = [state.measured.get((model, middle, layers), ()) for layers in range(1, state.most + 1)]
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            lines.append(ChainsLine(model=model, name=NAMES[model], values=tuple(rows), depth=depth(model, middle)))
    return ChainsNumber(
        version=state.version,
        layers=state.layers,
        most=state.most,
        heard=_heard(middle, state.layers),
        model=state.params.model,
        name=NAMES[state.params.model],
        values=values,
        seeds=SEEDS,
        largest=max(values) if values else None,
        told=all(_told(value) for value in values) if whole else None,
        rounding=ROUNDING[torch.float64],
        lines=tuple(lines),
    )


class Chains(Scene[ChainsParams, State]):
    """Add layers until the network notices which of two chains it was given.

    Truth `depth`: the number of layers at which the network begins to tell them apart, measured; refused where it never
    does. Truth `outcome`: "it tells them apart" or "it never tells them apart".
    """

    title = "How many layers until it can tell?"
    summary = "Two chains differ only in their far ends. Predict how many layers a network needs to notice."
    params = ChainsParams
    actions = (ChainsMeasured, ChainsGuess)
    slots = (
        Slot(_picture, ALL, of=lambda state: state.version),
        Slot(_number, ALL, of=lambda state: (state.version, state.layers, state.measured)),
        Slot(_class, ALL, of=lambda state: (state.version, state.layers > 0, state.guesses)),
        PerSeat.each(_mine, lambda state: state.guesses),
    )
    formulas: ClassVar = {
        "separation": Formula(
            r"\frac{\Vert f(\color{#0072B2}{S}) - f(\color{#D55E00}{C}) \Vert}{\Vert f(\color{#D55E00}{C}) \Vert}",
            "the norm of f of S minus f of C, divided by the norm of f of C",
        )
    }
    truths: ClassVar = {"depth": "number", "outcome": "choice"}
    pace = 2.0

    def initial(self, params: ChainsParams, context: Context) -> State:
        """Two chains and no layer: how many will it take?"""
        return State(params, context.sequence)

    def warm(self) -> Iterator[Wait | None]:
        """The tensor network takes seconds to import and build: layer by layer, and what its truths are made of."""
        yield from super().warm()
        yield from prepared()
        yield from _first("tensor", ChainsParams().middle).steps()

    def adjust(self, state: State, params: ChainsParams, context: Context) -> State:
        """What was measured stays; other chains or another network are another prediction."""
        if params == state.params:
            return state
        layers = state.layers if params.middle == state.params.middle else 0
        return replace(
            state, params=params, version=context.sequence, layers=layers, guesses=dict.fromkeys(state.guesses)
        )

    def apply(self, state: State, action: Action, context: Context) -> State:
        """One more number from the job, or a prediction."""
        match action:
            case ChainsMeasured(model=model, middle=middle, layers=layers, separation=found):
                key = (model, middle, layers)
                values = (*state.measured.get(key, ()), found)[:SEEDS]
                return replace(state, measured={**state.measured, key: values})
            case ChainsGuess(layers=layers):
                if state.layers > 0:
                    raise Refused(
                        "refused", "expected a prediction before the first layer, but layers are shown by now"
                    )
                if layers > state.most:
                    raise Refused("invalid", f"expected 0 to {state.most} layers, got {layers}")
                return replace(state, guesses={**state.guesses, context.author: layers})
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """One position a layer."""
        return state.layers, state.most + 1

    def label(self, state: State) -> str:
        """How many layers are stacked."""
        if state.layers == 0:
            return "predict: how many layers?"
        return f"{state.layers} layer{'' if state.layers == 1 else 's'}"

    def move(self, state: State, to: int, context: Context) -> State:
        """Add or take away layers."""
        return replace(state, layers=to)

    def job(self, state: State) -> Job | None:
        """Measure the network shown, seed by seed, up to the layers shown."""
        missing = [
            (layers, seed) for layers in range(1, state.layers + 1) for seed in range(len(state.at(layers)), SEEDS)
        ]
        if not missing:
            return None
        model, middle = state.params.model, state.params.middle

        def run(body: bytes | None) -> JobSteps:
            place = read(body, _Place) or _Place(tuple(missing))
            for number, (layers, seed) in enumerate(place.missing, 1):
                found = yield from separating(model, middle, layers, seed)
                yield ChainsMeasured(model=model, middle=middle, layers=layers, separation=found)
                yield kept(_Place(place.missing[number:]))

        return Job(("measure", model, middle, state.layers), run)

    def prepare(self, state: State, truth: str) -> Iterator[Wait | None]:
        """Layers are measured until every seed tells the chains apart."""
        return _first(state.params.model, state.params.middle).steps()

    def truth(self, state: State, name: str) -> Truth:
        """Measured for the network and the chains shown, whatever position is shown."""
        first = _first(state.params.model, state.params.middle).result
        if name == "outcome":
            return NEVER if first is None else TOLD
        if name == "depth" and first is not None:
            return float(first)
        if name == "depth":
            raise Refused("refused", f"{NAMES[state.params.model]} has no depth: {NEVER}")
        return super().truth(state, name)


SCENE = Chains()
