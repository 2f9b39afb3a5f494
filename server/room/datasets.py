"""Training data that take seconds to make: made once a key, kept where the process says, else made here each time.

    for found in once("potential.samples 2", (atoms, seed), make, Samples):        None to give way, then the data
    make(place) yields None, Kept(place), … and the data at last                   None: from the beginning

Its places are kept on the way: who dies in the making loses what was computed since the last one.
A scene does no I/O: it names what it wants and how it is made. The engine and its workers say `use` when they start.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from importlib.metadata import version
from typing import Protocol, TypeVar, cast

import msgspec

from server.room.scene import Kept

T = TypeVar("T")
MAKERS = ("torch", "numpy", "scipy")
"""Of another version of one of them the same data may end in other digits."""


class Cache(Protocol):
    """Bytes by key; what is absent was never put, or is not there any more."""

    def get(self, key: str) -> bytes | None:
        """What was put under a key, as it was."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Keep it, if there is room."""
        ...

    def drop(self, key: str) -> None:
        """It is not wanted any more."""
        ...


_cache: Cache | None = None
_recent: OrderedDict[str, object] = OrderedDict()
RECENT = 16
"""Data that a process has at hand beside what is kept, so that another network begins at once."""


def use(cache: Cache | None) -> None:
    """From now on data are kept there; None: nowhere but at hand."""
    global _cache
    _cache = cache
    _recent.clear()


def cache() -> Cache | None:
    """Where data are kept now; whoever starts a worker hands it on."""
    return _cache


def once(
    name: str, key: tuple[object, ...], make: Callable[[bytes | None], Iterator[T | Kept | None]], of: object
) -> Iterator[T | None]:
    """The data of this key: from where they are kept, or made; None to give way, and the data at last.

    name: with a number that changes with what `make` does. make: from a place that it yielded it gives the same data,
    bit for bit. of: the type of the data, or an alias, for `codec`.
    """
    from server.room import codec  # brings torch, which a process may not have loaded when it says `use`

    kept, digest = _cache, _digest(name, key)
    data = cast("T | None", _recent.pop(digest, None))  # put by this name and key, whose type it has
    body = None if kept is None or data is not None else kept.get(digest)
    if body is not None:
        with contextlib.suppress(msgspec.MsgspecError):  # of another layout: made again
            data = codec.decode(body, cast("type[T]", of))
    if data is None:
        data = yield from _made(make, kept, f"{digest}.place")
        assert data is not None, f"expected {name} at last"
        if kept is not None:
            kept.put(digest, codec.encode(data))
            kept.drop(f"{digest}.place")
    _recent[digest] = data
    while len(_recent) > RECENT:
        _recent.popitem(last=False)
    yield data


def _made(
    make: Callable[[bytes | None], Iterator[T | Kept | None]], kept: Cache | None, key: str
) -> Generator[None, None, T | None]:
    """What is made at last, from where it was left under this key."""
    data: T | None = None
    for found in make(None if kept is None else kept.get(key)):
        if isinstance(found, Kept):
            if kept is not None:
                kept.put(key, found.body)
        elif found is None:
            yield None
        else:
            data = found
    return data


def _digest(name: str, key: tuple[object, ...]) -> str:
    whole = (name, key, tuple(version(maker) for maker in MAKERS))
    return hashlib.blake2b(msgspec.msgpack.encode(whole), digest_size=20).hexdigest()
