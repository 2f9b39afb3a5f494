"""Counting: buckets end where they say, and an engine's numbers survive the pipe."""

import msgspec
import pytest

from server.pipe.counters import BOUNDS, SLOW, EngineStats, Histogram


@pytest.mark.parametrize(
    ("seconds", "bucket"), [(0.0, 0), (0.001, 0), (0.0011, 1), (0.1, 6), (5.0, 13), (5.01, 14), (1e9, 14)]
)
def test_a_bound_belongs_to_the_bucket_below_it(seconds: float, bucket: int) -> None:
    histogram = Histogram()
    histogram.add(seconds)
    assert histogram.counts == [int(index == bucket) for index in range(len(BOUNDS) + 1)]
    assert histogram.total == seconds


def test_no_two_histograms_share_their_buckets() -> None:
    first, second = EngineStats(), EngineStats()
    first.commands.add(0.5)
    assert sum(first.steps.counts) == sum(second.commands.counts) == 0


def test_an_engines_numbers_are_the_same_on_the_other_side_of_the_pipe() -> None:
    stats = EngineStats(sessions=2)
    stats.commands.add(0.004)
    stats.refuse("forbidden")
    stats.refuse("forbidden")
    stats.stepped(SLOW)
    stats.stepped(2 * SLOW)
    stats.worked(0.03)
    there = msgspec.msgpack.decode(msgspec.msgpack.encode(stats), type=EngineStats)
    assert there == stats
    assert (there.refused, there.slow_steps, there.job_steps) == ({"forbidden": 2}, 1, 1)
    assert sum(there.steps.counts) == 2
