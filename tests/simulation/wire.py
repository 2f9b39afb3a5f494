"""The wire as a browser reads and writes it: frames of RFC 6455, and the head of what they carry."""

from __future__ import annotations

import msgspec


class Head(msgspec.Struct):
    """What a browser reads of any frame."""

    t: str
    seq: int = 0
    seat: str = ""
    token: str = ""
    nonce: str = ""
    upto: int = 0
    ready: bool = False
    generation: int = 0
    version: int = 0
    scene: str | None = None
    vote: int = 0
    phase: str = ""
    code: str = ""
    detail: str = ""
    re: int | None = None
    key: str = ""
    position: int = 0
    positions: int = 1


_head = msgspec.json.Decoder(Head)


class _Envelope(msgspec.Struct):
    t: str
    seq: int = 0


def read(header: bytes) -> Head:
    """A frame's head; a scene's own fields may have the names of the core's, and mean nothing here."""
    try:
        return _head.decode(header)
    except msgspec.ValidationError:
        envelope = msgspec.json.decode(header, type=_Envelope)
        return Head(envelope.t, envelope.seq)


def masked(payload: bytes, opcode: int, mask: int) -> bytes:
    """A client's frame of RFC 6455."""
    size = len(payload)
    first = bytes([0x80 | opcode])
    if size < 126:
        head = first + bytes([0x80 | size])
    elif size < 2**16:
        head = first + bytes([0x80 | 126]) + size.to_bytes(2)
    else:
        head = first + bytes([0x80 | 127]) + size.to_bytes(8)
    key = mask.to_bytes(4)
    repeated = (key * (size // 4 + 1))[:size]
    return head + key + (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(size)


def frame(data: bytes, at: int) -> tuple[int, bytes, int] | None:
    """The server's whole frame that begins here: opcode, payload, and where the next one begins."""
    if len(data) < at + 2:
        return None
    size, begin = data[at + 1], at + 2
    if size == 126:
        size, begin = int.from_bytes(data[at + 2 : at + 4]), at + 4
    elif size == 127:
        size, begin = int.from_bytes(data[at + 2 : at + 10]), at + 10
    if len(data) < begin + size or (data[at + 1] in (126, 127) and len(data) < begin):
        return None
    return data[at] & 0x0F, data[begin : begin + size], begin + size
