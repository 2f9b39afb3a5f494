"""A scene whose every behaviour a test can cause, and an engine over it: in this process, or in one of its own.

As a program, `python -m tests.server.probe --fd FD --data DIR`, it is the engine process with this scene.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec
import numpy as np
from msgspec import Meta

from server.disk.store import Log, Registry
from server.engine import loop, process
from server.engine.jobs import child
from server.engine.poison import Attempts
from server.pipe import bus
from server.protocol import messages as p
from server.protocol import wire
from server.protocol.faults import Refused
from server.protocol.messages import Action, Frame
from server.room.scene import AnyScene, Context, Formula, Job, JobSteps, Params, PerSeat, Scene, Slot, Wait
from server.room.state import Scenes

ROOT = Path(__file__).parents[2]


class ProbeParams(Params, frozen=True, kw_only=True):
    size: Annotated[int, Meta(ge=1, le=9, title="Size")] = 3
    gain: Annotated[float, Meta(ge=0, le=9, title="Gain")] = 1.0
    steps: Annotated[int, Meta(ge=0, le=10**6, title="Training steps")] = 0
    pause: Annotated[float, Meta(ge=0, le=60, title="Pause between steps")] = 0.0


class Move(Action, frozen=True, kw_only=True, tag="probe.move"):
    who: ClassVar[frozenset[p.Role]] = p.EVERYONE
    collapse: ClassVar[bool] = True
    node: int
    x: float

    def target(self) -> str:
        return str(self.node)


class Add(Action, frozen=True, kw_only=True, tag="probe.add"):
    who: ClassVar[frozenset[p.Role]] = p.EVERYONE
    amount: int = 1


class Answer(Action, frozen=True, kw_only=True, tag="probe.answer"):
    """A numbered answer; each time that it is applied is recorded."""

    who: ClassVar[frozenset[p.Role]] = p.STUDENT
    number: int


class Misbehave(Action, frozen=True, kw_only=True, tag="probe.misbehave"):
    """Cause what must not bring the engine down."""

    how: str


class Learned(Action, frozen=True, kw_only=True, tag="probe.learned"):
    who: ClassVar[frozenset[p.Role]] = p.NOBODY
    step: int


class Values(Frame, frozen=True, kw_only=True, tag="probe.values"):
    values: Annotated[p.Float64, p.tensor("f8", "N")]
    count: int
    learned: int


class Answered(Frame, frozen=True, kw_only=True, tag="probe.answered"):
    """How many answers were applied, of all seats."""

    total: int


class Own(Frame, frozen=True, kw_only=True, tag="probe.own"):
    """The answers of one seat, in the order in which they were applied."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class State:
    params: ProbeParams
    values: p.Float64
    count: int = 0
    learned: int = 0
    broken_frames: bool = False
    deadly_frames: bool = False
    position: int = 0
    moves: tuple[str, ...] = field(default=())
    answers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def _values(state: State) -> Values:
    if state.deadly_frames:
        os.kill(os.getpid(), signal.SIGKILL)
    if state.broken_frames:
        raise ZeroDivisionError("a defect of the scene's frames")
    return Values(values=state.values, count=state.count, learned=state.learned)


def _answered(state: State) -> Answered:
    return Answered(total=sum(map(len, state.answers.values())))


def _own(_state: State, numbers: tuple[int, ...]) -> Own:
    return Own(numbers=numbers)


