"""The numbers of both processes in Prometheus' exposition format, for `GET /metrics`.

Every label's values are of a closed list (roles, fault codes, an engine's place): what strangers choose, such as a
session's ID, never becomes one. Nothing is registered globally; a scrape makes its families from plain counters.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from server.pipe.counters import BOUNDS, Counters, EngineStats, Gauges, Histogram
from server.protocol.faults import FaultCode
from server.protocol.messages import Role

CONTENT_TYPE = CONTENT_TYPE_LATEST
ENDS = (*(str(bound) for bound in BOUNDS), "+Inf")


def exposition(counters: Counters, gauges: Gauges) -> bytes:
    """Every number as text that Prometheus reads."""
    return generate_latest(_Numbers(counters, gauges))


@dataclass(frozen=True, slots=True)
class _Numbers(Collector):
    counters: Counters
    gauges: Gauges

    def collect(self) -> Iterator[Metric]:
        yield from self._hall()
        yield from self._delivery()
        yield from self._commands()
        yield from self._engines()

    def _hall(self) -> Iterator[Metric]:
        yield _by(GaugeMetricFamily("gnn_live_viewers", "Open sockets.", labels=["role"]), _roles(self.gauges.viewers))
        joined = CounterMetricFamily("gnn_live_viewers_joined", "Sockets that were let in.", labels=["role"])
        yield _by(joined, _roles(self.counters.viewers))
        yield GaugeMetricFamily("gnn_live_sessions", "Sessions that somebody looks at.", self.gauges.sessions)
        yield GaugeMetricFamily("gnn_live_draining", "1 while the program stops on purpose.", self.counters.drains)

    def _delivery(self) -> Iterator[Metric]:
        count = self.gauges.traffic
        yield CounterMetricFamily("gnn_live_frames_delivered", "Frames handed to a socket.", count.delivered)
        yield CounterMetricFamily("gnn_live_frames_skipped", "Frames replaced before they were sent.", count.skipped)
        yield CounterMetricFamily("gnn_live_sent_bytes", "Bytes handed to sockets.", count.sent)
        yield CounterMetricFamily("gnn_live_viewers_aborted", "Viewers cut for taking nothing.", count.cut)
        told = "Seconds from a frame's sending to its acknowledgement."
        lags: dict[str, Histogram] = {role: self.counters.lag[role] for role in get_args(Role)}
        yield _histogram("gnn_live_lag_seconds", told, "role", lags)

    def _commands(self) -> Iterator[Metric]:
        yield CounterMetricFamily("gnn_live_commands_relayed", "Commands passed to an engine.", self.counters.relayed)
        refused = CounterMetricFamily("gnn_live_commands_refused", "Messages the gateway refused.", labels=["code"])
        yield _by(refused, {code: self.counters.refused[code] for code in get_args(FaultCode)})

    def _engines(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("gnn_live_engines_ready", "Engines that take commands.", self.gauges.engines_ready)
        restarts = self.counters.engine_restarts
        yield CounterMetricFamily("gnn_live_engine_restarts", "Engines started in place of one that ended.", restarts)
        hangs = self.gauges.engine_hangs
        yield CounterMetricFamily("gnn_live_engine_hangs", "Engines killed because they did not answer.", hangs)
        by_place = {str(place): stats for place, stats in sorted(self.counters.engines.items())}

        def each(value: Callable[[EngineStats], float]) -> dict[str, float]:
            return {place: value(stats) for place, stats in by_place.items()}

        label = ["engine"]
        sessions = GaugeMetricFamily("gnn_live_engine_sessions", "Sessions that the engine holds.", labels=label)
        yield _by(sessions, each(lambda stats: stats.sessions))
        told = "Seconds in the engine from a command's arrival to its answer."
        times = {place: stats.commands for place, stats in by_place.items()}
        yield _histogram("gnn_live_command_seconds", told, "engine", times)
        refused = CounterMetricFamily(
            "gnn_live_engine_refused", "Commands the engine refused.", labels=["engine", "code"]
        )
        for place, stats in by_place.items():
            for code in get_args(FaultCode):
                refused.add_metric([place, code], stats.refused.get(code, 0))
        yield refused
        steps = {place: stats.steps for place, stats in by_place.items()}
        yield _histogram("gnn_live_engine_step_seconds", "Seconds that one turn of the engine worked.", "engine", steps)
        slow = CounterMetricFamily("gnn_live_engine_slow_steps", "Turns of more than 0.1 s.", labels=label)
        yield _by(slow, each(lambda stats: stats.slow_steps))
        jobs = CounterMetricFamily("gnn_live_job_steps", "Steps of jobs.", labels=label)
        yield _by(jobs, each(lambda stats: stats.job_steps))
        spent = CounterMetricFamily("gnn_live_job_seconds", "Seconds spent in steps of jobs.", labels=label)
        yield _by(spent, each(lambda stats: stats.job_seconds))


def _roles(counted: Mapping[Role, int]) -> dict[str, float]:
    return {role: counted.get(role, 0) for role in get_args(Role)}


def _by(
    family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, float]
) -> GaugeMetricFamily | CounterMetricFamily:
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def _histogram(name: str, told: str, label: str, values: Mapping[str, Histogram]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, told, labels=[label])
    for value, histogram in values.items():
        buckets = list(zip(ENDS, itertools.accumulate(histogram.counts), strict=True))
        family.add_metric([value], buckets, histogram.total)
    return family
