"""Public tests inside otter's `grader.check`: the student's running notebook stands for `impl`, and no outcome ends otter.

otter takes exceptions for failures, and whatever is no Exception (`pytest.fail`, `sys.exit`) would take all results with it.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any


class RunningNotebook:
    """The names of a running notebook as attributes."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        raise AssertionError(f"There is no `{name}` yet: answer the question, and run its cell.")


@contextmanager
def asked(names: Mapping[str, Any]) -> Iterator[RunningNotebook]:
    """`impl` for a public test. What fails inside is an AssertionError that says where, in words for a student."""
    try:
        yield RunningNotebook(names)
    except NotImplementedError as error:
        raise AssertionError(f"Not answered yet. {error}".strip()) from error
    except KeyboardInterrupt:
        raise
    except AssertionError as error:
        raise AssertionError(_said(error)) from error
    except BaseException as error:
        if type(error).__module__ == "_pytest.outcomes":
            raise AssertionError(str(error)) from error
        if isinstance(error, SystemExit):
            raise AssertionError("Your code ends the whole process.") from error
        raise AssertionError(f"{type(error).__name__}: {error}") from error


def _said(error: AssertionError) -> str:
    """The assertion's message; without one, its line."""
    return str(error) or f"This does not hold: {_line(error.__traceback__)}"


def _line(trace: TracebackType | None) -> str:
    text = ""
    while trace is not None:
        text = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip() or text
        trace = trace.tb_next
    return text.removeprefix("assert ")
