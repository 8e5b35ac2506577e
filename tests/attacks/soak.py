"""Many submissions in a row, a third of them hostile, on one bench: what they leave, and whether the grader grows.

python -m tests.attacks.soak BACKEND [COUNT]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.attacks import course as courses
from tests.attacks.attack import Attack, corpus
from tests.attacks.ground import Ground
from tests.attacks.left import left_since, look, marked_files, marked_processes

QUICK = frozenset(
    {
        "always_equal", "answer_changes_later", "class_that_lies", "connection_broken", "daemon_that_stays",
        "descriptor_bomb", "descriptors_sent", "disk_bomb", "exit_at_load", "exit_in_a_call", "fork_bomb",
        "frame_forged", "frame_stale", "heavy_answers", "inherited_descriptors", "kernel_calls", "kill_everybody",
        "left_for_the_next", "memory_in_the_kernel", "output_bomb", "pickled_weights", "read_by_path", "segfault",
        "stops_its_executioner", "tensor_subclass", "thread_bomb", "traps_in_scratch", "unix_sockets",
    }
)  # fmt: skip
"""Attacks that do not wait for a limit of time: a soak is about what stays, and there are hundreds."""


@dataclass
class Soaked:
    """Figures of one soak; sizes are in KiB."""

    backend: str
    submissions: int = 0
    hostile: int = 0
    seconds: float = 0.0
    rss_before: int = 0
    rss_middle: int = 0
    rss_after: int = 0
    files_before: int = 0
    files_after: int = 0
    """Open file descriptors of the grader."""
    left: list[str] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    """Results that are not what they should be."""


def soak(ground: Ground, count: int) -> Soaked:
    """Grade `count` submissions, every third of them an attack, and tell what is left of them."""
    attacks = [a for a in corpus() if a.name in QUICK and not (ground.name == "process" and a.process != "held")]
    soaked = Soaked(ground.name, submissions=count)
    warm(ground)
    before = look(ground.tmp)
    soaked.rss_before, soaked.files_before = _resident(), _open_files()
    started = time.monotonic()
    for number in range(count):
        if number % 3 == 2:
            attack = attacks[number // 3 % len(attacks)]
            soaked.hostile += 1
            soaked.wrong.update(_graded(ground, attack))
        elif (result := ground.correct()).score != courses.FULL:
            soaked.wrong[f"a correct one: {result.status} {result.score} {result.environment.detail[:200]}"] += 1
        if number == count // 2:
            soaked.rss_middle = _resident()
    soaked.seconds = round(time.monotonic() - started, 1)
    soaked.rss_after, soaked.files_after = _resident(), _open_files()
    soaked.left = left_since(before, ground.mark) + ground.course.changed()
    return soaked


def warm(ground: Ground) -> None:
    """What the first gradings import and cache is no growth."""
    for _ in range(6):
        ground.correct()


def _graded(ground: Ground, attack: Attack) -> list[str]:
    with ground.folder() as folder:
        result = ground.bench.grade(attack.hand_in(folder, ground.places()))
    verdicts = {criterion.verdict.value for criterion in result.criteria}
    if result.score != attack.score or result.status != attack.status or "GRADER_ERROR" in verdicts:
        return [f"{attack.name}: {result.status} {result.score} {sorted(verdicts)}"]
    return []


def _resident() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def main(backend: str, count: int) -> int:
    with tempfile.TemporaryDirectory(prefix="ground-") as folder:
        with Ground(Path(folder), backend) as ground:
            soaked = soak(ground, count)
        after = [f"after the end: process {pid} {name}" for pid, name in marked_processes(ground.mark)]
        after += [f"after the end: {path}" for path in marked_files(ground.mark, (Path("/tmp"), Path("/dev/shm")))]
        soaked.left += after
    for name, value in asdict(soaked).items():
        print(f"{name:14} {value}")
    return len(soaked.left) + len(soaked.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 500) > 0)
