"""What an engine does while nobody waits: a step of a job, of a scene's warm-up or of an answer, each in its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from server.engine.preparation import Preparations
from server.engine.warmth import Warmth

LONG = 60.0
"""Seconds that a step may take which is announced: one of a scene from outside may compile."""


class Background:
    """The three kinds of such work, and whose turn it is."""

    def __init__(
        self,
        job: Callable[[], bool],
        warmth: Warmth,
        preparations: Preparations,
        announce: Callable[[str, float], None],
    ) -> None:
        """job: takes a step of a job and says whether there was one; announce: what is begun and may take long."""
        self._warmth = warmth
        self._preparations = preparations
        self._announce = announce
        self._kinds = deque((job, self._warm, self._prepare))

    def step(self) -> bool:
        """One step; whether there was one."""
        for _ in range(len(self._kinds)):
            self._kinds.rotate(-1)
            if self._kinds[0]():
                return True
        return False

    def due(self) -> list[float]:
        """When steps of warm-ups and answers may be taken."""
        return [at for at in (self._warmth.due(), self._preparations.due()) if at is not None]

    def _warm(self) -> bool:
        if self._warmth.due() is not None:
            self._announce("the warm-up of a scene", LONG)
        return self._warmth.step()

    def _prepare(self) -> bool:
        if self._preparations.due() is not None:
            self._announce("an answer to a question", LONG)
        return self._preparations.step()
