"""A submission as something that can be asked: its cells in a child, which is replaced when it dies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox.allowance import STARVED
from autograder.sandbox.answer import Answer, ChildError
from autograder.sandbox.backend import Sandbox
from autograder.sandbox.child import Child
from autograder.sandbox.faults import GraderFault, StudentFault
from autograder.sandbox.peak import has_helpers, peak_of, reset_peak
from autograder.sandbox.protocol import Ref
from autograder.sandbox.usage import MOST_DEATHS, Usage

# Line by line: a pattern that may run on to the next line takes quadratic time on sources made for it.
_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_MOST_FAULTS = 2
_NO_ROOM = "can't allocate memory"
_KINDS = frozenset({"generator", "function", "set", "iterator", "list_iterator"})
_ADVICE = {
    Verdict.OUTPUT_LIMIT: "Print less, and nothing inside loops.",
    Verdict.TIMEOUT: "Look for a loop that does not end, or does far too much.",
}


@dataclass(frozen=True)
class Cell:
    """Source of one cell of the graded module. `label` is what students are told: `cell 7`."""

    label: str
    source: str
    question: str | None = None

    @cached_property
    def names(self) -> frozenset[str]:
        """What the cell seems to define at its top level. By pattern: hostile source is never parsed on this side."""
        return frozenset(name for pair in _DEFINITION.findall(self.source) for name in pair if name)


class SubmissionPeer:
    """Answers requests about a submission; raises StudentFault when the submission is what fails.

    A cell that cannot be executed is left out and remembered: asking for what it defines repeats its fault, and
    everything else goes on. A child that dies is replaced at the next request.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        cells: tuple[Cell, ...],
        limits: Limits,
        *,
        scaffold: str = "",
        stretch: float = 1.0,
    ) -> None:
        self._sandbox, self._cells, self._limits = sandbox, cells, limits
        self._scaffold = scaffold
        self._child: Child | None = None
        self._faults_by_ban: dict[frozenset[str], dict[str, StudentFault]] = {}
        self._deaths: dict[str, int] = {}
        self._faults = 0
        self._stretch = stretch
        self._starved: set[str] = set()
        self.usage = Usage()
        self.question = ""
        """The question of the running test: deaths are counted by it."""
        self.forbidden: frozenset[str] = frozenset()
        """Torch functions that the running test's question bans: its child does not have them."""
        self._withheld: frozenset[str] = frozenset()
        self.printed = bytearray()

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────

    def request(self, verb: str, payload: dict[str, Any]) -> Any:
        target: Ref = payload.get("target", Ref(None))
        name = self._spoken(target)
        self._refuse_repeated_deaths()
        child = self._ready()
        seconds = min(self._limits.call_seconds, self._left())
        try:
            answer = self._ask(child, verb, payload, seconds)
        except StudentFault as fault:
            self._deaths[self.question] = self._deaths.get(self.question, 0) + 1
            if fault.starved:
                self._starved.add(self.question)
            raise fault.told(_sentence(name, fault)) from None
        if banned := self._banned(answer):
            raise StudentFault(Verdict.FORBIDDEN, f"{name} {banned}")
        if answer.error is not None:
            raise self._fault(answer.error, name, target)
        return answer.value

    def _ask(self, child: Child, verb: str, payload: dict[str, Any], seconds: float) -> Answer:
        """`child.request`; after the grader failed repeatedly on this submission, its failure at once."""
        if self._faults >= _MOST_FAULTS:
            raise GraderFault(f"the sandbox failed {_MOST_FAULTS} times on this submission; it is not asked again")
        try:
            with self.usage.of_a_request(verb):
                return child.request(verb, payload, seconds, self._stretch)
        except GraderFault:
            self._faults += 1
            raise

    def cpu_seconds(self) -> float:
        """CPU time of the child, from outside."""
        return self._ready().cpu_seconds()

    def hold(self) -> None:
        """Let the child keep the memory that it takes, so that what is timed does not depend on who gives it back."""
        self.request("hold", {})

    def rest(self) -> int:
        """Let the child give free memory back, and its peak begin anew; bytes that it holds, from outside."""
        self.request("trim", {})
        return reset_peak(self._ready().host_pid)

    def peak(self) -> int:
        """Bytes that the child held at most since `rest`, from outside."""
        return peak_of(self._ready().host_pid)

    def has_helpers(self) -> bool:
        """Whether the child, or one it was started beside, has started processes, from outside."""
        child = self._ready()
        return has_helpers(child.host_pid) or child.zygote.strays() > 0

    def start_test(self, question: str, forbidden: frozenset[str]) -> None:
        """A new test begins: nothing of the last one is kept."""
        self.question, self.forbidden = question, forbidden
        if self._withheld != forbidden:
            self.close()  # what was withheld cannot be given back
        if self._child is not None and not self._child.dead:
            try:
                self._child.request("forget", {}, self._limits.call_seconds)
            except (StudentFault, GraderFault):
                self.close()  # the next request starts a fresh child

    def close(self) -> None:
        """End the child; the next request starts a fresh one."""
        if self._child is not None:
            self._child.close()
            self.usage.cpu += self._child.cpu_so_far()
            self.printed += self._child.output.kept
            self._child = None

    @property
    def left_out(self) -> bool:
        """Whether a cell could not be executed."""
        return any(self._faults_by_ban.values())

    def _left(self) -> float:
        total = self._limits.total_seconds
        left = total - self.usage.total
        if left <= 0:
            message = f"Not run: your code used up its {total:g} s in earlier tests. Make it faster."
            cpu = self.usage.cpu + (self._child.cpu_so_far() if self._child is not None else 0.0)
            detail = f"it had {cpu:.2f} s of CPU time in them"
            raise StudentFault(Verdict.TIMEOUT, message, detail, starved=cpu < STARVED * total)
        return left

    def _refuse_repeated_deaths(self) -> None:
        if self._deaths.get(self.question, 0) >= MOST_DEATHS:
            raise StudentFault(
                Verdict.SKIPPED,
                f"Not run: your code for `{self.question}` was stopped {MOST_DEATHS} times in earlier tests. "
                "Correct what is said there first.",
                starved=self.question in self._starved,
            )

    # ── the child and its cells ──────────────────────────────────────────────────────────────────────────────────

    def _ready(self) -> Child:
        if self._child is None or self._child.dead:
            self._start()
        assert self._child is not None
        return self._child

    def _start(self) -> None:
        """Fork a child and load every cell into it; one that kills it is left out, and loading begins again."""
        while True:
            self.close()
            if self._faults >= _MOST_FAULTS:
                raise GraderFault(
                    f"the sandbox failed {_MOST_FAULTS} times on this submission; it is not started again"
                )
            self._child = self._sandbox.fork()
            self._child.type_names = _KINDS.union(*(cell.names for cell in self._cells))
            self._load_scaffold(self._child)
            self._withhold(self._child)
            if all(self._load(self._child, cell) for cell in self._cells if cell.label not in self._cell_faults):
                return

    def _load_scaffold(self, child: Child) -> None:
        """The scaffold is staff's: when it fails the grader does."""
        if self._scaffold:
            self._prepare(child, "the scaffold", "scaffold", {"source": _bytes(self._scaffold)})

    def _withhold(self, child: Child) -> None:
        """Before anything of the submission runs: a copy of what it may not call could be kept otherwise."""
        self._withheld = self.forbidden
        if self.forbidden:
            names = sorted(self.forbidden)
            self._prepare(child, f"withholding {', '.join(names)}", "withhold", {"names": names})

    def _prepare(self, child: Child, what: str, verb: str, payload: dict[str, Any]) -> None:
        """A request about staff's own doing, before anything of the submission is there."""
        try:
            answer = child.request(verb, payload, self._limits.import_seconds)
        except StudentFault as fault:
            raise GraderFault(f"{what} {fault.message}") from fault
        if answer.error is not None:
            place = "" if answer.error.line is None else f" in line {answer.error.line}"
            raise GraderFault(f"{what} raises {answer.error.text}{place}")

    def _banned(self, answer: Answer) -> str:
        """What a student is told when a banned function was called."""
        hits = self.forbidden.intersection(answer.banned)
        return f"calls torch's own `{min(hits)}`, which this question asks you to write yourself." if hits else ""

    @property
    def _cell_faults(self) -> dict[str, StudentFault]:
        return self._faults_by_ban.setdefault(self._withheld, {})

    def _load(self, child: Child, cell: Cell) -> bool:
        """False when the child died of it."""
        payload = {"label": cell.label, "source": _bytes(cell.source)}
        seconds = min(self._limits.import_seconds, self._left())
        try:
            answer = self._ask(child, "load", payload, seconds)
        except StudentFault as fault:
            message = _sentence(_capital(cell.label), fault, " while it was executed")
            self._cell_faults[cell.label] = fault.told(message)
            return False
        if banned := self._banned(answer):
            message = f"{_capital(cell.label)}, while it was executed, {banned}"
            self._cell_faults[cell.label] = StudentFault(Verdict.FORBIDDEN, message)
        elif answer.error is not None:
            self._cell_faults[cell.label] = self._load_fault(cell, answer.error)
        return True

    def _load_fault(self, cell: Cell, error: ChildError) -> StudentFault:
        place = f"{_capital(cell.label)}{self._line(cell.label, error)}"
        if error.type in ("SyntaxError", "IndentationError", "TabError") and error.label == cell.label:
            return StudentFault(Verdict.FAIL, f"{place}: this is not valid Python ({error.type}).", error.text)
        verdict, what = self._verdict(error)
        return StudentFault(verdict, f"{place}: executing it {what}.", error.text)

    # ── errors in words ──────────────────────────────────────────────────────────────────────────────────────────

    def _fault(self, error: ChildError, name: str, target: Ref) -> StudentFault:
        if error.missing is not None:
            return self._missing(error.missing, target, name)
        if error.type == "NameError":
            broken = self._broken_cell_defining(error.text)
            if broken is not None:
                return broken
        verdict, what = self._verdict(error)
        if verdict is Verdict.NOT_ATTEMPTED:
            return StudentFault(verdict, f"{name} {what}.", error.text)
        if error.type == "TypeError" and error.label is None:  # no line of the submission was reached
            message = f"{name} cannot be called as the assignment says. Compare its parameters with the notebook you were given."
            return StudentFault(verdict, message, error.text)
        line = self._line(error.label, error)
        place = f" ({error.label}{line})" if line else ""
        return StudentFault(verdict, f"{name} {what}{place}.", error.text)

    def _line(self, label: str | None, error: ChildError) -> str:
        """`, line 3`, when there is such a line in the piece of source called `label`; anything else is made up."""
        known = error.label == label and self._source_line(label, error.line) is not None
        return f", line {error.line}" if known else ""

    def _source_line(self, label: str | None, number: int | None) -> str | None:
        sources = {cell.label: cell.source for cell in self._cells} | {"scaffold": self._scaffold}
        if label not in sources or number is None:
            return None
        lines = sources[label].split("\n")
        return lines[number - 1] if 1 <= number <= len(lines) else None

    def _missing(self, name: str, target: Ref, spoken: str) -> StudentFault:
        for cell in self._cells:
            if cell.label in self._cell_faults and (name in cell.names or cell.question == self.question):
                return self._cell_faults[cell.label]
        if target.handle is None and target.path.split(".")[0] == name:
            message = f"There is no `{name}` in the submission. Define it under exactly this name."
            return StudentFault(Verdict.NOT_ATTEMPTED, message)
        return StudentFault(Verdict.FAIL, f"{spoken} does not exist. Define it under exactly this name.")

    def _broken_cell_defining(self, text: str) -> StudentFault | None:
        """The fault of the cell whose definition the code now misses."""
        found = re.search(r"name '(\w+)' is not defined", text)
        for cell in self._cells:
            if found and cell.label in self._cell_faults and found.group(1) in cell.names:
                return self._cell_faults[cell.label]
        return None

    def _verdict(self, error: ChildError) -> tuple[Verdict, str]:
        kind = error.type
        if kind == "NotImplementedError":
            return Verdict.NOT_ATTEMPTED, "is not implemented yet"
        if kind == "MemoryError" or (kind == "RuntimeError" and _NO_ROOM in error.text):
            return Verdict.MEMORY, f"asks for more memory than the {self._limits.memory_mb} MB it may have"
        if kind in ("SystemExit", "KeyboardInterrupt", "GeneratorExit"):
            return Verdict.CRASH, f"raises {kind}, which ends a program"
        if kind == "Exception":
            return Verdict.FAIL, "raises an exception"
        article = "an" if kind[0] in "AEIOU" and not kind.startswith(("Uni", "User")) else "a"
        return Verdict.FAIL, f"raises {article} {kind}{self._said_of(error)}"

    def _said_of(self, error: ChildError) -> str:
        """The name that is missing, when it stands word for word in the line that is told; nothing else of an error's text."""
        pattern = {"NameError": r"name '(\w+)' is not defined", "ModuleNotFoundError": r"No module named '([\w.]+)'"}
        found = re.search(pattern[error.type], error.text) if error.type in pattern else None
        if found is None or len(found.group(1)) > 60:
            return ""
        word, line = found.group(1), self._source_line(error.label, error.line)
        if line is None or not re.search(rf"\b{re.escape(word)}\b", line):
            return ""
        return f": `{word}` is not defined" if error.type == "NameError" else f": there is no `{word}` here"

    def _spoken(self, ref: Ref) -> str:
        """A target as students know it: `lstm_cell`, `LSTM.forward`."""
        parts = ".".join(part for part in (ref.type, ref.path) if part)
        return f"`{parts}`" if parts else "The submission"


def _bytes(text: str) -> np.ndarray[Any, Any]:
    """Source crosses in the body of a frame: heads are small."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _sentence(subject: str, fault: StudentFault, when: str = "") -> str:
    """What stopped the child, as sentences about `subject`, with the next step where there is one."""
    advice = _ADVICE.get(fault.verdict, "")
    return f"{subject} {fault.message}{when}.{' ' if advice else ''}{advice}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
