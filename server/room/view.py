"""What browsers see of a room: the frames whose slots differ between two rooms.

Without an old room it is all of them, which is also a newcomer's snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
from msgspec.structs import replace as replace_fields

from server.protocol import messages as p
from server.protocol.messages import Out
from server.room import vote
from server.room.entry import digest
from server.room.rules import receipt_of
from server.room.state import Room, Scenes


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame for a slot; a core slot outlives the scene, a scene's slot is cleared when another is opened."""

    out: Out
    core: bool


def is_new_scene(old: Room | None, new: Room) -> bool:
    """Whether every slot of the last scene has to be forgotten first."""
    before = old.open.version if old and old.open else None
    after = new.open.version if new.open else None
    return before != after


def beside_scene(seen: Room | None, new: Room) -> Room:
    """What can be shown of a room whose scene's frames fail: all but its scene, which stays as it was seen."""
    if seen is None:
        return replace(new, open=None, playing=False)
    return replace(new, open=seen.open, playing=seen.playing, step=seen.step)


def frames(old: Room | None, new: Room, scenes: Scenes) -> list[Shown]:
    """The frames to send so that a browser that saw `old` sees `new`; `opened` comes first."""
    core = [Shown(out, core=True) for out in _core(old, new, scenes)]
    return core + [Shown(out, core=False) for out in _of_scene(old, new, scenes)]


def _core(old: Room | None, new: Room, scenes: Scenes) -> Iterator[Out]:
    pairs = (
        (_opened, p.ALL),
        (_slide, p.ALL),
        (_place, p.ALL),
        (working, p.STAGE),
        (_joined, p.ALL),
        (_display, p.STAGE),
        (_prefetch, p.ALL),
    )
    for make, audience in pairs:
        frame = make(new, scenes)
        if old is None or make(old, scenes) != frame:
            yield Out(frame, audience)
    yield from _votes(old, new)
    if old is None or old.members is not new.members or old.dealt != new.dealt:
        yield Out(_roster(new), p.STAGE)
        yield from _seats(old, new)
    if old is None:
        yield Out(_plan(new), p.TEACHER)
    if old is not None and old.receipts is new.receipts:
        return
    for seat, tabs in new.receipts.items():
        before = old.receipts.get(seat, {}) if old is not None else {}
        if tabs is before:
            continue
        for nonce, upto in tabs.items():
            if before.get(nonce) != upto:
                yield receipt(new, seat, nonce)


def receipt(room: Room, seat: str, nonce: str) -> Out:
    """What a tab is told of its numbered commands."""
    return Out(p.Receipt(nonce=nonce, upto=receipt_of(room, seat, nonce)), p.seat(seat), f"receipt:{nonce}")


def _opened(room: Room, scenes: Scenes) -> p.Opened:
    if room.open is None:
        return p.Opened(scene=None, title=_step_title(room) or "Lobby", version=0, step=room.step)
    return p.Opened(
        scene=room.open.name,
        title=scenes[room.open.name].title,
        version=room.open.version,
        params=msgspec.Raw(msgspec.json.encode(room.open.params)),
        step=room.step,
        digest=digest(room.open.name, scenes[room.open.name]),
    )


def _prefetch(room: Room, scenes: Scenes) -> p.Prefetch:
    """The next step's scene, once the present step is shown.

    In the lobby no step is shown yet. While the class predicts, and until the answers are revealed, nothing of what
    comes is told: its name could be read as a hint.
    """
    steps = room.lecture.steps if room.lecture else ()
    following = steps[room.step + 1] if room.step is not None and room.step + 1 < len(steps) else None
    if following is None or following.scene is None or _predicts(room):
        return p.Prefetch(scene=None)
    return p.Prefetch(scene=following.scene, digest=digest(following.scene, scenes[following.scene]))


def _predicts(room: Room) -> bool:
    """Whether a question is on whose answer the class has not seen; one that is answered in words has none."""
    asked = room.vote
    if asked is None:
        return False
    return asked.phase == "open" or (asked.phase == "closed" and asked.problem.kind != "text")


