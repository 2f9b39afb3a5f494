"""A process that stands still is found in seconds, in its start as well; one that computes slowly is let be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import pytest

from server.engine.jobs.liveness import Liveness
from server.engine.jobs.vitals import Vitals, vitals
from server.pipe.watchdog import Patience

PATIENCE = Patience(silent=5.0, hung=30.0, start=180.0, still=6.0)
LOOK = 0.25


@dataclass
class Process:
    """What one looks like from outside, second after second, and what is known of it."""

    seen: Vitals | None = field(default_factory=lambda: Vitals("S", 0.0))
    now: float = 100.0

    def __post_init__(self) -> None:
        self.liveness = Liveness(7, PATIENCE, lambda: self.now, lambda _: self.seen)

    def pass_(self, seconds: float, state: str, share: float = 0.0, looks: int = 0) -> None:
        """So much time in this state, of which it took a share of one processor."""
        count = looks or round(seconds / LOOK)
        for _ in range(count):
            self.now += seconds / count
            assert self.seen is not None
            self.seen = Vitals(state, self.seen.cpu + share * seconds / count)
            self.liveness.look()

    @property
    def verdict(self) -> tuple[bool, bool]:
        return self.liveness.answers, self.liveness.hung


@pytest.mark.parametrize("state", ["T", "S"])
@pytest.mark.parametrize("announced", [180.0, 120.0, 0.0], ids=["start", "first output", "later"])
def test_one_that_stands_still_is_found_in_six_seconds_whatever_it_announced(state: str, announced: float) -> None:
    process = Process()
    process.pass_(3, "R", 1.0)
    process.liveness.announced(announced)
    process.pass_(4.75, state)
    assert process.verdict == (True, False)
    process.pass_(0.5, state)
    assert process.verdict == (False, False)
    process.pass_(1, state)
    assert process.verdict == (False, True)


def test_a_step_that_does_not_end_is_told_and_ended_later() -> None:
    process = Process()
    process.liveness.announced(0.0)
    process.pass_(6, "R", 1.0)
    assert process.verdict == (False, False)
    process.pass_(23, "R", 1.0)
    assert process.verdict == (False, False)
    process.pass_(2, "R", 1.0)
    assert process.verdict == (False, True)


def test_one_that_polls_for_ever_is_ended_as_well() -> None:
    process = Process()
    process.liveness.announced(0.0)
    process.pass_(31, "S", 0.01)
    assert process.verdict == (False, True)


@pytest.mark.parametrize(("state", "share"), [("R", 1.0), ("R", 0.001), ("R", 0.0), ("S", 0.02), ("D", 0.0)])
def test_a_start_that_takes_ten_times_as_long_is_no_silence(state: str, share: float) -> None:
    process = Process()
    process.pass_(120, state, share)
    assert process.verdict == (True, False)


def test_a_step_on_a_machine_with_much_else_to_do_counts_by_what_it_gets() -> None:
    process = Process()
    process.liveness.announced(0.0)
    process.pass_(40, "R", 0.1)
    assert process.verdict == (True, False)


def test_a_message_is_a_sign_of_life_and_a_listener_that_slept_counts_little_of_it() -> None:
    process = Process()
    process.liveness.announced(0.0)
    for _ in range(20):
        process.pass_(4, "S")
        process.liveness.feed()
    process.pass_(3600, "S", looks=1)
    process.pass_(3600, "R", 1.0, looks=1)
    assert process.verdict == (True, False)


def test_where_nothing_is_seen_from_outside_time_without_a_message_counts() -> None:
    process = Process(seen=None)
    for seconds, verdict in ((180, (True, False)), (6, (False, False)), (25, (False, True))):
        for _ in range(seconds):
            process.now += 1
            process.liveness.look()
        assert process.verdict == verdict


def test_a_process_is_seen_from_outside() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            until(process.pid, "R")
            os.kill(process.pid, signal.SIGSTOP)
            until(process.pid, "T")
            stopped = vitals(process.pid)
            os.kill(process.pid, signal.SIGCONT)
            until(process.pid, "R")
            while (now := vitals(process.pid)) is None or stopped is None or now.cpu <= stopped.cpu:
                time.sleep(0.01)
        finally:
            process.kill()
    assert vitals(process.pid) is None


def until(process: int, state: str) -> None:
    while (seen := vitals(process)) is None or seen.state != state:
        time.sleep(0.01)
