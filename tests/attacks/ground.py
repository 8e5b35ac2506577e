"""The ground on which attacks are run: one bench, what it hears, and what is looked at after each attack."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import autograder
from autograder.grading.bench import Bench
from autograder.grading.result import Result
from autograder.grading.store import write_atomically, write_result
from autograder.report.feedback import feedback_html
from autograder.report.gradescope import gradescope_results
from autograder.sandbox.backend import Backend, open_backend
from autograder.sandbox.faults import GraderFault
from tests.attacks import course as courses
from tests.attacks.attack import Attack, Places
from tests.attacks.left import clear, left_since, look, remove
from tests.attacks.wire import Wire

_SANE_SECONDS = 30.0
"""A correct submission takes half a second; a machine under load many times that."""
_ALWAYS = frozenset({"NOT_ATTEMPTED", "SKIPPED"})
"""Verdicts of what a file of the corpus leaves out, and of what comes after two deaths."""


@dataclass
class Outcome:
    """What an attack came to on one backend."""

    attack: str
    backend: str
    score: float = 0.0
    status: str = ""
    verdicts: tuple[str, ...] = ()
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)
    """What the attack achieved, or cost others; empty when the boundary held."""


class Service:
    """What a grader's machine may have listening: TCP, and Unix sockets by path and by abstract name."""

    def __init__(self, answer: str, path: Path, mark: str) -> None:
        self.calls: list[str] = []
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = tcp.getsockname()[1]
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", self.port))
        listening = [("TCP", tcp)]
        for name, address in (("a Unix socket", str(path)), ("an abstract socket", f"\0{mark}-service")):
            unix = socket.socket(socket.AF_UNIX)
            unix.bind(address)
            unix.listen()
            listening.append((name, unix))
        path.chmod(0o777)
        for name, server in listening:
            threading.Thread(target=self._serve, args=(name, server, answer.encode()), daemon=True).start()
        threading.Thread(target=self._hear, args=(datagrams,), daemon=True).start()

    def _serve(self, name: str, server: socket.socket, answer: bytes) -> None:
        while True:
            client, _ = server.accept()
            self.calls.append(name)
            with contextlib.suppress(OSError), client:
                client.sendall(answer)

    def _hear(self, datagrams: socket.socket) -> None:
        while datagrams.recv(4096):
            self.calls.append("UDP")