def plain(frame: p.Frame) -> p.Frame:
    """What a frame shows, without the digests of files: they change with each word of a formula, and show nothing."""
    return replace_fields(frame, digest=msgspec.UNSET) if isinstance(frame, p.Opened | p.Prefetch) else frame


def _slide(room: Room, _scenes: Scenes) -> p.Slide:
    return p.Slide(title=_step_title(room) if room.slide else "", points=room.slide)


def _step_title(room: Room) -> str:
    """The title of a step that opens no scene; none while the lobby is open in place of a step's scene."""
    step = room.lecture.steps[room.step] if room.lecture and room.step is not None else None
    return step.title if step is not None and step.scene is None else ""


def _place(room: Room, scenes: Scenes) -> p.Place:
    position, positions, label = 0, 1, ""
    if room.open is not None:
        scene = scenes[room.open.name]
        position, positions = scene.positions(room.open.state)
        label = scene.label(room.open.state)
    steps = len(room.lecture.steps) if room.lecture else 0
    return p.Place(
        position=position, positions=positions, label=label, playing=room.playing, step=room.step, steps=steps
    )


def working(room: Room, scenes: Scenes) -> p.Working:
    """Whether the open scene has work going on, as far as the room knows."""
    scene = room.open
    there = scene is not None and scenes[scene.name].job(scene.state) is not None
    why = scene.failed if scene is not None else ""
    return p.Working(there=there, running=there and not why and room.works, failed=why)


def _joined(room: Room, _scenes: Scenes) -> p.Joined:
    present = sum(member.present for member in room.members.values())
    return p.Joined(joined=len(room.members), present=present, dealt=len(room.dealt))


def _display(room: Room, _scenes: Scenes) -> p.Display:
    return room.display


def _roster(room: Room) -> p.Roster:
    nodes = {identity: node for node, identity in enumerate(room.dealt)}
    return p.Roster(
        members=tuple(
            p.Member(seat=m.identity, name=m.name, present=m.present, node=nodes.get(m.identity))
            for m in room.members.values()
        )
    )


def _seats(old: Room | None, new: Room) -> Iterator[Out]:
    """Each student's own frame, for those whose name or node changed."""
    before = {identity: node for node, identity in enumerate(old.dealt)} if old else {}
    after = {identity: node for node, identity in enumerate(new.dealt)}
    for identity, member in new.members.items():
        known = old.members.get(identity) if old else None
        if known is None or known.name != member.name or before.get(identity) != after.get(identity):
            you = p.You(seat=identity, name=member.name, node=after.get(identity))
            yield Out(you, p.seat(identity))


def _votes(old: Room | None, new: Room) -> Iterator[Out]:
    """The question that is on, what is answered, and each seat's own answer."""
    before = old.vote if old else None
    yield from vote.shown(before, new.vote, afresh=old is None)
    turnout = vote.turnout(new.vote, _joined(new, {}).present)
    if old is None or turnout != vote.turnout(before, _joined(old, {}).present):
        yield Out(turnout, p.STAGE)
    if old is not None and (before is new.vote and old.members is new.members):
        return
    for seat in new.members:
        own = vote.mine(new.vote, seat)
        if old is None or seat not in old.members or vote.mine(before, seat) != own:
            yield own


def _plan(room: Room) -> p.Plan:
    steps = room.lecture.steps if room.lecture else ()
    return p.Plan(
        lecture=room.lecture.title if room.lecture else "",
        steps=tuple(p.PlanStep(title=s.title, scene=s.scene, notes=s.notes) for s in steps),
    )


def _of_scene(old: Room | None, new: Room, scenes: Scenes) -> Iterator[Out]:
    if new.open is None:
        return
    scene = scenes[new.open.name]
    if old is None or is_new_scene(old, new):
        yield from scene.frames(None, new.open.state)
    elif old.open is not None and old.open.state is not new.open.state:
        yield from scene.frames(old.open.state, new.open.state)
