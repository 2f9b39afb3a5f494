"""What the scene `potential` says and hears: its parameters, actions and frames. Reduced units: length and energy of
the pair, mass 1.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from server.protocol.messages import INSTRUCTOR, NOBODY, STUDENT, Action, Float32, Float64, Frame, Int32, Role, tensor
from server.room.scene import Params

MOST_ATOMS = 32
MOST_STEPS = 1000
RUN_FRAMES = 160
Truthful = Literal["lj", "morse", "sw"]
Ending = Literal["smooth", "hard"]
TRUE_NAMES = {"lj": "Lennard-Jones", "morse": "Morse", "sw": "Stillinger-Weber"}
NETWORK_NAMES = {"tensor": "Tensor network", "invariant": "Distances only"}
Part = Annotated[float, Meta(ge=-4, le=4)]
Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
Cloud = Annotated[Float32, tensor("f4", "n", "3")]
Kind = Literal["cutoff", "learned", "direct"]


class PotentialParams(Params, frozen=True, kw_only=True):
    """The cluster and its true potential, the network that learns it, and the switches."""

    potential: Annotated[
        Truthful,
        Meta(
            title="True potential",
            description="Pairs, or pairs and angles (Stillinger-Weber).",
            extra_json_schema={"labels": TRUE_NAMES},
        ),
    ] = "lj"
    atoms: Annotated[int, Meta(ge=4, le=MOST_ATOMS, title="Atoms", description="13 is the icosahedron.")] = 13
    ending: Annotated[
        Ending,
        Meta(
            title="At the cutoff",
            description="How a pair ends at 1.85: led to zero, or cut off. Stillinger-Weber ends smoothly by itself.",
            extra_json_schema={
                "labels": {"smooth": "smooth envelope", "hard": "hard truncation"},
                "when": {"potential": ["lj", "morse"]},
            },
        ),
    ] = "smooth"
    dtype: Annotated[
        Literal["float64", "float32"], Meta(title="Precision", description="Of forces and integration.")
    ] = "float64"
    network: Annotated[
        Literal["tensor", "invariant"],
        Meta(
            title="Network",
            description="Sees distances and directions up to degree l, or distances only.",
            extra_json_schema={"labels": NETWORK_NAMES},
        ),
    ] = "tensor"
    steps: Annotated[
        int,
        Meta(ge=20, le=MOST_STEPS, title="Training steps", description="Adam, four clusters a step."),
    ] = 300
    rate: Annotated[
        float,
        Meta(
            ge=1e-4,
            le=10,
            title="Learning rate",
            description="Of Adam, at the start; too large a rate diverges.",
            extra_json_schema={"scale": "log"},
        ),
    ] = 0.01
    temperature: Annotated[
        float,
        Meta(
            ge=0.02,
            le=0.3,
            title="Temperature",
            description="Of the training data and of the dynamics.",
            extra_json_schema={"step": 0.01},
        ),
    ] = 0.15
    seed: Annotated[int, Meta(ge=0, le=99, title="Seed", description="Of data, weights and velocities.")] = 0


class PotentialPull(Action, frozen=True, kw_only=True, tag="potential.pull"):
    """A student pulls one atom towards a place, with a spring of limited force; no place: lets go."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    atom: Annotated[int, Meta(ge=0, le=MOST_ATOMS - 1)]
    to: tuple[Part, Part, Part] | None = None


class PotentialGrip(Action, frozen=True, kw_only=True, tag="potential.grip"):
    """The instructor pulls an atom, as a student does."""

    who: ClassVar[frozenset[Role]] = INSTRUCTOR
    collapse: ClassVar[bool] = True
    atom: Annotated[int, Meta(ge=0, le=MOST_ATOMS - 1)]
    to: tuple[Part, Part, Part] | None = None


class PotentialRelease(Action, frozen=True, kw_only=True, tag="potential.release"):
    """All hands let go."""


