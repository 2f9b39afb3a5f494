"""One room without I/O: rooms are immutable values, a command makes a new one, an exception leaves the old.

    decode(body) -> Command,  handle(room, origin, command) -> room',  frames(room, room') -> what browsers see

No `await`, no socket, no clock, no file: the engine (`server/engine/loop.py`) logs, calls this, and sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, singledispatch
from typing import Literal

import msgspec

from server.protocol import ballot
from server.protocol import messages as p
from server.protocol.faults import UNREADABLE, Refused
from server.protocol.messages import Command, Display, Role
from server.protocol.nicknames import cleaned, nickname
from server.protocol.vocabulary import CORE_COMMANDS
from server.room import asking
from server.room.scene import AnyScene, Context, Job, Params, Seat
from server.room.state import OpenScene, Origin, Participant, Room, Scenes

FEWEST = 3
"""A class of fewer students is no graph worth showing."""
MOST_DEALT = 300
"""A class of more nodes is none that can be read, and its frames would take longer than one step of the engine."""
TABS = 16
"""Tabs of one seat whose numbers are remembered: a phone that reloads all evening leaves no more behind."""
RESTING = (p.Action, p.Tune, p.Position, p.Play, p.Work, p.Reset, p.Deal)
"""What would show the class too early what it is asked to predict."""


# --- from bytes to a command ------------------------------------------------------------------


class _Tag(msgspec.Struct):
    t: str


@lru_cache(maxsize=8)
def _types(actions: tuple[type[Command], ...]) -> Mapping[str, type[Command]]:
    known = (*CORE_COMMANDS, *p.GATEWAY_COMMANDS, *actions)
    return {str(command.__struct_config__.tag): command for command in known}


def decode(body: bytes, role: Role, room: Room, scenes: Scenes) -> Command:
    """JSON text -> command, if its type exists, this role may send it and its scene is open.

    Raises:
        Refused: malformed, unknown_command, forbidden, wrong_scene or invalid, with what was expected and what came.
    """
    try:
        tag = msgspec.json.decode(body, type=_Tag).t
    except UnicodeDecodeError as error:
        raise Refused("malformed", "expected JSON text in UTF-8") from error
    except UNREADABLE as error:
        raise Refused("malformed", f'expected a JSON object with a type "t": {error}') from error
    actions = tuple(action for scene in scenes.values() for action in scene.actions)
    command = _types(actions).get(tag)
    if command is None:
        raise Refused("unknown_command", f"no command is called {tag[:60]!r}")
    if role not in command.who or command in p.GATEWAY_COMMANDS:
        allowed = " or ".join(sorted(command.who)) or "nobody"
        raise Refused("forbidden", f"{tag}: expected from {allowed}, came from a {role}")
    if issubclass(command, p.Action):
        home = tag.partition(".")[0]
        if room.open is None or room.open.name != home:
            there = room.open.name if room.open else "the lobby"
            raise Refused("wrong_scene", f"{tag}: expected while {home} is open, but {there} is")
    try:
        return msgspec.json.decode(body, type=command)
    except UNREADABLE as error:
        raise Refused("invalid", f"{tag}: {error}") from error


def standing(room: Room, origin: Origin) -> Literal["new", "duplicate", "gap"]:
    """Whether a numbered command is the next of its tab, was seen already, or came before its predecessor."""
    if origin.id is None:
        return "new"
    done = receipt_of(room, origin.seat, origin.nonce)
    if origin.id <= done:
        return "duplicate"
    return "new" if origin.id == done + 1 else "gap"


# --- from a command to the next room ----------------------------------------------------------


def handle(room: Room, origin: Origin, command: Command, scenes: Scenes) -> Room:
    """The room after a command; raises Refused and leaves the old room as it is."""
    if room.rests and isinstance(command, RESTING):
        raise Refused("refused", "the scene rests until the vote is closed")
    after = _apply(command, room, origin, scenes)
    return receipted(replace(after, sequence=origin.sequence), origin)


def receipt_of(room: Room, seat: str, nonce: str) -> int:
    """The last command id of a tab that is done with; 0 for none, or for a tab that was forgotten."""
    return room.receipts.get(seat, {}).get(nonce, 0)


def receipted(room: Room, origin: Origin) -> Room:
    """The room that has done with a numbered command, carried out or refused."""
    if origin.id is None:
        return room
    others = [tab for tab in room.receipts.get(origin.seat, {}).items() if tab[0] != origin.nonce]
    tabs = dict([*others[-(TABS - 1) :], (origin.nonce, origin.id)])
    return replace(room, receipts={**room.receipts, origin.seat: tabs})


def attend(room: Room, sequence: int, seat: str, name: str, present: bool, scenes: Scenes) -> Room:
    """The room after a student came (a new seat gets a nickname) or went."""
    known = room.members.get(seat)
    if known is None:
        taken = {member.name for member in room.members.values()}
        try:
            chosen = cleaned(name)
        except Refused:
            chosen = ""
        known = Participant(seat, chosen if chosen and chosen not in taken else nickname(seat, taken), present)
    members = {**room.members, seat: replace(known, present=present)}
    return _attended(replace(room, members=members, sequence=sequence), scenes)


def presence(room: Room, sequence: int, seats: tuple[str, ...], scenes: Scenes) -> Room:
    """The room when exactly these seats are connected (after a restart)."""
    here = frozenset(seats)
    members = {i: replace(member, present=i in here) for i, member in room.members.items()}
    return _attended(replace(room, members=members, sequence=sequence), scenes)


def play_on(room: Room, sequence: int, scenes: Scenes) -> Room:
    """The next position while the scene plays; at the last one it stops."""
    if room.open is None or not room.playing:
        return replace(room, playing=False, sequence=sequence)
    position, count = scenes[room.open.name].positions(room.open.state)
    if position + 1 >= count:
        return replace(room, playing=False, sequence=sequence)
    moved = _moved(replace(room, sequence=sequence), position + 1, sequence, scenes)
    return replace(moved, playing=position + 2 < count)


def tick(room: Room, action: p.Action, scenes: Scenes) -> Room:
    """The room after its scene's job yielded an action."""
    if room.open is None:
        return room
    context = _context(room, room.sequence, tick=room.open.ticks + 1)
    state = scenes[room.open.name].apply(room.open.state, action, context)
    return _with_state(room, state, scenes, ticked=True)


