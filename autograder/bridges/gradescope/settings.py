"""`gradus.json` in the zip: what to grade and how, and the stamp of what the zip was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from autograder.course.models import Frozen

FILE = "gradus.json"
PLATFORM_MINUTES = 10
"""Gradescope's own default; a course may raise it to MOST_MINUTES in the assignment's settings."""
MOST_MINUTES = 40
_RESERVE_SECONDS = 60.0
"""Kept free of the platform's limit: its container starts before we do, and the last results.json must be written."""


class Settings(Frozen):
    """How the zip grades. Read by `run` and `work` on the platform."""

    slug: str
    title: str
    points: float
    """What the results' max_scores add up to: the assignment's, or those of its tests alone."""
    include_ta: bool = True
    platform_minutes: int = Field(default=PLATFORM_MINUTES, ge=2, le=MOST_MINUTES)
    seed: int | None = None
    """None: drawn anew for every submission."""
    leaderboard: dict[str, str] = Field(default_factory=dict)
    """Criterion → its name on the leaderboard."""
    sandbox: Literal["uid", "process"] = "uid"
    """The backend. In the platform's container we are root and may make no namespaces: `uid`. `process` locks nothing
    in, and is for our own tests."""
    kit: str
    assignment_sha256: str
    """Of the assignment that the zip was made from, all its files: what `gradus grade` says too."""

    @property
    def total_seconds(self) -> float:
        """How long grading may take, from the start of run_autograder."""
        return self.platform_minutes * 60 - _RESERVE_SECONDS

    @property
    def stamp(self) -> str:
        """For staff, in a line."""
        return f"gradus {self.kit}, assignment {self.slug} {self.assignment_sha256[:12]}"


def read_settings(source: Path) -> Settings:
    """The settings of the zip that was unpacked in `source`."""
    return Settings.model_validate_json((source / FILE).read_text(encoding="utf-8"))
