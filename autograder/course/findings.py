"""What is wrong with a course's files: collected, then reported once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, order=True)
class Finding:
    """One defect: a fact, its place, and what to do next."""

    file: str
    line: int | None
    message: str
    next_step: str = ""
    code: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.message}" + (f" {self.next_step}" if self.next_step else "")


@dataclass
class Findings:
    """Collects findings while loaders and checks run; nothing is printed on the way."""

    items: list[Finding] = field(default_factory=list)

    def add(self, file: str | Path, line: int | None, message: str, next_step: str = "", code: str = "") -> None:
        self.items.append(Finding(str(file), line, message, next_step, code))

    def raise_if_any(self) -> None:
        if self.items:
            raise CourseError(self.items)


class CourseError(Exception):
    """A course, assignment or call that cannot be used as it is; carries every finding."""

    def __init__(self, findings: list[Finding] | str) -> None:
        self.findings = [Finding("", None, findings)] if isinstance(findings, str) else list(findings)
        super().__init__("\n".join(str(f).removeprefix(": ") for f in self.findings))
