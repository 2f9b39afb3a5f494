"""The engine's end of the line to a worker: pickled messages both ways, and the engine never waits for either.

    4 bytes: length, big-endian | pickle         as `multiprocessing.connection.Connection` does at the other end

A worker that was stopped in the middle of a message, or that reads nothing, holds up nobody but its jobs.
"""

from __future__ import annotations

import os
import pickle
import select
import socket
import struct
from multiprocessing.connection import Connection
from typing import Any

_LENGTH = struct.Struct("!i")
PART = 2**18


class ChannelClosed(Exception):
    """The process at the other end is gone."""


class Channel:
    """One end of a duplex pipe."""

    def __init__(self, connection: Connection) -> None:
        """Takes the connection's place; the connection is closed."""
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        connection.close()
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._arrived = bytearray()
        self._leaving = bytearray()

    def send(self, message: object) -> None:
        """Send a message, now or when there is room (`flush`).

        Raises:
            ChannelClosed: the other end is gone.
        """
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._leaving += _LENGTH.pack(len(body)) + body
        self.flush()

    def flush(self) -> None:
        """Write what the kernel takes of what waits; raises ChannelClosed."""
        try:
            while self._leaving:
                del self._leaving[: self._socket.send(self._leaving[:PART], socket.MSG_DONTWAIT)]
        except BlockingIOError:
            return
        except OSError as error:
            self._leaving.clear()
            raise ChannelClosed from error

    def receive(self, patience: float) -> list[Any]:
        """All whole messages, waiting so many seconds for something to come; raises ChannelClosed."""
        if patience > 0:
            self._poll.poll(patience * 1000)
        ended = not self._fill()
        messages: list[Any] = []
        while len(self._arrived) >= _LENGTH.size:
            end = _LENGTH.size + int(_LENGTH.unpack_from(self._arrived)[0])
            if len(self._arrived) < end:
                break
            messages.append(pickle.loads(self._arrived[_LENGTH.size : end]))
            del self._arrived[:end]
        if ended and not messages:
            raise ChannelClosed
        return messages

    def _fill(self) -> bool:
        """Read what lies there; whether the other end may say more."""
        try:
            while data := self._socket.recv(PART, socket.MSG_DONTWAIT):
                self._arrived += data
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
