"""Faults that were there, put back in: the worlds find each of them, so that they would not come back unseen."""

from collections.abc import Callable

import pytest

from server import backlog, engines, uplink
from server.backlog import Backlog
from server.engines import EngineProcess, StartError
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
    patch.setattr(uplink.Watchdog, "answers", property(lambda _: True))
    patch.setattr(uplink.Watchdog, "hung", property(lambda _: False))


def pipe_without_shares(patch: pytest.MonkeyPatch) -> None:
    """One bound for all that waits for the engine, whoever says it."""

    def begin(self: Backlog) -> None:
        self._pools = dict.fromkeys(backlog.LIMITS, backlog._Pool(backlog.LIMITS["student"]))
        self._queues = {}

    patch.setattr(backlog.Backlog, "__init__", begin)
    patch.setattr(backlog._Pool, "room", lambda self, _: backlog.LIMITS["own"] if self.total <= self.limit else -1)


@pytest.mark.parametrize(
    ("put_back", "sentence"),
    [
        (keeper_that_dies, "no engine plays"),
        (silence_that_nobody_notices, "counts as ready"),
        (pipe_without_shares, "is refused while the engine is there"),
    ],
)
def test_a_fault_that_is_put_back_in_is_found(
    put_back: Callable[[pytest.MonkeyPatch], None], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back(monkeypatch)
    assert found(sentence) < MOST
