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
from collections.abc import Iterable, Iterator
from functools import partial

from server.attempt import Attempts, digest_of_warmth
from server.room import Scenes
from server.timeline import attempted

log = logging.getLogger("gnn_live.warmth")
_ENDED = object()


def load() -> None:
    """Import and run once what takes longer than a turn of the engine may, and cannot be sliced."""
    import torch

    from models.graph import radius_graph
    from models.zoo import build

    positions = torch.eye(3)
    network, graph = build("tensor", hidden=4, layers=1), radius_graph(positions, 2.0)
    adam = torch.optim.Adam(network.parameters(), fused=True)
    for _ in range(2):  # TorchScript optimizes what runs the second time
        torch.autograd.backward(network(torch.ones(3, 1), positions, graph).scalars.sum())
        adam.step()
    # What is loaded now stays. A collection that looks at all of it takes 300 ms, in the middle of a lecture.
    gc.collect()
    gc.freeze()


class Warmth:
    """What is left of the warm-up of each scene, and which one takes the next step of it."""

    def __init__(self, scenes: Scenes, attempts: Attempts) -> None:
        self._attempts = attempts
        self._left: deque[tuple[str, Iterator[None]]] = deque((name, scene.warm()) for name, scene in scenes.items())

    @property
    def left(self) -> bool:
        """Whether a scene is not warm yet."""
        return bool(self._left)

    def prefer(self, names: Iterable[str]) -> None:
        """These scenes take the next steps: they are shown, or will be next."""
        first = set(names)
        self._left = deque(sorted(self._left, key=lambda one: one[0] not in first))

    def step(self) -> bool:
        """One step of one scene, then it is another scene's turn: what every scene opens with comes before what takes
        long. Returns whether there was one."""
        while self._left:
            name, steps = self._left.popleft()
            digest = digest_of_warmth(name)
            if self._attempts.deadly("", digest):
                log.error("scene %s is not warmed up: the engine died twice of it", name)
                continue
            with self._attempts.noted("", digest):
                done = attempted(partial(next, steps, _ENDED), f"the warm-up of scene {name}")
            if done is None:
                self._left.append((name, steps))
                return True
            if done is not _ENDED:
                return True
            log.info("scene %s is warm", name)
        return False
