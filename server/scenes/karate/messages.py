"""What travels between `karate` and the browsers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from models.experiments.karate import MEMBERS
from server.protocol.messages import NOBODY, STUDENT, Action, Float32, Frame, Int32, Role, UInt8, tensor

Task = Literal["nodes", "links", "graphs"]
Phase = Literal["club", "untrained", "labels", "training", "result", "links", "graphs"]


class KarateStep(Action, frozen=True, kw_only=True, tag="karate.step"):
    """Some steps of a training; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    task: Task
    step: Annotated[int, Meta(ge=0, le=600)]
    loss: float | None
    """None where it is not finite: the training ended there."""
    value: float
    """nodes: members that are right; links: AUC; graphs: unseen graphs that are right."""
    points: Annotated[tuple[tuple[float, float], ...], Meta(max_length=MEMBERS)] = ()
    """nodes, links: the embedding."""
    right: Annotated[tuple[bool, ...], Meta(max_length=MEMBERS)] = ()
    """nodes: of each member; graphs: of each graph, the seen ones first."""


class KarateSeed(Action, frozen=True, kw_only=True, tag="karate.seed"):
    """One more seed of random weights, tried; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    right: Annotated[int, Meta(ge=0, le=MEMBERS)]
    """Members on their side of the best straight line."""
    alone: Annotated[int, Meta(ge=0, le=MEMBERS)]
    """The same with the edges taken away."""


class KarateSuspect(Action, frozen=True, kw_only=True, tag="karate.suspect"):
    """A student's guess who will be on the wrong side; the newest counts."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    member: Annotated[int, Meta(ge=0, le=MEMBERS - 1)]


class KarateClub(Frame, frozen=True, kw_only=True, tag="karate.club"):
    """The club, which never changes; each friendship once."""

    positions: Annotated[Float32, tensor("f4", "34", "2")]
    edges: Annotated[Int32, tensor("i4", "2", "78")]
    factions: Annotated[UInt8, tensor("u1", "34")]
    labelled: tuple[int, ...]


class KarateUntrained(Frame, frozen=True, kw_only=True, tag="karate.untrained"):
    """What random weights give, and the best straight line n . x = c through it."""

    name: str
    depth: int
    seed: int
    points: Annotated[Float32, tensor("f4", "34", "2")]
    normal: tuple[float, float]
    offset: float
    right: int
    apart: int
    """So many are called separated."""
    verdict: str
    of: int
    """How many seeds will be tried."""
    seeds: tuple[int, ...]
    """How many the best line gets right, of each of the seeds 0, 1, .. so far."""
    alone: tuple[int, ...]
    """The same with the edges taken away."""


class KarateHiding(Frame, frozen=True, kw_only=True, tag="karate.hiding"):
    """The pairs that link prediction is asked about."""

    hidden: Annotated[Int32, tensor("i4", "2", "h")]
    absent: Annotated[Int32, tensor("i4", "2", "m")]


class KarateWrong(msgspec.Struct, frozen=True, kw_only=True):
    """A member on the wrong side: how many friends it has, and how many of them went the other way."""

    member: int
    friends: int
    across: int


class KarateTraining(Frame, frozen=True, kw_only=True, tag="karate.training"):
    """The training of the task that is shown, as far as it came."""

    phase: Phase
    task: Task
    name: str
    depth: int
    pool: str
    step: int | None
    """None before it began."""
    steps: int
    ended: bool
    """All steps are done, or the loss was not finite."""
    diverged: bool
    value: float | None
    history: Annotated[Float32, tensor("f4", "k", "3")]
    """step, loss, value"""
    points: Annotated[Float32, tensor("f4", "n", "2")]
    """nodes, links: the embedding; before the training that of the random weights, for links none."""
    right: Annotated[UInt8, tensor("u1", "r")]
    scores: Annotated[Float32, tensor("f4", "p")]
    """links: h_u . h_v of the hidden edges, then of the absent pairs."""
    wrong: tuple[KarateWrong, ...]
    """nodes: who is wrong, once the training has ended."""
    sizes: tuple[int, ...]
    """graphs: of each size a chain and a ring."""
    seen: int
    """graphs: so many of the sizes were trained on."""


class KarateClass(Frame, frozen=True, kw_only=True, tag="karate.class"):
    """How many students suspect each member."""

    counts: Annotated[Int32, tensor("i4", "34")]


class KarateMine(Frame, frozen=True, kw_only=True, tag="karate.mine"):
    """Whom this seat suspects."""

    member: int | None
