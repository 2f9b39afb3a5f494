"""What it costs to put a trace of Algorithm 4 on the wire: `server.wire` beside msgspec's JSON of the same arrays.

    python tests/bench/packing.py

200 nodes, 2,400 edges, 8 features, 5 updates. CPU time, interleaved pairs, so that a busy machine slows both alike;
the last lines hold the frame's size and the median ratio with a 95 % interval.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.graph import Graph
from models.message_passing import random_update, trace
from server.scenes.rounds.messages import RoundsTrace
from server.wire import pack, unpack

NODES, EDGES, WIDTH, ROUNDS = 200, 2_400, 8, 5
PAIRS = 15
MOST_BYTES = 100_000
PACKS, DUMPS = 400, 20
"""Calls timed together, so that one timing is some tens of milliseconds."""


def frame() -> RoundsTrace:
    """The frame as the scene makes it, from a run of the model on a random graph."""
    import torch

    rng = np.random.default_rng(1)
    every = np.array([(v, u) for v in range(NODES) for u in range(NODES) if u != v])
    edges = every[np.sort(rng.choice(len(every), EDGES, replace=False))].T
    update = random_update(WIDTH, 1, "mean", "tanh")
    features = torch.from_numpy(rng.normal(size=(NODES, WIDTH)).astype(np.float32))
    traced = trace(Graph(torch.from_numpy(np.ascontiguousarray(edges)), NODES), features, update, ROUNDS)
    return RoundsTrace(
        version=1,
        rounds=ROUNDS,
        features=traced.features.numpy(),
        sent=traced.sent.numpy(),
        weights=traced.weights.numpy(),
        own=traced.own.numpy(),
        totals=traced.totals.numpy(),
        edges=edges.astype(np.int32),
        w_self=update.w_self.numpy(),
        w_neigh=update.w_neigh.numpy(),
        bias=update.bias.numpy(),
        positions=rng.uniform(-1, 1, (NODES, 2)).astype(np.float32),
        seats=("",) * NODES,
        aggregation="mean",
        activation="tanh",
        gcn=False,
        computing=False,
    )


def as_json(made: RoundsTrace) -> bytes:
    """The same fields as JSON, every array as nested lists."""
    return msgspec.json.encode(made, enc_hook=lambda array: array.tolist())


def cpu(call: Callable[[], object], times: int) -> float:
    """Seconds of this process's CPU a call."""
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


def main() -> int:
    """Print each pair, then the size and the ratio; the exit status says whether both are as promised."""
    made = frame()
    packed = pack(made).stamped(1)
    sent = unpack(packed)["sent"]
    assert isinstance(sent, np.ndarray)
    np.testing.assert_array_equal(sent, made.sent)
    assert msgspec.json.decode(as_json(made))["sent"] == made.sent.tolist()
    ratios = []
    for number in range(PAIRS + 1):
        ours, theirs = cpu(lambda: pack(made).stamped(1), PACKS), cpu(lambda: as_json(made), DUMPS)
        if number == 0:
            continue  # the first pair warms both up
        ratios.append(theirs / ours)
        print(f"pair {number:2}: pack {1e6 * ours:7.1f} us, json {1e6 * theirs:8.1f} us, ratio {ratios[-1]:6.1f}")
    ratios.sort()
    # Order statistics: of 15 pairs, the 4th and the 12th enclose the median with 96 %.
    median, low, high = ratios[PAIRS // 2], ratios[3], ratios[PAIRS - 4]
    arrays = sum(value.nbytes for value in msgspec.structs.asdict(made).values() if isinstance(value, np.ndarray))
    verdict = "within" if len(packed) <= MOST_BYTES else "OVER"
    print(f"frame {len(packed):,} bytes, {verdict} the {MOST_BYTES:,} asked for; its arrays alone are {arrays:,} bytes")
    print(f"JSON {len(as_json(made)):,} bytes")
    print(f"packing ratio {median:.1f} [{low:.1f}, {high:.1f}] over {PAIRS} pairs (at least 20)")
    return 0 if low >= 20 and len(packed) <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
