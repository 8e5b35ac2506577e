"""The rubrics that are in force: read from the course, and again when a file has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.findings import CourseError
from autograder.course.loading import list_assignments, load_assignment
from autograder.course.models import LoadedAssignment, Paths
from autograder.course.rubric_edit import fingerprint, read_rubric_text


@dataclass(frozen=True)
class InForce:
    """An assignment with its rubric as it stands on disk."""

    loaded: LoadedAssignment
    rubric_sha256: str


@dataclass
class Rubrics:
    """Assignments of a course. `keep(slug, yaml)` remembers the text of a rubric that people mark by."""

    course: Path
    keep: Callable[[str, str], object]
    _known: dict[str, tuple[object, InForce]] = field(default_factory=dict)

    def of(self, slug: str) -> InForce | None:
        """The assignment; None when there is no such. While a file is being edited and wrong, what stood before counts."""
        if slug not in self._known and slug not in list_assignments(self.course):
            return None
        state = self._state(slug)
        known = self._known.get(slug)
        if known is not None and known[0] == state:
            return known[1]
        try:
            fresh = self._read(slug)
        except (CourseError, OSError):
            if known is None:
                raise
            return known[1]
        self._known[slug] = (state, fresh)
        return fresh

    def _read(self, slug: str) -> InForce:
        text = read_rubric_text(Paths(course=self.course, slug=slug))
        loaded = load_assignment(self.course, slug, rubric_text=text)
        self.keep(slug, text)
        return InForce(loaded, fingerprint(text))

    def _state(self, slug: str) -> object:
        files = (self.course / "rubrics" / f"{slug}.yaml", self.course / "assignments" / slug / "assignment.yaml")
        try:
            return tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in files)
        except OSError:
            return None
