"""`/metrics`: what was counted is what a Prometheus parser reads, and no label is a stranger's word."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.gateway.hub import Timing
from server.gateway.metrics import exposition
from server.pipe.bus import Stats
from server.pipe.counters import Counters, EngineStats, Gauges, Traffic
from server.protocol.faults import FaultCode
from server.protocol.messages import Role
from tests.server.house import House, opened, running, small_site

TRAFFIC = Traffic(delivered=11, skipped=12, sent=13, cut=14)
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Samples:
    """Every sample by its name and labels; a sample that stands twice is a fault."""
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            where = sample.name, frozenset(sample.labels.items())
            assert where not in samples
            samples[where] = sample.value
    return samples


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def counted() -> Counters:
    """Every number different, so that none can stand for another."""
    counters = Counters(relayed=15, engine_restarts=16, drains=1)
    counters.viewers.update({"student": 21, "stage": 22, "instructor": 23})
    counters.refused.update({"too_fast": 24, "full": 25})
    for seconds in (0.004, 0.04, 40.0):
        counters.lag["student"].add(seconds)
    first, second = EngineStats(sessions=31), EngineStats(sessions=32)
    first.stepped(0.3)
    first.commands.add(0.02)
    first.refuse("forbidden")
    second.worked(0.25)
    counters.engines = {0: first, 1: second}
    return counters


def test_every_number_is_told() -> None:
    gauges = Gauges(TRAFFIC, Counter({"student": 41, "stage": 1}), sessions=42, engines_ready=2)
    samples = read(exposition(counted(), gauges).decode())
    assert value(samples, "gnn_live_viewers", role="student") == 41
    assert value(samples, "gnn_live_viewers", role="instructor") == 0
    assert value(samples, "gnn_live_viewers_joined_total", role="instructor") == 23
    plain = {
        "gnn_live_sessions": 42,
        "gnn_live_draining": 1,
        "gnn_live_frames_delivered_total": 11,
        "gnn_live_frames_skipped_total": 12,
        "gnn_live_sent_bytes_total": 13,
        "gnn_live_viewers_aborted_total": 14,
        "gnn_live_commands_relayed_total": 15,
        "gnn_live_engine_restarts_total": 16,
        "gnn_live_engines_ready": 2,
    }
    assert {name: value(samples, name) for name in plain} == plain
    assert value(samples, "gnn_live_commands_refused_total", code="full") == 25
    assert value(samples, "gnn_live_engine_refused_total", engine="0", code="forbidden") == 1
    assert value(samples, "gnn_live_engine_sessions", engine="1") == 32
    assert value(samples, "gnn_live_engine_slow_steps_total", engine="0") == 1
    assert value(samples, "gnn_live_engine_step_seconds_sum", engine="0") == 0.3
    assert value(samples, "gnn_live_command_seconds_count", engine="0") == 1
    assert value(samples, "gnn_live_job_steps_total", engine="1") == 1
    assert value(samples, "gnn_live_job_seconds_total", engine="1") == 0.25


def test_a_histogram_counts_up_to_its_end() -> None:
    samples = read(exposition(counted(), Gauges(TRAFFIC, Counter(), 0, 0)).decode())
    lag = {
        le: value(samples, "gnn_live_lag_seconds_bucket", role="student", le=le) for le in ("0.002", "0.005", "+Inf")
    }
    assert lag == {"0.002": 0, "0.005": 1, "+Inf": 3}
    assert value(samples, "gnn_live_lag_seconds_bucket", role="student", le="5.0") == 2
    assert value(samples, "gnn_live_lag_seconds_count", role="student") == 3
    assert value(samples, "gnn_live_lag_seconds_sum", role="student") == pytest.approx(40.044)


def test_labels_are_of_closed_lists() -> None:
    samples = read(exposition(counted(), Gauges(TRAFFIC, Counter(), 0, 0)).decode())
    found: dict[str, set[str]] = {}
    for _, labels in samples:
        for label, text in labels:
            found.setdefault(label, set()).add(text)
    assert found.pop("le") >= {"+Inf"}
    assert found == {"role": set(get_args(Role)), "code": set(get_args(FaultCode)), "engine": {"0", "1"}}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.05)) as house:
        yield house


async def test_the_route_tells_what_was_done_and_no_name_of_a_session(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as http,
        house.browser("stage"),
        house.browser("student") as student,
        house.browser("student"),
    ):
        engine.open_lobby()
        engine.slot("place", opened("probe", 4), core=True, seq=5)
        while (await student.until("opened"))["version"] != 4:
            pass
        await student.say({"t": "ack", "seq": 5})
        await student.say({"t": "name", "name": "Ada"})
        await student.socket.send("{")
        await student.until("fault")
        engine.say(Stats(EngineStats(sessions=3, job_steps=9)))
        engine.slot("place", opened("probe", 5), core=True, seq=6)
        while (await student.until("opened"))["version"] != 5:
            pass
        answer = await http.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert answer.headers["cache-control"] == "no-store"
        samples = read(answer.text)
        assert value(samples, "gnn_live_viewers", role="student") == 2
        assert value(samples, "gnn_live_viewers", role="stage") == 1
        assert value(samples, "gnn_live_viewers_joined_total", role="student") == 2
        assert value(samples, "gnn_live_sessions") == 1
        assert value(samples, "gnn_live_engines_ready") == 1
        assert value(samples, "gnn_live_frames_delivered_total") >= 9
        assert value(samples, "gnn_live_sent_bytes_total") > 9 * 50
        assert value(samples, "gnn_live_lag_seconds_count", role="student") == 1
        assert value(samples, "gnn_live_commands_relayed_total") == 1
        assert value(samples, "gnn_live_commands_refused_total", code="malformed") == 1
        assert value(samples, "gnn_live_engine_sessions", engine="0") == 3
        assert value(samples, "gnn_live_job_steps_total", engine="0") == 9
        assert "lecture2" not in answer.text
        assert (await http.head("/metrics")).status_code == 200