def failed(room: Room, why: str) -> Room:
    """The room whose scene's job ended before its time; everything else in it goes on."""
    return room if room.open is None else replace(room, open=replace(room.open, failed=why))


def job(room: Room, scenes: Scenes) -> Job | None:
    """The longer work that the open scene's state asks for."""
    return scenes[room.open.name].job(room.open.state) if room.open else None


def pace(room: Room, scenes: Scenes) -> float:
    """Seconds between two positions while the scene plays."""
    return scenes[room.open.name].pace if room.open else 1.0


def _context(room: Room, sequence: int, author: str = "", role: Role = "instructor", tick: int = 0) -> Context:
    members = (room.members[identity] for identity in room.dealt)
    seats = tuple(Seat(member.identity, member.name, member.present) for member in members)
    return Context(room.id, sequence, tick, author, role, seats)


def _opened(room: Room, sequence: int, name: str, params: Params, scenes: Scenes) -> Room:
    """The room with a scene in its initial state."""
    scene = scenes[name]
    room = _with_class(room, scene, params)
    state = scene.initial(params, _context(room, sequence))
    return replace(room, open=OpenScene(name, params, state, sequence), playing=False, slide=())


def _with_class(room: Room, scene: AnyScene, params: Params) -> Room:
    """The room with a class, if the scene needs one: dealt again when everybody who was dealt a node has left."""
    if not scene.wants_class(params) or any(room.members[identity].present for identity in room.dealt):
        return room
    here = sum(member.present for member in room.members.values())
    return room if room.dealt and here < FEWEST else replace(room, dealt=_class_of(room))


