"""Frozen models of an assignment and its rubric, exactly as their YAML files spell them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]


class Frozen(BaseModel):
    """A value that is read from disk and never changed; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(Frozen):
    """The smallest separately answered piece of an assignment."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    targets: tuple[str, ...] = ()
    """Top-level symbols the student defines; empty for a written question."""
    banned: tuple[str, ...] = ()
    """Torch functions a test of this question must not see called, by their last name: `lstm`, `conv2d`."""


class Limits(Frozen):
    """What a submission may use. Seconds of wall clock unless it says CPU."""

    import_seconds: float = Field(default=20.0, gt=0)
    call_seconds: float = Field(default=10.0, gt=0)
    total_seconds: float = Field(default=180.0, gt=0)
    cpu_seconds: int = Field(default=180, gt=0)
    memory_mb: int = Field(default=2048, gt=0)
    output_mb: int = Field(default=16, gt=0)
    file_mb: int = Field(default=64, gt=0)
    processes: int = Field(default=64, gt=0)
    """Processes and threads."""


class Artifact(Frozen):
    """A file of trained weights handed in beside the notebook."""

    name: str = Field(pattern=r"^[\w.-]+\.safetensors$")
    question: str
    max_mb: int = Field(default=64, gt=0)


class Assignment(Frozen):
    """`assignments/<slug>/assignment.yaml`."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    module: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Import name of the reference module that the solution cells become."""
    questions: tuple[Question, ...] = Field(min_length=1)
    limits: Limits = Limits()
    arrays: Literal["torch", "numpy"] = "torch"
    """What a tensor of a test arrives as on the other side, and an array of numbers is there."""
    scaffold: str | None = None
    """Given Python code that exists on both sides of the sandbox; shipped to students."""
    data: tuple[str, ...] = ()
    """Files shipped to students, relative to the assignment's folder."""
    artifacts: tuple[Artifact, ...] = ()
    gpu: bool = False
    """Student code needs a GPU: it is graded where there is one, or not at all."""
    requirements: tuple[str, ...] = ()
    """Lines of the student's requirements.txt, besides the kit itself."""

    def question(self, question_id: str) -> Question | None:
        return next((q for q in self.questions if q.id == question_id), None)


class Level(Frozen):
    """One step of a criterion that a TA marks."""

    points: float = Field(ge=0, allow_inf_nan=False)
    text: str


class Criterion(Frozen):
    """One markable claim, decided by hidden tests or by a TA."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
    question: str
    title: str
    points: float = Field(gt=0, allow_inf_nan=False)
    kind: Literal["tests", "ta"] = "tests"
    pays: Literal["all", "fraction"] = "all"
    """`all`: every test must pass. `fraction`: the mean credit of its tests."""
    visibility: Visibility = "after_published"
    feedback: str = ""
    """Shown when the criterion is not met and no mistake explains why."""
    levels: tuple[Level, ...] = ()
    leaderboard: str = ""
    """Its name on Gradescope's leaderboard, where every student sees the share of points that the others earned."""


class Rubric(Frozen):
    """`rubrics/<slug>.yaml`: the only place where points stand."""

    assignment: str
    points: float = Field(gt=0, allow_inf_nan=False)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    def criterion(self, criterion_id: str) -> Criterion | None:
        return next((c for c in self.criteria if c.id == criterion_id), None)


SOURCES = ("source.ipynb", "source.py", "source.md")
"""What the source may be called: a notebook, or one that jupytext keeps as text."""


class Paths(Frozen):
    """Where the parts of one assignment stand in a course."""

    course: Path
    slug: str

    @property
    def assignment(self) -> Path:
        return self.course / "assignments" / self.slug

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files that the source stands in: one, when all is well."""
        return tuple(path for name in SOURCES if (path := self.assignment / name).is_file())

    @property
    def source(self) -> Path:
        """The source notebook, or what jupytext makes of it."""
        return next(iter(self.sources), self.assignment / SOURCES[0])

    @property
    def source_file(self) -> str:
        """The same as findings name it."""
        return f"assignments/{self.slug}/{self.source.name}"

    @property
    def hidden_tests(self) -> Path:
        return self.assignment / "tests" / "hidden"

    @property
    def public_tests(self) -> Path:
        return self.assignment / "tests" / "public"

    @property
    def known(self) -> Path:
        return self.assignment / "submissions"

    @property
    def artifacts(self) -> Path:
        """The answer key's trained weights."""
        return self.assignment / "artifacts"

    @property
    def rubric(self) -> Path:
        return self.course / "rubrics" / f"{self.slug}.yaml"

    @property
    def solution(self) -> Path:
        return self.course / "solutions" / self.slug

    @property
    def student(self) -> Path:
        return self.course / "student_template" / self.slug


class LoadedAssignment(Frozen):
    """An assignment, its rubric and its place."""

    paths: Paths
    assignment: Assignment
    rubric: Rubric

    @property
    def slug(self) -> str:
        return self.assignment.slug
