"""The scene of the benches, and the engine that plays it: frames of a size at a rate, and a training job.

    python -m tests.bench.scene --fd N --data DIR --device cpu

It is the real engine (`server.engine.process.serve`) with this scene beside its own. The last 32 bytes of each frame
are its mark, four little-endian float64: a number by which the load generator knows it, the frame's count, when it was
due and when it was made, both on the machine's monotonic clock. A scene has no clock; this one does, because the age of
its frames is what is asked for.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from msgspec import Meta

from models.graphs.graph import radius_graph
from models.networks.egnn import EGNN
from server.engine import compute, headstart, process
from server.engine.discovery import scenes
from server.protocol import messages as p
from server.protocol.messages import Action, Float64, Frame, tensor
from server.room.jobs import beside
from server.room.scene import AnyScene, Context, Job, JobSteps, Params, Scene, Slot, Wait
from tests.bench.marks import KNOWN, MARK_WORDS, SEEN_AT_SENDER

HEADER = 112
"""About what a frame's header takes, so that the whole message is as long as asked."""
HIDDEN, LAYERS, DEGREE = 32, 2, 15


class BenchParams(Params, frozen=True, kw_only=True):
    work: Annotated[Literal["stream", "train"], Meta(title="What the job does")] = "stream"
    size: Annotated[int, Meta(ge=256, le=2**20, title="Bytes a frame")] = 2048
    rate: Annotated[float, Meta(ge=0.1, le=12, title="Frames a second and slot")] = 10.0
    slots: Annotated[int, Meta(ge=1, le=2, title="Slots that take turns")] = 1
    nodes: Annotated[int, Meta(ge=16, le=2048, title="Nodes of the network that is trained")] = 384


class Run(Action, frozen=True, kw_only=True, tag="bench.run"):
    """Start the job or stop it."""

    on: bool


class Tick(Action, frozen=True, kw_only=True, tag="bench.tick"):
    who: ClassVar[frozenset[p.Role]] = p.NOBODY
    number: int
    due: float
    made: float


class Trained(Action, frozen=True, kw_only=True, tag="bench.trained"):
    who: ClassVar[frozenset[p.Role]] = p.NOBODY
    steps: int
    loss: float
    made: float


class Marked(Frame, frozen=True, kw_only=True):
    data: Annotated[Float64, tensor("f8", "words")]


class One(Marked, frozen=True, kw_only=True, tag="bench.one"):
    """The stream, or every second frame of it."""


class Two(Marked, frozen=True, kw_only=True, tag="bench.two"):
    """Every other frame of a stream in two slots: a slot leaves at most twelve times a second."""


class Stood(Marked, frozen=True, kw_only=True, tag="bench.stood"):
    """Where the instructor's last step led; its count is the position."""


class Steps(Frame, frozen=True, kw_only=True, tag="bench.steps"):
    steps: int
    loss: float
    made: float


@dataclass(frozen=True)
class State:
    params: BenchParams
    noise: Float64
    on: bool = False
    number: int = 0
    due: float = 0.0
    made: float = 0.0
    steps: int = 0
    loss: float = 0.0
    position: int = 0


def _streaming(state: State) -> One | Two:
    """Into one of two slots, or the one."""
    kind = Two if state.number % state.params.slots == 1 else One
    return kind(data=marked(state.noise, state.number, state.due, state.made))


def _stood(state: State) -> Stood:
    return Stood(data=marked(state.noise, state.position, SEEN_AT_SENDER, SEEN_AT_SENDER))


def _steps(state: State) -> Steps:
    return Steps(steps=state.steps, loss=state.loss, made=state.made)


class Bench(Scene[BenchParams, State]):
    title = "Bench"
    summary = "Sends what a bench asks for."
    params = BenchParams
    actions = (Run, Tick, Trained)
    slots = (
        Slot(_streaming, p.ALL, of=lambda state: state.number),
        Slot(_stood, p.ALL, of=lambda state: state.position),
        Slot(_steps, p.ALL, of=lambda state: state.steps),
    )

    def initial(self, params: BenchParams, context: Context) -> State:
        words = max(1, (params.size - HEADER) // 8 - MARK_WORDS)
        return State(params, context.generator().normal(size=words))

    def apply(self, state: State, action: Action, context: Context) -> State:
        match action:
            case Run(on=on):
                return replace(state, on=on)
            case Tick(number=number, due=due, made=made):
                return replace(state, number=number, due=due, made=made)
            case Trained(steps=steps, loss=loss, made=made):
                return replace(state, steps=steps, loss=loss, made=made)
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        return state.position, 100_000

    def move(self, state: State, to: int, context: Context) -> State:
        return replace(state, position=to)

    def job(self, state: State) -> Job | None:
        if not state.on:
            return None
        if state.params.work == "train":
            return Job("train", lambda kept: beside(trained, state.params.nodes, state.steps))
        return Job("stream", lambda kept: _streamed(state.params, state))


def _streamed(params: BenchParams, begun: State) -> JobSteps:
    """Frames at their times; one that is late does not move the next."""
    period = 1 / (params.rate * params.slots)
    due, number = time.monotonic(), begun.number
    while True:
        number += 1
        yield Tick(number=number, due=due, made=time.monotonic())
        due += period
        rest = due - time.monotonic()
        if rest > 0:
            yield Wait(rest)


def trained(nodes: int, steps: int) -> JobSteps:
    """An equivariant network that learns to predict a displacement: forward, backward, Adam, one step a turn."""
    torch.manual_seed(0)
    positions = torch.rand(nodes, 3, dtype=torch.float64)
    # A ball around a node holds about DEGREE others: n 4/3 pi r^3 = DEGREE in the unit cube.
    graph = radius_graph(positions, (DEGREE * 3 / (4 * np.pi * nodes)) ** (1 / 3))
    features, points = torch.randn(nodes, 4), positions.float()
    target = 0.1 * torch.randn(nodes, 3)
    model = EGNN(4, HIDDEN, LAYERS)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        optimizer.zero_grad()
        moved = model(features, points, graph).vectors
        assert moved is not None
        loss = (moved - target).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        steps += 1
        yield Trained(steps=steps, loss=loss.item(), made=time.monotonic())


def marked(noise: Float64, count: int, due: float, made: float) -> Float64:
    """The numbers of a frame with its mark after them."""
    return np.concatenate([noise, (KNOWN, count, due, made)])


SCENES: dict[str, AnyScene] = {"bench": Bench()}  # type: ignore[dict-item]


def main() -> int:
    """The engine's process; it steps back behind the gateway as the program's own does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), required=True)
    chosen = parser.parse_args()
    os.nice(headstart.NICE)
    compute.prepare(chosen.device)
    return process.serve(chosen.fd, chosen.data, {**scenes(), **SCENES}, cold=True)


if __name__ == "__main__":
    sys.exit(main())
