"""What the gateway tells the control panels alone: who else leads, who finds a place, how the frames reach the hall."""

from __future__ import annotations

import msgspec

from server.protocol.messages import Frame


class ControlPanel(msgspec.Struct, frozen=True, kw_only=True):
    """One open control panel."""

    number: int
    """Counted from 1 in the order in which they came; a panel that goes leaves its number to the next."""
    leads: bool
    """Whether it gave the last command, or came first while none was given."""


class Panels(Frame, frozen=True, kw_only=True, tag="panels"):
    """Every control panel that is open, and which of them this one is; private to each panel."""

    you: int
    panels: tuple[ControlPanel, ...]


class Hall(Frame, frozen=True, kw_only=True, tag="hall"):
    """How the frames reach the hall, for the control panel; at most once a second."""

    phones: int
    """Student sockets that are open."""
    most_phones: int
    """So many, and a seat that is new to the session is turned away."""
    stages: int
    """Stages that are open and were not opened from the control panel."""
    most_stages: int
    """So many, and another such stage is turned away."""
    turned_away: int
    """Browsers that found no place in the session, since the start."""
    current: int
    """Of the phones, how many have painted the newest position of the lecture (the frame `place`)."""
    phone_lag: float
    """Milliseconds from a frame's sending to its acknowledgement at a phone: median of the last seconds."""
    slowest_lag: float
    """The same at the phone that is furthest behind."""
    stage_lag: float
    """The same at the stage."""
    skipped: int
    """Frames that were replaced by a newer one before a slow browser could take them."""
    cut: int
    """Browsers that were cut because they took nothing for seconds."""


FRAMES: tuple[type[Frame], ...] = (Panels, Hall)