def _class_of(room: Room) -> tuple[str, ...]:
    here = tuple(identity for identity, member in room.members.items() if member.present)
    if len(here) < FEWEST:
        raise Refused("too_few", f"the class as a graph needs at least {FEWEST} students, {len(here)} are here")
    return here[:MOST_DEALT]


def _with_state(room: Room, state: object, scenes: Scenes, ticked: bool = False) -> Room:
    """The room with another state of its scene; a job that goes on keeps its count of ticks."""
    assert room.open is not None
    scene = scenes[room.open.name]
    before, after = scene.job(room.open.state), scene.job(state)
    same = before is not None and after is not None and before.key == after.key
    if not same:
        return replace(room, open=replace(room.open, state=state, ticks=0, allowed=0, failed=""))
    return replace(room, open=replace(room.open, state=state, ticks=room.open.ticks + int(ticked)))


def _attended(room: Room, scenes: Scenes) -> Room:
    if room.open is None:
        return room
    state = scenes[room.open.name].attend(room.open.state, _context(room, room.sequence))
    return room if state is room.open.state else _with_state(room, state, scenes)


def _moved(room: Room, to: int, sequence: int, scenes: Scenes) -> Room:
    if room.open is None:
        raise Refused("refused", "expected an open scene to step through, but the lobby is open")
    scene = scenes[room.open.name]
    _, count = scene.positions(room.open.state)
    if to >= count:
        raise Refused("invalid", f"expected a position from 0 to {count - 1}, got {to}")
    return _with_state(room, scene.move(room.open.state, to, _context(room, sequence)), scenes)


@singledispatch
def _apply(command: Command, room: Room, origin: Origin, scenes: Scenes) -> Room:
    """One command's effect; an action goes to the open scene."""
    raise Refused("unknown_command", f"the room does not know {type(command).__name__}")


@_apply.register
def _(command: p.Action, room: Room, origin: Origin, scenes: Scenes) -> Room:
    assert room.open is not None, "decode lets actions through only while their scene is open"
    context = _context(room, origin.sequence, origin.seat, origin.role)
    return _with_state(room, scenes[room.open.name].apply(room.open.state, command, context), scenes)


@_apply.register
def _(command: p.Open, room: Room, origin: Origin, scenes: Scenes) -> Room:
    room = asking.at_step(room, None, origin.sequence)
    if command.scene is None:
        return replace(room, open=None, playing=False, slide=())
    return _opened_from(room, origin.sequence, command.scene, bytes(command.params), scenes)


def reopened(room: Room, name: str, params: bytes, scenes: Scenes) -> Room:
    """The room of a checkpoint with its scene as it was right after `open`."""
    return _opened_from(room, room.sequence, name, params, scenes)


def _opened_from(room: Room, sequence: int, name: str, params: bytes, scenes: Scenes) -> Room:
    scene = scenes.get(name)
    if scene is None:
        raise Refused("unknown_scene", f"expected one of {', '.join(scenes)}, got {name[:60]!r}")
    return _opened(room, sequence, name, _params(scene, params), scenes)


def _params(scene: AnyScene, body: bytes) -> Params:
    try:
        return msgspec.json.decode(body, type=scene.params)
    except UNREADABLE as error:
        raise Refused("invalid", f"parameters: {error}") from error


@_apply.register
def _(command: p.Step, room: Room, origin: Origin, scenes: Scenes) -> Room:
    steps = room.lecture.steps if room.lecture else ()
    if not steps:
        raise Refused("refused", "expected a session with a lecture plan to step through, but this one has none")
    if command.to >= len(steps):
        raise Refused("invalid", f"expected a step from 0 to {len(steps) - 1}, got {command.to}")
    step = steps[command.to]
    if step.scene is None:
        opened = replace(room, open=None, playing=False, slide=step.points)
    else:
        opened = _opened_from(room, origin.sequence, step.scene, step.params, scenes)
    return asking.at_step(opened, command.to, origin.sequence)


