"""The child's loop: read a request, let the interpreter answer it, write the answer."""

from __future__ import annotations

import builtins
import socket
import types
from typing import Any

from autograder.child.interpreter import Interpreter, Missing
from autograder.sandbox import protocol
from autograder.sandbox.protocol import Opaque, Uncrossable

# Taken before student code runs: what it adds to builtins later is not Python's.
_BUILTIN_ERRORS = {
    cls: cls.__name__ for cls in vars(builtins).values() if isinstance(cls, type) and issubclass(cls, BaseException)
}

Reply = tuple[dict[str, Any], list[memoryview]]


def serve(sock: socket.socket) -> None:
    """Greet the parent, then answer its requests until it says `bye` or is gone."""
    protocol.send(sock, {"seq": 0}, [])
    interpreter = Interpreter()
    while True:
        try:
            head, body = protocol.receive(sock)
        except (EOFError, OSError):
            return
        if head["verb"] == "bye":
            return
        reply, buffers = _answer(interpreter, head, body)
        try:
            protocol.send(sock, {"seq": head["seq"], **reply}, buffers)
        except Uncrossable as error:
            protocol.send(sock, {"seq": head["seq"], **_value(Opaque(error.kind))[0]}, [])


def _answer(interpreter: Interpreter, head: dict[str, Any], body: bytearray) -> Reply:
    try:
        value = interpreter.request(head["verb"], protocol.decode(head["value"], body))
        reply, buffers = _value(value)
    except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's, too
        reply, buffers = {"error": describe(error, interpreter.labels)}, []
    reply["banned"] = sorted(interpreter.banned_seen)
    interpreter.banned_seen.clear()
    return reply, buffers


def _value(value: Any) -> Reply:
    try:
        tree, buffers = protocol.encode(value)
    except Uncrossable as error:
        tree, buffers = protocol.encode(Opaque(error.kind))
    return {"value": tree}, buffers


def describe(error: BaseException, labels: set[str]) -> dict[str, Any]:
    """An exception as data: its type if Python knows it, the last place in a cell, and its text for staff.

    `labels` are the file names of the cells: `<cell 4>`.
    """
    known = next((_BUILTIN_ERRORS[c] for c in type(error).__mro__ if c in _BUILTIN_ERRORS), "Exception")
    label, line = _place(error, labels)
    return {
        "type": known,
        "missing": error.name if type(error) is Missing else None,
        "label": label,
        "line": line,
        "text": _text(error),
    }


def _text(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:2000]
    except BaseException:  # a __str__ of the student's
        return ""


def _place(error: BaseException, labels: set[str]) -> tuple[str | None, int | None]:
    """(label, line) of the innermost frame that belongs to a cell."""
    if isinstance(error, SyntaxError) and type(error.filename) is str and error.filename in labels:
        return error.filename.strip("<>"), error.lineno
    label: str | None = None
    line: int | None = None
    trace: types.TracebackType | None = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name in labels:
            label, line = name.strip("<>"), trace.tb_lineno
        trace = trace.tb_next
    return label, line
