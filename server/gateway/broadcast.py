"""From the engine to a room's viewers: all that a turn brings is kept at once, then each viewer gets it in one write.

    turn -> snapshot (before anybody else gets the loop) -> one batch a role, shared by all of it -> each outbox

A seat's own frames go along in the same write: before the others, but behind a scene that opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from server.gateway.audience import OPENED, SEAT, Audience, Viewer
from server.gateway.direct import frame_of
from server.gateway.mailbox import LARGEST_BATCH, Batch, Body, Outbox, batches
from server.pipe.bus import Change, Clear, Direct, Known, SlotFrame
from server.pipe.supervisor import attempt_each
from server.protocol import messages as p
from server.protocol.messages import Role

CHUNK = 250
"""Viewers who are sent something before whoever else waits for the loop gets a turn."""
ROLES: tuple[Role, ...] = ("instructor", "stage", "student")
"""In the order in which they are sent to."""

T = TypeVar("T")
Items = dict[tuple[str, str], Body]


async def deliver(room: Audience, change: SlotFrame) -> None:
    """Keep one slot's new body, and send it to everybody who may see it."""
    slot, body = _keep(room, change)
    await _in_chunks(room.audience(change.to), lambda outbox: outbox.put(slot, body), Outbox.fail)


async def deliver_turn(room: Audience, changes: Sequence[Change]) -> None:
    """Keep all that a turn brings, and send it to everybody who may see it."""
    for hall, items in _kept(room, changes):
        await hall.send(items)


def direct(room: Audience, change: Direct) -> None:
    """A frame to one viewer."""
    viewer = room.viewers.get(change.viewer)
    if viewer is not None:
        attempt_each([viewer.outbox], lambda outbox: outbox.direct(frame_of(change.body)), Outbox.fail)


class _Hall:
    """Who has the snapshot at this moment; who comes later finds in the snapshot what is on its way to these."""

    def __init__(self, room: Audience) -> None:
        self._room = room
        self._live = {role: room.live(role) for role in ROLES}

    async def send(self, items: Items) -> None:
        """Each viewer's batches, instructors and stages first."""
        shared = {slot: body for slot, body in items.items() if not slot[0].startswith(SEAT)}
        own = _by_seat(items)
        behind = OPENED in items
        alone: list[tuple[Viewer, list[Batch]]] = []
        for role in ROLES:
            seen = batches((slot, body) for slot, body in shared.items() if slot[0] in p.AUDIENCES[role])
            if seen:
                await _in_chunks(self._live[role], _taker(seen, own, behind), Viewer.fail)
            else:
                seated = ((viewer, made) for seat, made in own.items() for viewer in self._room.seated(seat))
                alone += [(viewer, made) for viewer, made in seated if viewer.role == role]
        await _in_chunks(alone, lambda one: _take(one[0].outbox, one[1]), lambda one: one[0].fail())


def _kept(room: Audience, changes: Sequence[Change]) -> list[tuple[_Hall, Items]]:
    """Put a turn into the snapshot, in order; returns what is left to be sent, and to whom."""
    left: list[tuple[_Hall, Items]] = [(_Hall(room), {})]
    core: set[tuple[str, str]] = set()
    for change in changes:
        match change:
            case SlotFrame():
                slot, body = _keep(room, change)
                items = left[-1][1]
                items.pop(slot, None)  # behind what came since
                items[slot] = body
                (core.add if change.core else core.discard)(slot)
            case Clear():
                room.clear()
                left = [(hall, {slot: b for slot, b in items.items() if slot in core}) for hall, items in left]
            case Known(seats=seats):
                room.know(*seats)
                room.complete()
                left.append((_Hall(room), {}))
            case Direct():
                direct(room, change)
    return [(hall, items) for hall, items in left if items]


def _keep(room: Audience, change: SlotFrame) -> tuple[tuple[str, str], Body]:
    slot, body = (change.to, change.key), frame_of(change.body, change.seq)
    if change.gone:
        room.empty(slot)
    else:
        room.keep(slot, body, change.core)
    return slot, body


def _by_seat(items: Items) -> dict[str, list[Batch]]:
    """The batches of what is for one seat alone, by seat."""
    own: dict[str, list[tuple[tuple[str, str], Body]]] = {}
    for slot, body in items.items():
        if slot[0].startswith(SEAT):
            own.setdefault(slot[0].removeprefix(SEAT), []).append((slot, body))
    return {seat: batches(mine) for seat, mine in own.items()}


def _taker(seen: list[Batch], own: Mapping[str, list[Batch]], behind: bool) -> Callable[[Viewer], None]:
    """Gives a viewer the shared batches, and what is its own before or behind them."""

    def take(viewer: Viewer) -> None:
        mine = own.get(viewer.seat)
        if mine is None:
            _take(viewer.outbox, seen)
        else:
            _take(viewer.outbox, _joined(seen, mine) if behind else _joined(mine, seen))

    return take


def _joined(first: list[Batch], then: list[Batch]) -> list[Batch]:
    """These batches and then those; where they meet, two that are small enough become one."""
    if len(first[-1].frame) + len(then[0].frame) > LARGEST_BATCH:
        return [*first, *then]
    return [*first[:-1], first[-1] + then[0], *then[1:]]


def _take(outbox: Outbox, made: Iterable[Batch]) -> None:
    for batch in made:
        outbox.take(batch)


async def _in_chunks(items: Sequence[T], work: Callable[[T], None], failed: Callable[[T], None]) -> None:
    """Do this to each; a large hall is served in turns, and one that fails fails alone."""
    for start in range(0, len(items), CHUNK):
        if start:
            await asyncio.sleep(0)
        attempt_each(items[start : start + CHUNK], work, failed)
