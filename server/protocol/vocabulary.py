"""Every message of the core: what `protocol.py`, `ballot.py` and `panels.py` declare; a scene adds its own."""

from __future__ import annotations

from server.protocol import ballot, panels
from server.protocol import messages as p

CORE_COMMANDS: tuple[type[p.Command], ...] = (
    p.Open,
    p.Step,
    p.Position,
    p.Play,
    p.Tune,
    p.Work,
    p.Reset,
    p.Deal,
    p.Show,
    p.Rename,
    *ballot.COMMANDS,
)
CORE_FRAMES: tuple[type[p.Frame], ...] = (
    p.Welcome,
    p.Fault,
    p.Beat,
    p.Engine,
    p.Closing,
    p.Key,
    p.Receipt,
    p.Opened,
    p.Prefetch,
    p.Slide,
    p.Place,
    p.Working,
    p.Joined,
    p.Roster,
    p.You,
    p.Display,
    p.Plan,
    p.Gone,
    *ballot.FRAMES,
    *panels.FRAMES,
)
