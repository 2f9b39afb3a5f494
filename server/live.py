"""A session in the engine's memory: its timeline, what browsers saw of it, and what falls due."""

from __future__ import annotations

from dataclasses import dataclass

from server.room import Room, Savepoint
from server.timeline import Timeline


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
