"""Bytes on a stream socket to a head and a body, and back."""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from autograder.sandbox.protocol.vocabulary import (
    ALIGN,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEAD,
    ProtocolError,
    TooMuch,
    Uncrossable,
    padded,
)

_PREFIX = struct.Struct("<IQ")
# A dict, the deepest in JSON, takes three levels: its object, its list of pairs, a pair. The rest is the head itself.
_MAX_NESTING = 3 * MAX_DEPTH + 4
_AT_ONCE = 2**21
"""Bytes that are taken on the say-so of a prefix; beyond them memory grows as bytes arrive."""
_SMALL = 2**16
"""Bytes of a frame that is written, and read behind its prefix, in one go."""
_SOON = 1e-3
"""Seconds of a timeout that has passed: none at all would mean a socket that never waits."""
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)  # without its end, too: no text makes it search twice
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

Arm = Callable[[], None]
"""Called before every read; it may set the socket's timeout, or raise TimeoutError."""


class Body(bytearray):
    """The bytes behind the tensors of one frame. A weak reference to it tells whether one of them is still in use."""

    __slots__ = ("__weakref__",)


def send(sock: socket.socket, head: dict[str, Any], buffers: list[memoryview]) -> None:
    """Write one frame; the socket's timeout is for the whole of it, whoever reads slowly.

    Raises Uncrossable, and writes nothing, when it is too large to be read at the other end.
    """
    raw = _WRITER.encode(head).encode()
    body = sum(padded(len(b)) for b in buffers)
    if len(raw) > MAX_HEAD or body > MAX_BODY:
        raise Uncrossable("long")
    seconds = sock.gettimeout()
    deadline = None if seconds is None else time.monotonic() + seconds
    pieces = (_PREFIX.pack(len(raw), body) + raw, *with_padding(buffers))
    for piece in pieces if body > _SMALL else (b"".join(pieces),):
        if deadline is not None:
            sock.settimeout(max(deadline - time.monotonic(), _SOON))
        sock.sendall(piece)


def with_padding(buffers: list[memoryview]) -> Iterator[bytes | memoryview]:
    """The pieces of a body."""
    for buffer in buffers:
        yield buffer
        if len(buffer) % ALIGN:
            yield bytes(ALIGN - len(buffer) % ALIGN)


def receive(sock: socket.socket, arm: Arm = lambda: None, room: int = MAX_BODY) -> tuple[dict[str, Any], Body]:
    """Read one frame: head and body, of which at most `room` bytes are taken.

    Raises EOFError when the other end closed, TimeoutError by the socket's timeout, ProtocolError otherwise: TooMuch
    for a body that is allowed but finds no room.
    """
    head_size, body_size = _PREFIX.unpack(_exactly(sock, _PREFIX.size, arm))
    if head_size > MAX_HEAD or body_size > MAX_BODY:
        raise ProtocolError(f"a frame of {head_size} + {body_size} bytes is over the limit")
    if head_size + body_size <= _SMALL and body_size <= room:
        whole = memoryview(_exactly(sock, head_size + body_size, arm))
        return read_head(bytes(whole[:head_size])), Body(whole[head_size:])
    head = read_head(bytes(_exactly(sock, head_size, arm)))
    if body_size > room:
        raise TooMuch(body_size)
    return head, _exactly(sock, body_size, arm)


def read_head(raw: bytes) -> dict[str, Any]:
    """A head from its bytes. Raises ProtocolError."""
    try:
        if _nesting(raw) > _MAX_NESTING:
            raise ProtocolError("a head is nested too deep")
        head = _READER.decode(raw.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a head is not JSON") from error
    if not isinstance(head, dict):
        raise ProtocolError("a head is not a JSON object")
    return head


def _nesting(raw: bytes) -> int:
    """How deep lists and objects stand in each other, or a bound that is small enough. Found without recursion."""
    openings = raw.count(b"[") + raw.count(b"{")
    if openings <= _MAX_NESTING:
        return openings
    brackets = _STRING.sub(b"", raw).translate(None, delete=_NO_BRACKETS)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def _no_constant(word: str) -> None:
    raise ValueError(word)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProtocolError("a name stands twice in an object")
    return found


_WRITER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_READER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_object)


def _exactly(sock: socket.socket, size: int, arm: Arm) -> Body:
    data = Body(min(size, _AT_ONCE))
    done = 0
    while done < size:
        if done == len(data):
            data += bytes(min(size - done, _AT_ONCE))
        with memoryview(data) as whole:
            while done < len(data):
                arm()
                with whole[done:] as rest:
                    got = sock.recv_into(rest)
                if got == 0:
                    raise EOFError("the other end closed the connection")
                done += got
    return data
