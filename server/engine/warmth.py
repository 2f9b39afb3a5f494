"""The warm-up: what a first touch of a scene would wait for is done before, in steps that hold up nobody.

What cannot be done in steps is done by `load`, before the engine says that it is ready:

    torch's compiler    2 s to import; e3nn switches it off for one function, an optimizer for its first step
    e3nn                with the first product of two features, whose code it generates, and its first gradient
    garbage             hundreds of thousands of objects of these libraries, which no collection looks at again
"""

from __future__ import annotations

import gc
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from server.engine.poison import Attempts, digest_of_warmth
from server.engine.timeline import attempted
from server.room.scene import Wait
from server.room.state import Scenes

log = logging.getLogger("gnn_live.warmth")
_ENDED = object()


def load(scenes: Scenes) -> None:
    """Import and run once what takes longer than a turn of the engine may, and cannot be sliced."""
    import torch

    from models.graphs.graph import radius_graph
    from models.networks.zoo import build

    positions = torch.eye(3)
    network, graph = build("tensor", hidden=4, layers=1), radius_graph(positions, 2.0)
    adam = torch.optim.Adam(network.parameters(), fused=True)
    for _ in range(2):  # TorchScript optimizes what runs the second time
        torch.autograd.backward(network(torch.ones(3, 1), positions, graph).scalars.sum())
        adam.step()
    for scene in scenes.values():
        scene.load()
    # What is loaded now stays. A collection that looks at all of it takes 300 ms, in the middle of a lecture.
    gc.collect()
    gc.freeze()


@dataclass(slots=True)
class _Rest:
    """What is left of one scene's warm-up, and when its next step may be taken."""

    name: str
    steps: Iterator[Wait | None]
    at: float


class Warmth:
    """What is left of the warm-up of each scene, and which one takes the next step of it."""

    def __init__(self, scenes: Scenes, attempts: Attempts, clock: Callable[[], float]) -> None:
        self._attempts = attempts
        self._clock = clock
        self._left = deque(_Rest(name, scene.warm(), clock()) for name, scene in scenes.items())

    def due(self) -> float | None:
        """When a step may be taken; None where every scene is warm."""
        return min((rest.at for rest in self._left), default=None)

    def step(self) -> bool:
        """One step of one scene, then it is another scene's turn: what every scene opens with comes before what takes
        long. Returns whether there was one."""
        now = self._clock()
        for _ in range(len(self._left)):
            rest = self._left.popleft()
            if rest.at > now:
                self._left.append(rest)
                continue
            digest = digest_of_warmth(rest.name)
            if self._attempts.deadly("", digest):
                log.error("scene %s is not warmed up: the engine died twice of it", rest.name)
                continue
            with self._attempts.noted("", digest):
                done = attempted(partial(next, rest.steps, _ENDED), f"the warm-up of scene {rest.name}")
            if done is _ENDED:
                log.info("scene %s is warm", rest.name)
                continue
            if done is None or isinstance(done, Wait):
                rest.at = now + (0.0 if done is None else done.seconds)
                self._left.append(rest)
            return True
        return False
