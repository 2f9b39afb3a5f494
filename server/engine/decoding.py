"""Commands as they come from the pipe: decoded, authorised, and collapsed where a newer one says it all.

A run of collapsible commands of one type keeps the latest of each (seat, target); a command of any other type ends the
run, and a numbered command never collapses, because each number has to be receipted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from server.disk.store import Entry
from server.engine.timeline import Came
from server.pipe.bus import Attend, Create, Drop, Inbound, Presence, Up
from server.protocol.faults import UNREADABLE, Refused
from server.protocol.messages import LARGEST_ID, Command, Fault
from server.room import rules
from server.room.state import Room, Scenes


class _Number(msgspec.Struct):
    id: Annotated[int, Meta(ge=1, le=LARGEST_ID)] | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A command with who asked, or why it is none."""

    inbound: Inbound
    id: int | None
    command: Command | Fault

    @property
    def name(self) -> str:
        """The command's type, for the log; what cannot be decoded has none that may be repeated there."""
        return "" if isinstance(self.command, Fault) else str(self.command.__struct_config__.tag)

    @property
    def collapses(self) -> bool:
        """Whether a newer one may take its place."""
        return self.id is None and isinstance(self.command, Command) and self.command.collapse

    def entry(self, seq: int, ticks: int) -> Entry:
        """Its line in the log: the command as its type encodes it, without spaces; of one that is none the number."""
        came, command = self.inbound, self.command
        body = b"" if isinstance(command, Fault) else msgspec.json.format(msgspec.json.encode(command), indent=-1)
        return Entry(
            seq=seq,
            kind="command",
            seat=came.seat,
            role=came.role,
            nonce=came.nonce,
            id=self.id,
            body=body,
            ticks=ticks,
        )

    @property
    def replaces(self) -> tuple[str, str]:
        """What must agree for one to take another's place."""
        target = self.command.target() if isinstance(self.command, Command) else ""
        return self.inbound.seat, target


def read(inbound: Inbound, room: Room, scenes: Scenes) -> Decoded:
    """Decode one command; its number is known even where the rest is refused."""
    if inbound.refusal is not None:
        code, detail = inbound.refusal
        return Decoded(inbound, inbound.id, Fault(code=code, detail=detail))
    number = number_of(inbound)
    try:
        return Decoded(inbound, number, rules.decode(inbound.body, inbound.role, room, scenes))
    except Refused as refused:
        return Decoded(inbound, number, Fault(code=refused.code, detail=refused.detail))


def number_of(inbound: Inbound) -> int | None:
    """A command's number, if it has one and it can be read."""
    if inbound.refusal is not None:
        return inbound.id
    try:
        return msgspec.json.decode(inbound.body, type=_Number).id
    except UNREADABLE:
        return None


def attendance(room: Room, up: Attend | Presence) -> Entry | None:
    """The entry of a seat that came or went, or of all that are here; None where the room has it so already."""
    if isinstance(up, Attend):
        known = room.members.get(up.seat)
        body = msgspec.json.encode(Came(up.name, up.present))
        entry = Entry(seq=room.sequence + 1, kind="attend", seat=up.seat, body=body)
        return entry if known is None or known.present != up.present else None
    here = {identity for identity, member in room.members.items() if member.present}
    entry = Entry(seq=room.sequence + 1, kind="presence", body=msgspec.json.encode(up.seats))
    return entry if here != set(up.seats) & room.members.keys() else None


def intake(waiting: deque[Up], room: Callable[[], Room], scenes: Scenes, run: deque[Decoded]) -> Iterator[Up | Decoded]:
    """One session's messages in order, each command decoded against the room as it is when its turn comes.

    It ends before a `Create` or `Drop`, after which the room is another one. What is collapsed at once stands in `run`
    until it is taken, so that one may stop at any command and go on later.
    """
    while run or (waiting and not isinstance(waiting[0], Create | Drop)):
        if run:
            yield run.popleft()
            continue
        up = waiting.popleft()
        if not isinstance(up, Inbound):
            yield up
            continue
        asked = read(up, room(), scenes)
        if not asked.collapses:
            yield asked
            continue
        run.extend(_latest([asked, *_like(asked, waiting, room(), scenes)]))


def _like(first: Decoded, waiting: deque[Up], room: Room, scenes: Scenes) -> Iterator[Decoded]:
    """The commands that follow without a break and are of the same collapsible type; takes them out."""
    while waiting and isinstance(waiting[0], Inbound):
        asked = read(waiting[0], room, scenes)
        if not asked.collapses or type(asked.command) is not type(first.command):
            return
        waiting.popleft()
        yield asked


def _latest(run: list[Decoded]) -> list[Decoded]:
    """The last command of each (seat, target), in the order in which they came."""
    last = {asked.replaces: index for index, asked in enumerate(run)}
    return [run[index] for index in sorted(last.values())]