class Ground:
    """Runs attacks on one backend, one after the other, on one bench. A context manager."""

    def __init__(self, base: Path, name: str) -> None:
        self.name = name
        self.course = courses.made(base)
        self.tmp = base / "tmp"
        self.mark = f"mk{secrets.token_hex(4)}"
        self.service = Service(self.course.secrets.service, base / "service.sock", self.mark)
        self._memory = bytearray(self.course.secrets.memory.encode())  # only ever here
        self._undo: list[tuple[str, str | None]] = []
        self._inbox = base / "in"
        self._runs = 0

    def __enter__(self) -> Ground:
        self._set("TMPDIR", str(self.tmp))
        self._set("GRADER_TOKEN", self.course.secrets.environment)
        tempfile.tempdir = None
        private = (self.course.root, self.course.results)
        self.bench = Bench(self.course.loaded, _opened(self.name, private), seed=7)
        correct = self.correct()
        if correct.score != courses.FULL:
            raise GraderFault(
                f"a correct submission gets {correct.score} of {courses.FULL} before any attack: {correct}"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bench.__exit__(kind, error, trace)
        for name, value in reversed(self._undo):
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        tempfile.tempdir = None

    def _set(self, name: str, value: str) -> None:
        self._undo.append((name, os.environ.get(name)))
        os.environ[name] = value

    def places(self) -> Places:
        loaded = self.bench.loaded.paths
        return Places(
            course=self.course.root,
            hidden=loaded.hidden_tests,
            results=self.course.results,
            kit=Path(autograder.__file__).resolve().parents[1],
            tmp=self.tmp,
            grader=os.getpid(),
            port=self.service.port,
            mark=self.mark,
        )

    # ── one attack ───────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, attack: Attack) -> Outcome:
        """Grade `attack`, then a correct submission, and look at everything that may not have changed."""
        outcome = Outcome(attack.name, self.name)
        with self.folder() as folder:
            path = attack.hand_in(folder, self.places())
            before = look(self.tmp)
            self.service.calls.clear()
            started = time.monotonic()
            with Wire(self.course.secrets) as wire:
                result = self.bench.grade(path)
            outcome.seconds = round(time.monotonic() - started, 2)
            outcome.score, outcome.status = result.score, result.status
            outcome.verdicts = tuple(c.verdict.value for c in result.criteria if c.kind == "tests")
            outcome.findings += (
                self._judged(attack, result) + wire.findings() + self._told(attack, result, folder / "out")
            )
            outcome.findings += [f"reached {name}" for name in self.service.calls]
            outcome.findings += self._after(before)
        return outcome

    def _after(self, before: object) -> list[str]:
        kit = self.places().kit / "autograder"
        shared = (kit, kit.parent, Path(os.__file__).parent, Path.home())
        assert isinstance(before, type(look(self.tmp)))
        found = [f"left behind: {what}" for what in left_since(before, self.mark, shared)]
        clear(before, self.mark, shared)
        found += [f"changed {name}" for name in self.course.changed()]
        self.course.restore()
        correct = self.correct()
        if (correct.status, correct.score) != ("graded", courses.FULL):
            found.append(f"a correct submission gets {correct.score} after it ({correct.status})")
        if correct.environment.seconds > _SANE_SECONDS:
            found.append(f"a correct submission takes {correct.environment.seconds} s after it")
        return found

    def _judged(self, attack: Attack, result: Result) -> list[str]:
        found = []
        if result.status != attack.status:
            found.append(f"the status is {result.status} ({result.message}, {result.environment.detail})")
        if result.score > attack.score:
            found.append(f"it gains {result.score - attack.score} points")
        if result.score < attack.score:
            found.append(f"it loses {attack.score - result.score} points of its honest part")
        lost = {c.verdict.value for c in result.criteria if c.kind == "tests" and c.score < c.points}
        if attack.verdicts and not lost - _ALWAYS <= attack.verdicts:
            found.append(f"the verdicts are {', '.join(sorted(lost))}, not {', '.join(sorted(attack.verdicts))}")
        if "GRADER_ERROR" in lost and "GRADER_ERROR" not in attack.verdicts:
            details = [t.detail[-300:] for c in result.criteria for t in c.tests if t.verdict.value == "GRADER_ERROR"]
            found.append(f"the grader takes the blame ({details[0] if details else ''})")
        return found

    def _told(self, attack: Attack, result: Result, out: Path) -> list[str]:
        """What stands in the three files that are written of a result."""
        write_result(out, result)
        write_atomically(out / "feedback.html", feedback_html(result))
        write_atomically(out / "gradescope.json", json.dumps(gradescope_results(result)))
        found = []
        for file in sorted(out.iterdir()):
            data = file.read_bytes()
            found += [f"{file.name} holds the secret of the {kind}" for kind in self.course.secrets.found_in(data)]
            if file.name != "result.json" and attack.untold.encode() in data:
                found.append(f"{file.name} tells what the submission made up from a hidden input")
        return found

    def correct(self) -> Result:
        """The result of a correct submission."""
        with self.folder() as folder:
            return self.bench.grade(courses.hand_in_correct(folder / "correct"))

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder to hand in from."""
        self._runs += 1
        folder = self._inbox / str(self._runs)
        folder.mkdir()
        try:
            yield folder
        finally:
            remove(folder)


def _opened(name: str, private: tuple[Path, ...]) -> Backend:
    return open_backend(name, trusted=True, private=private)