class PotentialSettle(Action, frozen=True, kw_only=True, tag="potential.settle"):
    """The cluster gives way a little more to the hands; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY


class PotentialTrained(Action, frozen=True, kw_only=True, tag="potential.trained"):
    """The training came this far."""

    who: ClassVar[frozenset[Role]] = NOBODY
    step: Annotated[int, Meta(ge=0, le=MOST_STEPS)]
    loss: Number
    """Mean over the batches since the last report."""
    mae: Number
    """Mean absolute error of a force component on clusters that are not trained on."""
    size: Number
    """Mean absolute force component there: the error of saying 0."""
    weights: Annotated[Float32, tensor("f4", "w")]
    parameters: Annotated[int, Meta(ge=0, le=10**6)]
    positions: Cloud
    """One cluster of those that are not trained on, with its true forces, and E_i and F of the network there."""
    truth: Cloud
    energies: Annotated[Float32, tensor("f4", "n")]
    forces: Cloud
    diverged: bool = False


class PotentialMoved(Action, frozen=True, kw_only=True, tag="potential.moved"):
    """Two dynamics from one start came one frame further."""

    who: ClassVar[frozenset[Role]] = NOBODY
    kind: Kind
    frame: Annotated[int, Meta(ge=0, le=RUN_FRAMES)]
    time: Number
    totals: tuple[Number, Number]
    temperatures: tuple[Number, Number]
    first: Cloud
    second: Cloud
    over: bool = False
    """One of them left the range of numbers."""


class PotentialSymmetry(Action, frozen=True, kw_only=True, tag="potential.symmetry"):
    """lambda of the learned gradient, and of the force that the network puts out directly."""

    who: ClassVar[frozenset[Role]] = NOBODY
    gradient: Annotated[float, Meta(ge=0, le=1.5)]
    direct: Annotated[float, Meta(ge=0, le=1.5)]


class PotentialCluster(Frame, frozen=True, kw_only=True, tag="potential.cluster"):
    """The cluster with the true potential: E_i, F, the hands' pull, and what sums to what."""

    version: int
    position: int
    name: str
    ending: str
    dtype: str
    open: bool
    """Whether phones may pull now."""
    positions: Annotated[Float32, tensor("f4", "n", "3")]
    energies: Annotated[Float32, tensor("f4", "n")]
    forces: Annotated[Float32, tensor("f4", "n", "3")]
    pulls: Annotated[Float32, tensor("f4", "n", "3")]
    bonds: Annotated[Int32, tensor("i4", "m", "2")]
    """Pairs nearer than 1.35, to be drawn."""
    hands: int
    total: float
    rest: float
    """E of the cluster at rest."""
    largest: float
    """max |F_i|."""
    net: float
    """|sum F| / sum |F|."""
    torque: float
    """|sum x cross F| / sum |x| |F|."""
    history: Annotated[Float64, tensor("f8", "t")]
    """E - E(rest) while hands pulled."""


class PotentialTraining(Frame, frozen=True, kw_only=True, tag="potential.training"):
    """How far the training is."""

    version: int
    network: str
    parameters: int
    step: int
    of: int
    at: Annotated[Int32, tensor("i4", "t")]
    losses: Annotated[Float32, tensor("f4", "t")]
    """Training loss: MSE of forces and of the energy an atom, in the data's own scale."""
    maes: Annotated[Float32, tensor("f4", "t")]
    size: float
    positions: Annotated[Float32, tensor("f4", "n", "3")]
    """A cluster that is not trained on; none before the first report."""
    bonds: Annotated[Int32, tensor("i4", "m", "2")]
    truth: Annotated[Float32, tensor("f4", "n", "3")]
    """Its forces by the true potential."""
    energies: Annotated[Float32, tensor("f4", "n")]
    forces: Annotated[Float32, tensor("f4", "n", "3")]
    """E_i and F of the network, as it is now."""
    largest: float
    """max |F_i| of the true ones."""
    diverged: bool


class PotentialRun(Frame, frozen=True, kw_only=True, tag="potential.run"):
    """Two dynamics from the same start, side by side."""

    version: int
    kind: Kind
    names: tuple[str, str]
    frame: int
    of: int
    times: Annotated[Float32, tensor("f4", "t")]
    first: Annotated[Float32, tensor("f4", "t")]
    second: Annotated[Float32, tensor("f4", "t")]
    """E_tot - E_tot(0) of each."""
    first_heat: Annotated[Float32, tensor("f4", "t")]
    second_heat: Annotated[Float32, tensor("f4", "t")]
    """Temperature of each."""
    spreads: tuple[float, float]
    """sigma(E_tot) so far."""
    ratio: float | None
    """The larger over the smaller: first over second; none until both are above 0."""
    here: Annotated[Float32, tensor("f4", "n", "3")]
    there: Annotated[Float32, tensor("f4", "n", "3")]
    gradient: float | None
    direct: float | None
    """lambda of both force fields, for the kind "direct"."""
    over: bool
    missing: str
    """Why there is nothing to show, in words; empty where there is."""


class PotentialMine(Frame, frozen=True, kw_only=True, tag="potential.mine"):
    """Which atom this seat holds, none after letting go; what it feels is in the cluster's frame, for all alike."""

    atom: int | None
    limit: float
    """The largest force of its pull."""


class PotentialXyz(Frame, frozen=True, kw_only=True, tag="potential.xyz"):
    """The positions shown as extended XYZ, to be saved from the control panel."""

    text: str


class Trained(msgspec.Struct, frozen=True):
    """What is kept of a training."""

    step: int = 0
    at: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    maes: tuple[float, ...] = ()
    size: float = 0.0
    weights: bytes = b""
    parameters: int = 0
    diverged: bool = False
    example: tuple[bytes, bytes, bytes, bytes] = (b"", b"", b"", b"")
    """positions, true forces, E_i and F of the network on one cluster, float32"""


class Ran(msgspec.Struct, frozen=True):
    """What is kept of two dynamics."""

    kind: Kind = "cutoff"
    frame: int = -1
    times: tuple[float, ...] = ()
    first: tuple[float, ...] = ()
    second: tuple[float, ...] = ()
    heats: tuple[tuple[float, float], ...] = ()
    here: bytes = b""
    there: bytes = b""
    over: bool = False
