"""Run the public tests on a notebook, in processes that can be ended and replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.course.findings import CourseError
from autograder.student.answers import Answers
from autograder.student.folder import Question, StudentFolder
from autograder.student.outcome import Check, Fault, Place
from autograder.student.process import Died, Silent, Worker

START_SECONDS = 180.0
"""How long a process may take to import torch: on a laptop after a reboot, minutes."""
_GRACE_SECONDS = 5.0

Progress = Callable[[int, int], None]
"""Called several times a second with (checks done, checks in all); the latter is 0 before they are known."""


@dataclass
class CheckRun:
    """The checks of one notebook as they come in, over as many processes as it takes."""

    folder: StudentFolder
    answers: Answers
    questions: tuple[Question, ...]
    timeout: float
    progress: Progress = lambda done, total: None
    checks: dict[str, Check] = field(default_factory=dict)
    _collected: dict[str, dict[str, str]] = field(default_factory=dict)
    _deadly: dict[int, Fault] = field(default_factory=dict)

    def run(self) -> list[Check]:
        """All checks, in the order of the questions. Raises CourseError when a test file cannot be read."""
        if self._tests():
            while not self._one_process():
                pass
        order = [question.id for question in self.questions]
        return sorted(self.checks.values(), key=lambda check: order.index(check.question))

    def _tests(self) -> list[str]:
        files = [self.folder.tests_of(question) for question in self.questions]
        return [str(file) for file in files if file.is_file()]

    def _one_process(self) -> bool:
        """True when there is nothing left to run. A process that dies or hangs is charged to what it was doing."""
        doing: dict[str, Any] = {"event": "start"}
        with Worker(self.folder.path, self._task()) as worker:
            try:
                while doing["event"] != "done":
                    doing = worker.next_event(self._patience(doing), self._tick)
                    self._note(doing)
            except Silent:
                self._charge(doing, Fault("timed out", f"Did not end within {self.timeout:g} s."), "it hangs")
                return False
            except Died as death:
                self._charge(doing, Fault("failed", f"Ends the whole process ({death.how})."), death.said or death.how)
                return False
        return True

    def _task(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder.path),
            "scaffold": self.folder.scaffold,
            "cells": [asdict(cell) for cell in self.answers.cells],
            "tests": self._tests(),
            "timeout": self.timeout,
            "done": list(self.checks),
            "deadly": {str(number): fault.as_json() for number, fault in self._deadly.items()},
        }

    def _patience(self, doing: dict[str, Any]) -> float:
        """Seconds until the next event must be here. The worker itself ends what takes too long, if it still can."""
        return self.timeout + _GRACE_SECONDS if doing["event"] in ("cell", "check") else START_SECONDS

    def _tick(self) -> None:
        self.progress(len(self.checks), len(self._collected))

    def _note(self, event: dict[str, Any]) -> None:
        if event["event"] == "unreadable":
            fact = f"{event['file']} cannot be read: {event['why'].removeprefix('E').strip()}."
            raise CourseError(f"{fact} Copy it from the folder you were given.")
        if event["event"] == "collected":
            self._collected = {test["id"]: test for test in event["tests"]}
        if event["event"] == "result":
            fault = Fault.from_json(event["fault"]) if event["fault"] else None
            self._keep(event["id"], fault, event["printed"])

    def _keep(self, test: str, fault: Fault | None, printed: str = "") -> None:
        known = self._collected[test]
        self.checks[test] = Check(test, known["question"], known["title"], fault, printed)

    def _charge(self, doing: dict[str, Any], fault: Fault, why: str) -> None:
        if doing["event"] == "cell":
            number = doing["number"]
            self._deadly[number] = Fault(fault.ending, fault.message, Place(number, 1))
        elif doing["event"] == "check":
            self._keep(doing["id"], fault)
        else:
            raise RuntimeError(f"the process for your code could not do its work: {why}")
