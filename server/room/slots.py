"""The slots that a scene declares: each says what builds its frame, who sees it, and what of the state it shows.

A frame is built where what it shows differs between two states, and all are built for a newcomer: a snapshot is the
sum of its deltas, and no scene compares states by hand.

What a slot shows is compared by `same`: by identity, then by value, an array by identity alone. A slot that shows an
array names the array itself, or a version that changes with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

from server.protocol.messages import Frame, Gone, Out, seat

S = TypeVar("S")
K = TypeVar("K")
V = TypeVar("V")
State = TypeVar("State", contravariant=True)


def once(_state: object) -> None:
    """What a slot shows that no action changes."""


@dataclass(frozen=True, slots=True)
class Slot(Generic[State]):
    """One frame for one audience: `build` makes it of the state wherever `of` differs."""

    build: Callable[[State], Frame]
    audience: str
    of: Callable[[State], object] = once
    key: str = ""
    """The slot's name, where it is not the frame's tag."""
    frame: type[Frame] | None = None
    """What is built, where `build` does not say it itself."""

    @staticmethod
    def each(
        keys: Sequence[K],
        build: Callable[[S, K], Frame],
        audience: str,
        of: Callable[[S, K], object],
    ) -> tuple[Slot[S], ...]:
        """Several slots of one kind, each named by its key; `build` and `of` are given it behind the state."""
        (frame,) = _built(build)
        tag = str(frame.__struct_config__.tag)

        def one(key: K) -> Slot[S]:
            return Slot(lambda state: build(state, key), audience, lambda state: of(state, key), f"{tag}.{key}", frame)

        return tuple(map(one, keys))

    @property
    def frames(self) -> tuple[type[Frame], ...]:
        """The types of frames that it may send."""
        return (self.frame,) if self.frame is not None else _built(self.build)

    def shown(self, old: State | None, new: State) -> Iterator[Out]:
        """Its frame, where it differs."""
        after = self.of(new)
        if old is None:
            comparable(after)
        elif same(self.of(old), after):
            return
        yield Out(self.build(new), self.audience, self.key)


@dataclass(frozen=True, slots=True)
class PerSeat(Generic[State]):
    """Each seat's own frame: `build` makes those of the seats whose entry in `keys` changed, all where `of` did.

    Nothing is looked at while the mapping is the same object. An action that changes one seat passes a mapping on that
    holds the other entries as they are. A seat that is no key any more is told so, and its frame is forgotten.
    """

    build: Callable[[State, Sequence[str]], Mapping[str, Frame]]
    keys: Callable[[State], Mapping[str, object]]
    of: Callable[[State], object] = once
    frame: type[Frame] | None = None

    @staticmethod
    def each(
        build: Callable[[S, V], Frame],
        keys: Callable[[S], Mapping[str, V]],
        of: Callable[[S], object] = once,
    ) -> PerSeat[S]:
        """Those that are built one by one, each of the state and its seat's entry."""
        (frame,) = _built(build)

        def many(state: S, seats: Sequence[str]) -> Mapping[str, Frame]:
            entries = keys(state)
            return {who: build(state, entries[who]) for who in seats}

        return PerSeat(many, keys, of, frame)

    @property
    def frames(self) -> tuple[type[Frame], ...]:
        """The types of frames that it may send."""
        return (self.frame,) if self.frame is not None else _built(self.build)

    def shown(self, old: State | None, new: State) -> Iterator[Out]:
        """The frames of the seats that are shown something else, in the order of the mapping."""
        before, after = {} if old is None else self.keys(old), self.keys(new)
        again = old is None or not same(self.of(old), self.of(new))
        if before is after and not again:
            return
        if old is None:
            comparable((self.of(new), *after.values()))
        changed = [who for who, entry in after.items() if again or who not in before or not same(before[who], entry)]
        if changed:
            built = self.build(new, changed)
            yield from (Out(built[who], seat(who)) for who in changed)
        (frame,) = self.frames
        tag = str(frame.__struct_config__.tag)
        yield from (Out(Gone(), seat(who), tag) for who in before if who not in after)


