"""The process in which a student's code runs: executes the cells, then the public tests under pytest.

It reads its task as JSON from stdin and writes events as JSON lines to what was its stdout. What the student's code
prints goes elsewhere: the beginning of it to the check it belongs to, the rest nowhere.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TextIO

import pytest

from autograder.student.limit import TimeLimit
from autograder.student.module import NotebookModule, Unavailable
from autograder.student.outcome import Fault
from autograder.student.place import place_of

_ARGUMENTS = (
    "-s", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:doctest",
    "-p", "no:junitxml", "-p", "no:pastebin", "-p", "no:logging", "-c", os.devnull, "-o", "python_files=test_*.py",
)  # fmt: skip
_KEPT = 2000

Send = Callable[[dict[str, Any]], None]


class Printed(io.TextIOBase):
    """Stands for stdout and stderr; keeps the first characters and counts no more than that."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if len(self.text) < _KEPT:
            self.text += text[: _KEPT - len(self.text)]
        return len(text)

    def take(self) -> str:
        taken, self.text = self.text, ""
        return taken


class PublicTests:
    """The pytest plugin: gives tests the notebook as `impl` and sends how each one ends."""

    def __init__(self, module: NotebookModule, task: dict[str, Any], printed: Printed, send: Send) -> None:
        self.module, self.printed, self.send = module, printed, send
        self.root = Path(task["folder"])
        self.done = set(task["done"])
        self.limit = TimeLimit(task["timeout"])
        self.faults: dict[str, Fault] = {}

    @pytest.fixture
    def impl(self) -> NotebookModule:
        """The student's notebook as a module."""
        return self.module

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            last = str(report.longrepr).strip().splitlines()[-1]
            self.send({"event": "unreadable", "file": f"tests/{Path(report.nodeid).name}", "why": last})

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        tests = [{"id": i.nodeid, "question": i.path.stem.removeprefix("test_"), "title": _title(i)} for i in items]
        self.send({"event": "collected", "tests": tests})
        items[:] = [item for item in items if item.nodeid not in self.done]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self.send({"event": "check", "id": item.nodeid})
        _seed()
        self.printed.take()
        try:
            return (yield)
        finally:
            fault = self.faults.get(item.nodeid)
            as_json = fault.as_json() if fault else None
            self.send({"event": "result", "id": item.nodeid, "fault": as_json, "printed": self.printed.take()})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self.printed
        try:
            with self.limit:
                return (yield)
        except KeyboardInterrupt as error:  # pytest would end the session
            raise RuntimeError("KeyboardInterrupt") from error
        finally:
            sys.stdout, sys.stderr = before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if call.excinfo is not None:
            self.faults.setdefault(item.nodeid, self._fault_of(call.excinfo.value))
        return (yield)

    def _fault_of(self, error: BaseException) -> Fault:
        cause = error.__cause__
        if isinstance(cause, KeyboardInterrupt):
            return self.limit.fault_of(cause) or self.module.fault_of(cause)
        if isinstance(error, pytest.skip.Exception):
            return Fault("skipped", str(error))
        if place_of(error) is not None or isinstance(error, Unavailable | NotImplementedError):
            return self.module.fault_of(error)
        if isinstance(error, AssertionError | pytest.fail.Exception):
            return Fault("failed", _assertion(error), test=self._line(error))
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        return Fault("failed", f"What your code returned cannot be used: {said}", test=self._line(error))

    def _line(self, error: BaseException) -> str:
        """The last line of the public tests that the exception passed through."""
        found, trace = "", error.__traceback__
        while trace is not None:
            file = Path(trace.tb_frame.f_code.co_filename)
            if file.is_relative_to(self.root / "tests"):
                found = f"{file.relative_to(self.root).as_posix()}, line {trace.tb_lineno}"
            trace = trace.tb_next
        return found


def _assertion(error: BaseException) -> str:
    """The assertion's own message; without one, what pytest makes of its expression."""
    own, found, _ = str(error).strip().partition("\nassert ")
    return own if found else str(error).strip()


def _title(item: pytest.Item) -> str:
    documented = (getattr(getattr(item, "function", None), "__doc__", None) or "").strip().splitlines()
    call = getattr(item, "callspec", None)
    return (documented[0] if documented else item.name) + (f" [{call.id}]" if documented and call else "")


def _seed() -> None:
    """The same chance in every run, so that a check that failed can be looked into."""
    random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)


def _execute(module: NotebookModule, task: dict[str, Any], printed: Printed, send: Send) -> None:
    """The given code, then every cell; a cell that ended an earlier process is left out."""
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = printed
    if task["scaffold"]:
        _import_scaffold(module, Path(task["folder"]) / task["scaffold"])
    for cell in task["cells"]:
        if str(cell["number"]) in task["deadly"]:
            module.leave_out(cell["source"], Fault.from_json(task["deadly"][str(cell["number"])]))
            continue
        send({"event": "cell", "number": cell["number"]})
        fault = module.execute(cell["number"], cell["source"], TimeLimit(task["timeout"]))
        send({"event": "executed", "number": cell["number"], "fault": fault.as_json() if fault else None})
    sys.stdout, sys.stderr = before


def _import_scaffold(module: NotebookModule, file: Path) -> None:
    """The assignment's given code under its own name, for cells that import it.

    No other module beside the notebook is found: none is there when the notebook is graded.
    """
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    scaffold = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = scaffold
    spec.loader.exec_module(scaffold)
    setattr(module, file.stem, scaffold)


def _channel() -> TextIO:
    """What was stdout, for events alone; file descriptors 1 and 2 lead nowhere from now on."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return channel


def main() -> None:
    """Carry out the task that stands on stdin."""
    task = json.loads(sys.stdin.buffer.read())
    channel = _channel()

    def send(event: dict[str, Any]) -> None:
        channel.write(json.dumps(event) + "\n")
        channel.flush()

    signal.signal(signal.SIGINT, signal.default_int_handler)  # also when the shell that started us ignores it
    sys.dont_write_bytecode = True
    module, printed = NotebookModule(), Printed()
    _execute(module, task, printed, send)
    plugin = PublicTests(module, task, printed, send)
    code = pytest.main([*task["tests"], *_ARGUMENTS, "--rootdir", task["folder"]], plugins=[plugin])
    send({"event": "done", "code": int(code)})
    os._exit(0)  # threads and processes that the student's code left behind are waited for by nobody