class Probe(Scene[ProbeParams, State]):
    title = "Probe"
    summary = "Does what a test asks."
    params = ProbeParams
    actions = (Move, Add, Answer, Misbehave, Learned)
    slots = (
        Slot(_values, p.ALL, of=lambda _state: object()),  # at each change, whatever it was
        Slot(_answered, p.ALL, of=lambda state: state.answers),
        PerSeat.each(_own, lambda state: state.answers),
    )
    formulas: ClassVar = {"x": Formula(r"\color{#0072B2}{x_j} + \frac{1}{2}", "x j plus a half")}
    pace = 1.0

    def initial(self, params: ProbeParams, context: Context) -> State:
        return State(params, context.generator().normal(size=params.size))

    def adjust(self, state: State, params: ProbeParams, context: Context) -> State:
        return replace(state, params=params)

    def apply(self, state: State, action: Action, context: Context) -> State:
        match action:
            case Move(node=node, x=x):
                values = state.values.copy()
                values[node] = x
                return replace(state, values=values, moves=(*state.moves, f"{context.author}:{node}"))
            case Add(amount=amount):
                if amount < 0:
                    raise Refused("refused", f"expected a positive amount, got {amount}")
                return replace(state, count=state.count + amount)
            case Answer(number=number):
                own = (*state.answers.get(context.author, ()), number)
                return replace(state, answers={**state.answers, context.author: own})
            case Learned(step=step):
                noise = context.generator().normal(size=len(state.values))
                return replace(state, values=0.9 * state.values + noise, learned=step)
            case Misbehave(how=how):
                return self._misbehave(state, how)
        raise Refused("unknown_command", f"no {type(action).__name__} here")

    def _misbehave(self, state: State, how: str) -> State:
        if how == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "nan":
            return replace(state, values=np.full(state.params.size, np.nan))
        if how == "deadly frames":
            return replace(state, deadly_frames=True)
        if how == "frames":
            return replace(state, broken_frames=True)
        raise ZeroDivisionError("a defect of the scene")

    def positions(self, state: State) -> tuple[int, int]:
        return state.position, 4

    def move(self, state: State, to: int, context: Context) -> State:
        return replace(state, position=to)

    def job(self, state: State) -> Job | None:
        if state.learned >= state.params.steps:
            return None
        return Job(("learn", state.params.steps), lambda kept: self._learn(state.params, state.learned))

    def _learn(self, params: ProbeParams, begun: int) -> JobSteps:
        for step in range(begun + 1, params.steps + 1):
            yield Learned(step=step)
            if params.pause:
                yield Wait(params.pause)


SCENES: dict[str, AnyScene] = {"probe": Probe()}  # type: ignore[dict-item]


@dataclass
class Clock:
    """Time that passes when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Seen:
    """What the gateway's end received, in order, frames unpacked."""

    downs: list[bus.Down] = field(default_factory=list)
    alive: list[bus.Alive] = field(default_factory=list)
    """Signs of life, which may come between any two of the others."""

    def frames(self, key: str) -> list[dict[str, object]]:
        return [wire.unpack(d.body) for d in self.downs if isinstance(d, bus.SlotFrame) and d.key == key]

    def faults(self) -> list[dict[str, object]]:
        return [wire.unpack(d.body) for d in self.downs if isinstance(d, bus.Direct)]

    def slots(self) -> dict[tuple[str, str], dict[str, object]]:
        """The snapshot that a gateway would keep, without stamps."""
        kept: dict[tuple[str, str], tuple[bool, bytes]] = {}
        for down in self.downs:
            if isinstance(down, bus.Clear):
                kept = {slot: (core, body) for slot, (core, body) in kept.items() if core}
            elif isinstance(down, bus.SlotFrame):
                kept[down.to, down.key] = (down.core, down.body)
        return {slot: plain(wire.unpack(body)) for slot, (_, body) in kept.items()}


def plain(frame: dict[str, object]) -> dict[str, object]:
    """A frame as comparable values, without its stamp."""
    stamped = {"seq", "by"}
    return {
        key: value.tolist() if isinstance(value, np.ndarray) else value
        for key, value in frame.items()
        if key not in stamped
    }


def command(
    tag: str, *, seat: str = "", role: p.Role = "instructor", nonce: str = "n", viewer: int = 7, **fields: object
) -> bus.Inbound:
    """An inbound command to room `r`."""
    return bus.Inbound("r", viewer, seat, role, nonce, msgspec.json.encode({"t": tag, **fields}))


class Impatient(bus.EnginePipe):
    """A pipe that never waits, because the time of a rig passes only between turns."""

    def wait(self, timeout: float | None) -> bool:
        return super().wait(0.0)


