"""The shortest script that still goes wrong: delta debugging over its events.

Source: Zeller and Hildebrandt 2002, IEEE TSE 28(2), the algorithm ddmin.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.script import Event, Script


def shortest(script: Script, wrong: Callable[[Script], bool], most: int = 400) -> Script:
    """A script of as few of these events as can be found within so many worlds; it goes wrong as the whole one does."""
    events, parts, worlds = list(script.events), 2, 0
    while len(events) >= 2 and worlds < most:
        size = -(-len(events) // parts)
        for at in range(0, len(events), size):
            rest = events[:at] + events[at + size :]
            worlds += 1
            if rest and wrong(script.with_events(rest)):
                events, parts = rest, max(parts - 1, 2)
                break
        else:
            if parts >= len(events):
                break
            parts = min(len(events), 2 * parts)
    return script.with_events(events)


def without(script: Script, event: Event) -> Script:
    """The script without one of its events."""
    return script.with_events(other for other in script.events if other is not event)
