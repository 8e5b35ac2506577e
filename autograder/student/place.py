"""Where in the notebook an exception came from."""

from __future__ import annotations

import linecache
import re

from autograder.student.outcome import Place

_LABEL = re.compile(r"<cell (\d+)>")


def place_of(error: BaseException) -> Place | None:
    """The innermost line of a cell that the exception passed through."""
    place: Place | None = None
    if isinstance(error, SyntaxError) and (match := _LABEL.fullmatch(error.filename or "")):
        return _place(int(match[1]), error.lineno or 1)
    trace = error.__traceback__
    while trace is not None:
        match = _LABEL.fullmatch(trace.tb_frame.f_code.co_filename)
        if match:
            place = _place(int(match[1]), trace.tb_lineno)
        trace = trace.tb_next
    return place


def _place(cell: int, line: int) -> Place:
    return Place(cell, line, linecache.getline(f"<cell {cell}>", line).strip()[:100])
