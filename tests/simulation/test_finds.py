"""Faults that were there, put back in: the worlds find each of them, so that they would not come back unseen."""

from collections.abc import Callable

import msgspec
import pytest

from server.disk.store import Entry
from server.engine import decoding, loop, recoveries
from server.engine.decoding import Decoded
from server.engine.loop import EngineLoop
from server.gateway import direct, engines, hub, places
from server.gateway.audience import Audience
from server.gateway.defence import bucket
from server.gateway.defence.admission import Admitted
from server.gateway.defence.bucket import Allowance
from server.gateway.direct import DirectWire, EndedTransport
from server.gateway.engines import EngineProcess, StartError
from server.gateway.places import Limits
from server.pipe import backlog
from server.pipe.backlog import Backlog
from server.pipe.watchdog import Watchdog
from tests.simulation import scenes
from tests.simulation.script import draw
from tests.simulation.world import run

MOST = 1000
"""Seeds within which a fault has to be found; each is found within far fewer."""


def found(sentence: str) -> int:
    """The first seed in whose world this goes wrong."""
    for seed in range(MOST):
        report = run(draw(seed, real=False))
        if any(sentence in violation for violation in report.violations):
            return seed
    raise AssertionError(f"no world of {MOST} seeds has a violation with {sentence!r}")


def keeper_that_dies(patch: pytest.MonkeyPatch) -> None:
    """The engine's keeper ends with the first error of the system at a start."""

    def unstarted(self: EngineProcess, error: StartError) -> float:
        assert error.__cause__ is not None
        raise error.__cause__

    patch.setattr(engines.EngineProcess, "_unstarted", unstarted)


def silence_that_nobody_notices(patch: pytest.MonkeyPatch) -> None:
    """An engine counts as ready until its pipe ends."""
    patch.setattr(Watchdog, "answers", property(lambda _: True))
    patch.setattr(Watchdog, "hung", property(lambda _: False))


def pipe_without_shares(patch: pytest.MonkeyPatch) -> None:
    """One bound for all that waits for the engine, whoever says it."""

    def begin(self: Backlog) -> None:
        self._pools = dict.fromkeys(backlog.LIMITS, backlog._Pool(backlog.LIMITS["student"]))
        self._queues = {}

    patch.setattr(backlog.Backlog, "__init__", begin)
    patch.setattr(backlog._Pool, "room", lambda self, _: backlog.LIMITS["own"] if self.total <= self.limit else -1)


def writes_that_raise(patch: pytest.MonkeyPatch) -> None:
    """What writing to a phone that vanished raises goes up to whoever writes, and nobody is told of its end."""

    def write(self: EndedTransport, data: bytes) -> None:
        self._transport.write(data)

    def on_end(self: DirectWire, _: Callable[[], None]) -> None: ...

    patch.setattr(direct.EndedTransport, "write", write)
    patch.setattr(direct.DirectWire, "on_end", on_end)


def recovery_in_one_piece(patch: pytest.MonkeyPatch) -> None:
    """A room is recovered from the beginning of its training, whoever waits."""

    def recovers(self: EngineLoop, name: str) -> bool:
        return real(self, name, kept=False)

    real = loop.EngineLoop._recovers
    patch.setattr(loop.EngineLoop, "_recovers", recovers)
    patch.setattr(recoveries, "SLICE", 1e9)


def recovery_and_work_in_one_turn(patch: pytest.MonkeyPatch) -> None:
    """A turn that recovers takes a step of a job as well."""

    def work(self: EngineLoop) -> None:
        if self._recoveries:
            self._return()
        if self._inbox.gives_way() and self._background.step():
            self._share()

    patch.setattr(loop.EngineLoop, "_work", work)


def loading_at_the_first_touch(patch: pytest.MonkeyPatch) -> None:
    """An engine is ready before it has loaded what cannot be loaded in slices."""
    patch.setattr(scenes, "load", lambda _: None)


def places_for_whoever_comes(patch: pytest.MonkeyPatch) -> None:
    """One bound for students and stages, known or not."""

    def claim(room: Audience, admitted: Admitted, limits: Limits) -> None:
        if admitted.hello.role != "instructor":
            places._within(len(room.viewers) - len(room.panels()), limits.viewers, "browsers", "try again later")

    patch.setattr(places, "_claim", claim)


def log_as_it_came(patch: pytest.MonkeyPatch) -> None:
    """A command is logged with all the room in it, and only messages are counted."""

    def entry(self: Decoded, seq: int, ticks: int) -> Entry:
        return msgspec.structs.replace(real(self, seq, ticks), body=self.inbound.body)

    def refuses(self: Allowance, size: int) -> str | None:
        return None if self.messages.allows() else "messages"

    real = decoding.Decoded.entry
    patch.setattr(decoding.Decoded, "entry", entry)
    patch.setattr(bucket.Allowance, "refuses", refuses)
    patch.setattr(hub.Gateway, "largest", lambda *_: 64 * 1024)


@pytest.mark.parametrize(
    ("put_back", "sentence"),
    [
        (writes_that_raise, "RuntimeError"),
        (keeper_that_dies, "failed: OSError"),
        (silence_that_nobody_notices, "counts as ready"),
        (recovery_in_one_piece, "a turn of engine"),
        (recovery_and_work_in_one_turn, "pieces of what takes long"),
        (loading_at_the_first_touch, "a turn of engine"),
        (places_for_whoever_comes, "who was here before, is refused"),
        (log_as_it_came, "bytes of the log"),
        (pipe_without_shares, "is refused while the engine is there"),
    ],
)
def test_a_fault_that_is_put_back_in_is_found(
    put_back: Callable[[pytest.MonkeyPatch], None], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back(monkeypatch)
    assert found(sentence) < MOST
