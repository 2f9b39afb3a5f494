"""What it costs to put a trace of Algorithm 4 on the wire: `server.protocol.wire` beside msgspec's JSON of the same.

    python tests/bench/packing.py

200 nodes, 2,400 edges, 8 features, 5 updates, in the three frames that the scene sends: graph, trace and terms. CPU
time, interleaved pairs, so that a busy machine slows both alike; the last lines hold the size of each frame and the
median ratio with a 95 % interval.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.graphs.graph import Graph
from models.networks.message_passing import random_update, trace
from server.protocol.wire import pack, unpack
from server.scenes.rounds.messages import RoundsGraph, RoundsTerms, RoundsTrace

NODES, EDGES, WIDTH, ROUNDS = 200, 2_400, 8, 5
PAIRS = 15
MOST_BYTES = 100_000
PACKS, DUMPS = 400, 20
"""Calls timed together, so that one timing is some tens of milliseconds."""


Frames = tuple[RoundsGraph, RoundsTrace, RoundsTerms]


def made() -> Frames:
    """The frames as the scene makes them, from a run of the model on a random graph."""
    rng = np.random.default_rng(1)
    every = np.array([(v, u) for v in range(NODES) for u in range(NODES) if u != v])
    edges = every[np.sort(rng.choice(len(every), EDGES, replace=False))].T
    update = random_update(WIDTH, 1, "mean", "tanh")
    features = torch.from_numpy(rng.normal(size=(NODES, WIDTH)).astype(np.float32))
    traced = trace(Graph(torch.from_numpy(np.ascontiguousarray(edges)), NODES), features, update, ROUNDS)
    graph = RoundsGraph(
        version=1,
        edges=edges.astype(np.int32),
        positions=rng.uniform(-1, 1, (NODES, 2)).astype(np.float32),
        seats=("",) * NODES,
    )
    whole = RoundsTrace(
        version=1,
        graph=1,
        rounds=ROUNDS,
        features=traced.features.numpy(),
        sent=traced.sent.numpy(),
        weights=traced.weights.numpy(),
        w_self=update.w_self.numpy(),
        w_neigh=update.w_neigh.numpy(),
        bias=update.bias.numpy(),
        aggregation="mean",
        activation="tanh",
        gcn=False,
        computing=False,
    )
    return graph, whole, RoundsTerms(trace=1, own=traced.own.numpy(), totals=traced.totals.numpy())


def packed(frames: Frames) -> list[bytes]:
    """The frames as they are sent."""
    return [pack(frame).stamped(1) for frame in frames]


def as_json(frames: Frames) -> list[bytes]:
    """The same fields as JSON, every array as nested lists."""
    return [msgspec.json.encode(frame, enc_hook=lambda array: array.tolist()) for frame in frames]


def check(frames: Frames) -> None:
    """Both ways tell every array as it is."""
    for frame, body, text in zip(frames, packed(frames), as_json(frames), strict=True):
        told, listed = unpack(body), msgspec.json.decode(text)
        for field in msgspec.structs.fields(frame):
            value = getattr(frame, field.name)
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(np.asarray(told[field.encode_name]), value)
                np.testing.assert_array_equal(np.float32(listed[field.encode_name]), value)


def cpu(call: Callable[[], object], times: int) -> float:
    """Seconds of this process's CPU a call."""
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


def main() -> int:
    """Print each pair, then the sizes and the ratio; the exit status says whether both are as promised."""
    frames = made()
    check(frames)
    ratios = []
    for number in range(PAIRS + 1):
        ours, theirs = cpu(lambda: packed(frames), PACKS), cpu(lambda: as_json(frames), DUMPS)
        if number == 0:
            continue  # the first pair warms both up
        ratios.append(theirs / ours)
        print(f"pair {number:2}: pack {1e6 * ours:7.1f} us, json {1e6 * theirs:8.1f} us, ratio {ratios[-1]:6.1f}")
    ratios.sort()
    # Order statistics: of 15 pairs, the 4th and the 12th enclose the median with 96 %.
    median, low, high = ratios[PAIRS // 2], ratios[3], ratios[PAIRS - 4]
    small = True
    for frame, body, text in zip(frames, packed(frames), as_json(frames), strict=True):
        fits = len(body) <= MOST_BYTES
        small = small and fits
        verdict = "within" if fits else "OVER"
        name = str(frame.__struct_config__.tag)
        print(f"{name:13} {len(body):7,} bytes, {verdict} the {MOST_BYTES:,} asked for; as JSON {len(text):,}")
    print(f"packing ratio {median:.1f} [{low:.1f}, {high:.1f}] over {PAIRS} pairs (at least 20)")
    return 0 if low >= 20 and small else 1


if __name__ == "__main__":
    sys.exit(main())
