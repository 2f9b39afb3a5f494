"""A session in the engine's memory: its timeline, what browsers saw of it, and what falls due."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import msgspec

from server.engine.timeline import Timeline
from server.protocol.messages import Out, Working
from server.room.scene import Wait
from server.room.state import Room, Savepoint


@dataclass(slots=True)
class Live:
    """One session that is played now."""

    timeline: Timeline
    framed: Room | None = None
    """The room that browsers see."""
    tried: Room | None = None
    """A room whose frames failed; they are not asked for again until it changes."""
    by: str = ""
    viewer: int | None = None
    play_at: float | None = None
    waits: tuple[object, float] | None = None
    """A job that asked to be resumed, and when."""
    stalled: str = ""
    """What keeps its job from going on, as browsers were told."""
    noted_at: float = 0.0
    noted: tuple[int, int] = (0, 0)
    saved: Savepoint | None = None
    """What the latest checkpoint holds."""
    saved_at: float = 0.0
    saving: float = 0.0
    """Seconds that the latest checkpoint took."""

    @property
    def room(self) -> Room:
        """The room as it is."""
        return self.timeline.room

    @property
    def moment(self) -> tuple[int, int]:
        """The last entry, and the outputs of jobs since."""
        return self.room.sequence, self.timeline.ticks

    def stall(self, wait: Wait | None) -> bool:
        """The job took a step; whether what keeps it from going on is another reason now."""
        before, self.stalled = self.stalled, wait.why if wait is not None else ""
        return self.stalled != before

    def shown(self, out: Out) -> Out:
        """A frame as it leaves: only now, and not in the room, is it known what keeps a job from going on."""
        if self.stalled and isinstance(out.frame, Working) and out.frame.running:
            return dataclasses.replace(out, frame=msgspec.structs.replace(out.frame, waits=self.stalled))
        return out

    def job_at(self) -> float | None:
        """When the job may take its next step; None without a job or while it is held, 0 for at once."""
        job = self.timeline.job
        if job is None or not self.room.works:
            return None
        return self.waits[1] if self.waits is not None and self.waits[0] is job else 0.0

    def job_due(self, now: float) -> bool:
        """Whether the job may take a step by now."""
        at = self.job_at()
        return at is not None and at <= now