@_apply.register
def _(command: p.Position, room: Room, origin: Origin, scenes: Scenes) -> Room:
    return asking.put_away(replace(_moved(room, command.to, origin.sequence, scenes), playing=False))


@_apply.register
def _(command: p.Play, room: Room, origin: Origin, scenes: Scenes) -> Room:
    if not command.on or room.open is None:
        return replace(room, playing=False)
    position, count = scenes[room.open.name].positions(room.open.state)
    if count < 2:
        raise Refused("refused", "this scene has a single position, there is nothing to play")
    from_start = _moved(room, 0, origin.sequence, scenes) if position + 1 >= count else room
    return asking.put_away(replace(from_start, playing=True))


@_apply.register
def _(command: p.Tune, room: Room, origin: Origin, scenes: Scenes) -> Room:
    if room.open is None:
        raise Refused("refused", "expected an open scene to tune, but the lobby is open")
    scene = scenes[room.open.name]
    present = msgspec.json.decode(msgspec.json.encode(room.open.params), type=dict[str, msgspec.Raw])
    params = _params(scene, msgspec.json.encode({**present, **command.values}))
    room = _with_class(room, scene, params)
    assert room.open is not None
    state = scene.adjust(room.open.state, params, _context(room, origin.sequence))
    tuned = _with_state(room, state, scenes)
    assert tuned.open is not None
    return replace(tuned, open=replace(tuned.open, params=params))


@_apply.register
def _(command: p.Work, room: Room, origin: Origin, scenes: Scenes) -> Room:
    if room.open is None or job(room, scenes) is None:
        raise Refused("refused", "expected a scene with work to do, but this one has none now")
    allowed = room.open.ticks + int(command.to == "once")
    return replace(room, open=replace(room.open, paused=command.to != "run", allowed=allowed))


@_apply.register
def _(command: p.Reset, room: Room, origin: Origin, scenes: Scenes) -> Room:
    if room.open is None:
        raise Refused("refused", "expected an open scene to reset, but the lobby is open")
    return _opened(room, origin.sequence, room.open.name, room.open.params, scenes)


@_apply.register
def _(command: p.Deal, room: Room, origin: Origin, scenes: Scenes) -> Room:
    dealt = replace(room, dealt=_class_of(room))
    if dealt.open is None or not scenes[dealt.open.name].wants_class(dealt.open.params):
        return dealt
    return _opened(dealt, origin.sequence, dealt.open.name, dealt.open.params, scenes)


@_apply.register
def _(command: ballot.Ask, room: Room, origin: Origin, scenes: Scenes) -> Room:
    return asking.asked(room, origin.sequence, command.question, scenes)


@_apply.register
def _(command: ballot.Turn, room: Room, origin: Origin, scenes: Scenes) -> Room:
    return asking.turned(room, command, scenes)


@_apply.register
def _(command: ballot.Answer, room: Room, origin: Origin, scenes: Scenes) -> Room:
    return asking.answered(room, origin.seat, command)


@_apply.register
def _(command: ballot.Release, room: Room, origin: Origin, scenes: Scenes) -> Room:
    return asking.released(room, command.seat, command.on)


@_apply.register
def _(command: p.Show, room: Room, origin: Origin, scenes: Scenes) -> Room:
    def chosen(new: bool | None, old: bool) -> bool:
        return old if new is None else new

    shown = room.display
    return replace(
        room,
        display=Display(
            blank=chosen(command.blank, shown.blank),
            qr=chosen(command.qr, shown.qr),
            dark=chosen(command.dark, shown.dark),
        ),
    )


@_apply.register
def _(command: p.Rename, room: Room, origin: Origin, scenes: Scenes) -> Room:
    member = room.members.get(origin.seat)
    if member is None:
        raise Refused("refused", "this seat has not joined the room")
    name = cleaned(command.name)
    if any(other.name == name for other in room.members.values() if other.identity != origin.seat):
        raise Refused("refused", f"somebody here is called {name} already")
    members = {**room.members, origin.seat: replace(member, name=name)}
    return _attended(replace(room, members=members), scenes)
