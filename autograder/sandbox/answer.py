"""What a child said, read by someone who trusts nothing in it, and the memory that its answers may keep busy."""

from __future__ import annotations

import builtins
import gc
import weakref
from dataclasses import dataclass
from typing import Any

from autograder.sandbox import protocol
from autograder.sandbox.protocol import Body, ProtocolError

BUILTIN_ERRORS = frozenset(
    name for name, cls in vars(builtins).items() if isinstance(cls, type) and issubclass(cls, BaseException)
)
MOST_HELD = 512 * 2**20
"""Bytes of answers that may be in use at one time: two of the largest."""
_LARGE = 16 * 2**20
_MOST_BANNED = 256
_LONGEST_NAME = 200
_LONGEST_TEXT = 2000
_VALUE = frozenset({"seq", "value", "banned"})
_ERROR = frozenset({"seq", "error", "banned"})
_ERROR_FIELDS = frozenset({"type", "missing", "label", "line", "text"})


@dataclass(frozen=True)
class ChildError:
    """An exception of the submission, as the child tells it. Nothing in it is trusted but its form."""

    type: str
    """One of BUILTIN_ERRORS."""
    missing: str | None
    label: str | None
    line: int | None
    text: str


@dataclass(frozen=True)
class Answer:
    """What came back: a value or an error, and the banned functions that were called."""

    value: Any = None
    error: ChildError | None = None
    banned: tuple[str, ...] = ()


def read_answer(head: dict[str, Any], body: Body, seq: int, type_names: frozenset[str]) -> Answer:
    """The answer in a frame that should be the one to request `seq`. Raises ProtocolError."""
    if type(head.get("seq")) is not int or head["seq"] != seq:
        raise ProtocolError("an answer out of order")
    if not (head.keys() <= _VALUE or head.keys() <= _ERROR):
        raise ProtocolError("an answer with unknown fields")
    banned = _banned(head.get("banned", []))
    if "error" not in head:
        return Answer(protocol.decode(head.get("value"), body, type_names), None, banned)
    if body:
        raise ProtocolError("an error with a body")
    return Answer(error=_error(head["error"]), banned=banned)


def _banned(names: Any) -> tuple[str, ...]:
    if not isinstance(names, list) or len(names) > _MOST_BANNED:
        raise ProtocolError("a list of calls that is not one")
    if not all(isinstance(name, str) and len(name) <= _LONGEST_NAME for name in names):
        raise ProtocolError("a list of calls that is not one")
    return tuple(names)


def _error(data: Any) -> ChildError:
    if not isinstance(data, dict):
        raise ProtocolError("an error that is not an object")
    if not data.keys() <= _ERROR_FIELDS:
        raise ProtocolError("an error with unknown fields")
    kind, line = data.get("type"), data.get("line")
    words = [data.get(name) for name in ("missing", "label", "text")]
    if not isinstance(kind, str) or not all(word is None or isinstance(word, str) for word in words):
        raise ProtocolError("an error with fields of the wrong type")
    missing, label, text = (None if word is None else protocol.clean(word)[:_LONGEST_TEXT] for word in words)
    return ChildError(
        kind if kind in BUILTIN_ERRORS else "Exception", missing, label, line if type(line) is int else None, text or ""
    )


class Held:
    """How much memory answers keep busy: the bodies that some tensor still shows."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self.most = most
        self._bodies: list[weakref.ref[Body]] = []

    def add(self, body: Body) -> None:
        """Count `body` for as long as anything refers to it."""
        if body:
            self._bodies.append(weakref.ref(body))

    @property
    def room(self) -> int:
        """Bytes that the next body may have."""
        room = self.most - self._busy()
        if room < protocol.MAX_BODY:
            gc.collect()  # an exception and its frames keep each other alive, and the tensors in them
            room = self.most - self._busy()
        return max(0, room)

    def let_go(self) -> None:
        """Nobody needs an answer any more: large ones are given back now, not when Python next looks for circles."""
        if self._busy() > _LARGE:
            gc.collect()

    def _busy(self) -> int:
        alive = [(ref, body) for ref in self._bodies if (body := ref()) is not None]
        self._bodies = [ref for ref, _ in alive]
        return sum(len(body) for _, body in alive)


IN_USE = Held()
"""The answers of all children: it is one process that they fill."""
