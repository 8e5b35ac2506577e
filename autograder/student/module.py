"""A notebook's cells executed as one module, in this process; a cell that fails costs only what it defines."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import types
from typing import Any

from autograder.student.limit import TimeLimit
from autograder.student.outcome import Fault
from autograder.student.place import place_of

_DEFINITION = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=]+)?=(?!=)", re.MULTILINE)
_MISSING = re.compile(r"name '(\w+)' is not defined")
NAME = "notebook"


class Unavailable(AttributeError):
    """A test asks for a name that the notebook does not define, or whose cell failed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class NotebookModule(types.ModuleType):
    """What the tests get as `impl`."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.__dict__["_broken"] = {}
        sys.modules[NAME] = self  # dataclasses and pickle look their module up by name

    def __getattr__(self, name: str) -> Any:
        broken: dict[str, Fault] = self.__dict__["_broken"]
        if name in broken:
            raise Unavailable(broken[name])
        raise Unavailable(Fault("not attempted", f"There is no `{name}` in the notebook."))

    def execute(self, number: int, source: str, limit: TimeLimit) -> Fault | None:
        """Execute one cell; what went wrong, which is remembered for the names that the cell defines."""
        label = f"<cell {number}>"
        # Tracebacks and inspect.getsource find the cell's text here.
        linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
        try:
            with limit:
                exec(compile(source, label, "exec", dont_inherit=True), self.__dict__)
        except BaseException as error:
            fault = limit.fault_of(error) or self.fault_of(error, executing=True)
            self.leave_out(source, fault)
            return fault
        return None

    def leave_out(self, source: str, fault: Fault) -> None:
        """The names that `source` would define answer with `fault` from now on, as far as they are missing."""
        for name in _names(source):
            self.__dict__["_broken"].setdefault(name, fault)

    def fault_of(self, error: BaseException, *, executing: bool = False) -> Fault:
        """What an exception from the student's code means, in words and with its place."""
        place = place_of(error)
        if isinstance(error, Unavailable):
            return error.fault
        if isinstance(error, NameError):
            found = _MISSING.match(str(error))
            broken = self.__dict__["_broken"].get(found.group(1)) if found else None
            if broken is not None:
                return broken  # type: ignore[no-any-return]
        if isinstance(error, NotImplementedError):
            return Fault("not attempted", "" if _from_a_stub(error) else _text(error), place)
        when = " when the cell is executed" if executing else ""
        if isinstance(error, SyntaxError) and executing:
            return Fault("failed", f"This is not Python: {error.msg}.", place)
        kind = type(error).__name__
        said = _text(error)
        article = "an" if kind[:1] in "AEIOU" else "a"
        return Fault("failed", f"Raises {article} {kind}{when}{': ' + said if said else '.'}", place)


def _from_a_stub(error: NotImplementedError) -> bool:
    return re.match(r"\w+\.\w+: implement ", str(error)) is not None


def _text(error: BaseException) -> str:
    try:
        return str(error).strip()
    except Exception:
        return ""


def _names(source: str) -> set[str]:
    """What a cell seems to define at top level, also when it is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {name for pair in _DEFINITION.findall(source) for name in pair if name}
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names