class Rig:
    """An engine in this process, its clock and the gateway's end of its pipe."""

    def __init__(self, data: Path, known: Scenes | None = None) -> None:
        self.data = data
        self.scenes = known or SCENES
        self.clock = Clock()
        self._begin()

    def _begin(self) -> None:
        self.ours, theirs = socket.socketpair()
        self.store = Log(self.data)
        self.generation = self.store.generation()
        self.attempts = Attempts(self.data, self.store)
        self.pipe = Impatient(theirs.detach())
        self.engine = loop.EngineLoop(self.pipe, self.store, self.attempts, self.scenes, self.generation, self.clock)
        self._arrived = b""

    def again(self) -> None:
        """The engine is lost and another one starts."""
        self.close()
        self._begin()

    def close(self) -> None:
        self.pipe.close()
        self.ours.close()
        self.attempts.close()
        self.store.close()

    def say(self, *ups: bus.Up, turns: int = 1) -> Seen:
        """Send these in one go, let the engine turn, and look what came."""
        self.ours.sendall(b"".join(framed(up) for up in ups))
        for _ in range(turns):
            self.engine.turn()
        return self.look()

    def look(self) -> Seen:
        self.ours.setblocking(False)
        try:
            while data := self.ours.recv(2**20):
                self._arrived += data
        except BlockingIOError:
            pass
        finally:
            self.ours.setblocking(True)
        seen, self._arrived = parsed(self._arrived)
        return seen


def fill(part: Log | Registry) -> None:
    """Make the disk full for this connection: its file may not grow any more."""
    pages = int(part._db.execute("PRAGMA page_count").fetchone()[0])
    part._db.execute(f"PRAGMA max_page_count = {pages}")


def framed(message: bus.Message) -> bytes:
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(4, "little") + body


def parsed(data: bytes) -> tuple[Seen, bytes]:
    seen = Seen()
    while len(data) >= 4:
        length = int.from_bytes(data[:4], "little")
        if len(data) < 4 + length:
            break
        down = msgspec.msgpack.decode(data[4 : 4 + length], type=bus.Down)
        if isinstance(down, bus.Alive):
            seen.alive.append(down)
        else:
            seen.downs += down.changes if isinstance(down, bus.TurnBatch) else [down]
        data = data[4 + length :]
    return seen, data


class Process:
    """An engine in a process of its own, over a real socket pair."""

    def __init__(self, data: Path) -> None:
        self.ours, theirs = socket.socketpair()
        self.ours.settimeout(60)
        with theirs:
            fd = theirs.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.server.probe", "--fd", str(fd), "--data", str(data)],
                pass_fds=[fd],
                cwd=ROOT,
            )
        self._arrived = b""
        self.seen = Seen()

    def say(self, *ups: bus.Up) -> None:
        self.ours.sendall(b"".join(framed(up) for up in ups))

    def until(self, done: type[bus.Message] | tuple[str, str, object]) -> Seen:
        """Receive until a message of this type came, or a frame `key` whose `field` has this value (or more)."""
        while not self._has(done):
            data = self.ours.recv(2**20)
            if not data:
                raise ConnectionError("the engine is gone")
            new, self._arrived = parsed(self._arrived + data)
            self.seen.downs += new.downs
        return self.seen

    def _has(self, done: type[bus.Message] | tuple[str, str, object]) -> bool:
        if isinstance(done, type):
            return any(isinstance(down, done) for down in self.seen.downs)
        key, name, value = done
        return any(frame.get(name) == value for frame in self.seen.frames(key))

    def died(self) -> int:
        """Wait for its death, receiving what it still says; its status."""
        try:
            while data := self.ours.recv(2**20):
                new, self._arrived = parsed(self._arrived + data)
                self.seen.downs += new.downs
        except ConnectionError:
            pass
        return self.process.wait(60)

    def close(self) -> None:
        self.ours.close()
        self.process.wait(60)


def main() -> int:
    """The engine process with this scene; it takes the flags that the program gives its engines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--number", type=int, default=0)
    flags, _ = parser.parse_known_args()
    child.end_with(os.getppid())
    return process.serve(flags.fd, flags.data, SCENES, flags.number)


if __name__ == "__main__":
    sys.exit(main())
