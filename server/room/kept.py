"""Where a job may go on from, as bytes and back: a struct of the job, its arrays as they lie in memory.

class Place(msgspec.Struct, frozen=True, array_like=True, tag="scene.job 1"): …       another layout, another tag
yield kept(Place(…))                        place = read(body, Place)                 None: from the beginning
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from server.room import codec
from server.room.scene import Kept

PlaceT = TypeVar("PlaceT", bound=msgspec.Struct)


class Done(msgspec.Struct, frozen=True, array_like=True, tag="done 1"):
    """How many outputs a job gave, where that and the state are all it goes on from."""

    outputs: int = 0


def kept(place: msgspec.Struct) -> Kept:
    """The place as a job yields it."""
    return Kept(codec.encode(place))


def read(body: bytes | None, kind: type[PlaceT]) -> PlaceT | None:
    """The place in the bytes; None where there are none, or none of this kind."""
    if body is None:
        return None
    try:
        return codec.decode(body, kind)
    except msgspec.MsgspecError:
        return None
