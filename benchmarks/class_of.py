"""A class of lstm: throughput with one worker and with two, and the coordinator's memory; on demand beside other graders.

    python benchmarks/class_of.py [NUMBER] [ROUNDS] [OTHERS]

Every round grades the same NUMBER submissions into a fresh gradebook twice, with one worker and with two, as whole processes one
after the other; what counts are the ratios within a round. With OTHERS above 0 that many right answers are graded by one
`nbgrader autograde`, and by `otter run` one after the other (benchmarks/other_graders.py). Run it on an idle machine.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import other_graders
from synthetic_class import COURSE, SLUG, make_class

_GLANCE_SECONDS = 0.5


@dataclass(frozen=True)
class Graded:
    """One call of `gradus grade --class`."""

    seconds: float
    number: int
    memory_mb: list[float]
    """Resident memory of the coordinator alone, every half second."""

    @property
    def a_minute(self) -> float:
        return 60 * self.number / self.seconds


def grade(folder: Path, place: Path, jobs: int, number: int) -> Graded:
    """Grade the class into a new gradebook at `place`."""
    command = [
        sys.executable, "-m", "autograder", "--course", str(COURSE), "grade", SLUG, "--class", str(folder),
        "--gradebook", str(place), "--add-unknown", "--jobs", str(jobs), "--seed", "7", "--i-trust-this-code",
    ]  # fmt: skip
    memory: list[float] = []
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, stdout=said, stderr=said)
        while running.poll() is None:
            memory.append(resident_mb(running.pid))
            time.sleep(_GLANCE_SECONDS)
        seconds = time.perf_counter() - start
        said.seek(0)
        text = said.read().decode()
    if running.returncode or f"Graded: {number}," not in text:
        sys.exit(f"{' '.join(command)} ended with {running.returncode}:\n{text}")
    return Graded(seconds, number, memory[:-1])


def resident_mb(pid: int) -> float:
    """0 for a process that has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


def growth(memory: list[float]) -> str:
    """How the memory of a run goes: its median in the second and in the last quarter, and the most."""
    quarter = max(1, len(memory) // 4)
    early, late = statistics.median(memory[quarter : 2 * quarter] or memory), statistics.median(memory[-quarter:])
    return f"coordinator {early:.0f} MB in the second quarter, {late:.0f} MB in the last, at most {max(memory):.0f} MB"


def others(root: Path, number: int) -> dict[str, float]:
    """Submissions a minute of other graders, on right answers and the tests that they can run."""
    nbgrader, otter = root / "nbgrader", root / "otter"
    command = other_graders.prepare_nbgrader(nbgrader)
    for student in range(1, number):
        shutil.copytree(nbgrader / "submitted" / "ada", nbgrader / "submitted" / f"s{student}")
    seconds = {"nbgrader autograde": other_graders.measure(command, nbgrader)[0]}
    command = other_graders.prepare_otter(otter)
    seconds["otter run"] = sum(other_graders.measure(command, otter)[0] for _ in range(number))
    return {name: 60 * number / spent for name, spent in seconds.items()}


def machine() -> str:
    """What it ran on, and how busy that was at the start."""
    return f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def main() -> None:
    given = [int(word) for word in sys.argv[1:]]
    number, rounds, beside = (given + [100, 3, 0][len(given) :])[:3]
    print(f"{' '.join(sys.argv)}\n{machine()}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        make_class(root / "class", number)
        make_class(root / "one", 1)
        grade(root / "one", root / "one.db", 1, 1)  # limits of time are measured here, once
        ratios, fastest = [], []
        for turn in range(rounds):
            runs = {}
            for jobs in (1, 2) if turn % 2 else (2, 1):
                runs[jobs] = grade(root / "class", root / f"{turn}-{jobs}.db", jobs, number)
                print(f"{jobs} worker{'s' * (jobs > 1)}: {runs[jobs].a_minute:.1f} a minute, {growth(runs[jobs].memory_mb)}",
                      flush=True)  # fmt: skip
            ratios.append(runs[2].a_minute / runs[1].a_minute)
            fastest.append(runs[2].a_minute)
        print(f"2 workers over 1: median {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        for name, a_minute in (others(root, beside) if beside else {}).items():
            print(
                f"{name}: {a_minute:.2f} a minute; gradus with 2 workers has {statistics.median(fastest) / a_minute:.1f} times that"
            )


if __name__ == "__main__":
    main()
