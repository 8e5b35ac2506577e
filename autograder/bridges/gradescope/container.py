"""How much memory the container has and uses, read from inside it: cgroup v2 or v1."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

OWN_MB = 350
"""What the grader, the process that starts children, and Python's own tables take of it. Measured, with the answer key
of `lstm`: see docs/gradescope.md."""
LEAST_MB = 128
"""For student code: less is of no use."""
DEFAULT_MB = 768
DEFAULT_CPUS = 0.5
_ROOT = Path("/sys/fs/cgroup")
_NO_LIMIT = 2**50


@dataclass(frozen=True)
class Memory:
    """Of this container, in MB; None where it cannot be told."""

    limit_mb: int | None
    used_mb: int | None
    """Without what the kernel can drop at will: files that were read."""


def memory(root: Path = _ROOT) -> Memory:
    """Limit and use at this moment."""
    return Memory(_limit(root), _used(root))


def _limit(root: Path) -> int | None:
    for file in (root / "memory.max", root / "memory" / "memory.limit_in_bytes"):
        try:
            value = int(file.read_text())
        except (OSError, ValueError):  # absent, or "max"
            continue
        if value < _NO_LIMIT:
            return value >> 20
    return None


def _used(root: Path) -> int | None:
    for file, wanted in ((root / "memory.stat", ("anon", "shmem")), (root / "memory/memory.stat", ("rss", "shmem"))):
        try:
            pairs = [line.split() for line in file.read_text().splitlines()]
            return sum(int(value) for name, value in pairs if name in wanted) >> 20
        except (OSError, ValueError):
            continue
    return None


def for_students(promised_mb: int, limit_mb: int | None) -> int:
    """How much of the `promised_mb` student code can have in a container of `limit_mb`; negative when nothing is left."""
    return promised_mb if limit_mb is None else min(promised_mb, limit_mb - OWN_MB)


@dataclass(frozen=True)
class Need:
    """What an assignment needs of a container, beside what it has."""

    promised_mb: int
    """What the assignment allows student code."""
    container_mb: int

    @property
    def full_mb(self) -> int:
        """With so much, student code can have all that the assignment allows."""
        return OWN_MB + self.promised_mb

    @property
    def granted_mb(self) -> int:
        return for_students(self.promised_mb, self.container_mb)

    @property
    def enough(self) -> bool:
        return self.granted_mb >= LEAST_MB

    def told(self) -> str:
        """For the instructor, in sentences."""
        own = f"grading takes about {OWN_MB} MB by itself"
        if not self.enough:
            return (
                f"Memory: {self.container_mb} MB are too little: {own}. It needs about {OWN_MB + LEAST_MB} MB at least, "
                f"and {self.full_mb} MB for all that limits.memory_mb allows."
            )
        if self.granted_mb >= self.promised_mb:
            return f"Memory: {self.container_mb} MB are enough: {own}, student code at most {self.promised_mb} MB."
        return (
            f"Memory: {self.container_mb} MB are enough: {own}, and {self.granted_mb} MB are left for student code. "
            f"limits.memory_mb allows {self.promised_mb}: a submission that needs more than {self.granted_mb} loses "
            f"nothing by it and is left to a TA; {self.full_mb} MB would have room for all of it."
        )

    def as_json(self) -> dict[str, int | bool]:
        return {
            "grader_mb": OWN_MB,
            "container_mb": self.container_mb,
            "granted_mb": self.granted_mb,
            "allowed_mb": self.promised_mb,
            "full_mb": self.full_mb,
            "enough": self.enough,
        }


def memory_needed(promised_mb: int, container_mb: int) -> Need:
    """Whether a container of `container_mb` is enough for an assignment that allows student code `promised_mb`."""
    return Need(promised_mb, container_mb)