Declared = Slot[S] | PerSeat[S]


def changes(slots: Sequence[Declared[S]], old: S | None, new: S) -> Iterator[Out]:
    """The frames that turn what `old` shows into what `new` shows, slot by slot; all of them without an old state."""
    if old is new:
        return
    for slot in slots:
        yield from slot.shown(old, new)


def frames_of(slots: Sequence[Declared[S]]) -> tuple[type[Frame], ...]:
    """Every type of frame that these slots send, once each, in the order of the slots."""
    return tuple(dict.fromkeys(frame for slot in slots for frame in slot.frames))


def same(old: object, new: object) -> bool:
    """Whether two states show the same: by identity, then by value; a tuple part by part, an array by identity.

    Raises:
        TypeError: a value holds an array somewhere else than in a tuple, where `==` would compare its elements.
    """
    if old is new:
        return True
    if isinstance(old, tuple) and isinstance(new, tuple):
        # No generator: of a large class a slot compares a tuple a seat.
        for a, b in zip(old, new, strict=False):
            if a is not b and not same(a, b):
                return False
        return len(old) == len(new)
    if _is_array(old) or _is_array(new):
        return False
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return len(old) == len(new) and all(
            key in old and (old[key] is value or _equal(old[key], value)) for key, value in new.items()
        )
    return _equal(old, new)


def comparable(value: object) -> None:
    """Refuse what `same` would refuse once it changes.

    Raises:
        TypeError: as `same`.
    """
    if isinstance(value, tuple):
        for part in value:
            comparable(part)
    elif not _is_array(value):
        _without_arrays(value)


def _equal(old: object, new: object) -> bool:
    _without_arrays(old)
    _without_arrays(new)
    return bool(old == new)


def _without_arrays(value: object) -> None:
    if _is_array(value):
        raise TypeError("expected an array by itself or in a tuple, where it is compared by identity, or its version")
    if not _plain(cast("Hashable", type(value))):
        for part in _parts(value):
            _without_arrays(part)


def _parts(value: object) -> Iterator[object]:
    """What `==` of this value compares in turn."""
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, tuple | list | set | frozenset):
        yield from value
    elif isinstance(value, msgspec.Struct):
        yield from (getattr(value, name) for name in value.__struct_fields__)
    elif dataclasses.is_dataclass(value) and type(value).__eq__ is not object.__eq__:
        yield from (getattr(value, field.name) for field in dataclasses.fields(value) if field.compare)


@cache
def _plain(kind: object) -> bool:
    """Whether the fields of a type say that it can hold no array, so that no value of it has to be looked through."""
    if get_origin(kind) is Literal or kind in (str, bytes, bool, int, float, NoneType, Ellipsis):
        return True
    if get_origin(kind) in (tuple, Union, UnionType):
        return all(map(_plain, get_args(kind)))
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)):
        names = (
            {field.name for field in dataclasses.fields(kind)}
            if dataclasses.is_dataclass(kind)
            else set(kind.__struct_fields__)
        )
        return all(_plain(hint) for name, hint in get_type_hints(kind).items() if name in names)
    return False


def _is_array(value: object) -> bool:
    """Whether `==` of it would be an array: of numpy, or of torch, which is not imported for it."""
    return hasattr(type(value), "__array__") and not isinstance(value, np.generic)


def _built(build: Callable[..., object]) -> tuple[type[Frame], ...]:
    """The frames that a function returns, as its annotation says.

    Raises:
        TypeError: it says none.
    """
    of = build.func if isinstance(build, partial) else build
    returned = get_type_hints(of).get("return")
    if isinstance(get_origin(returned), type) and issubclass(get_origin(returned), Mapping):  # type: ignore[arg-type]
        returned = get_args(returned)[1]
    options = get_args(returned) if get_origin(returned) in (Union, UnionType) else (returned,)
    frames = tuple(option for option in options if isinstance(option, type) and issubclass(option, Frame))
    if not frames or len(frames) < len(options):
        raise TypeError(f"expected that {of.__qualname__} says which frame it returns, got {returned!r}")
    return frames
