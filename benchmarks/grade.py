"""One submission of lstm, all hidden tests: cold as a whole process, and warm on a bench that has graded before.

python benchmarks/grade.py [ROUNDS] [SANDBOX]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
SUBMISSION = COURSE / "solutions" / "lstm"


def cold(folder: Path, sandbox: str) -> float:
    command = [sys.executable, "-m", "autograder", "--course", str(COURSE), "grade", "lstm", str(SUBMISSION)]
    command += ["--sandbox", sandbox, "--i-trust-this-code"]
    start = time.perf_counter()
    subprocess.run([*command, "--out", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - start


def warm(rounds: int, sandbox: str) -> list[float]:
    from autograder.course.loading import load_assignment
    from autograder.sandbox.backend import open_backend

    backend = open_backend(sandbox, trusted=True)
    from autograder.grading.bench import Bench

    seconds = []
    with Bench(load_assignment(COURSE, "lstm"), backend) as bench:
        for seed in range(rounds + 1):  # another seed each time: nothing of the reference's answers is reused
            bench.seed = seed
            start = time.perf_counter()
            bench.grade(SUBMISSION)
            seconds.append(time.perf_counter() - start)
    return seconds[1:]


def helps() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "autograder", "--help"], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    sandbox = sys.argv[2] if len(sys.argv) > 2 else "auto"
    with tempfile.TemporaryDirectory() as folder:
        figures = {"cold": [cold(Path(folder), sandbox) for _ in range(rounds)], "warm": warm(rounds, sandbox)}
    figures["--help"] = [helps() for _ in range(rounds)]
    for name, seconds in figures.items():
        print(
            f"{name:7} median {statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), n = {rounds}"
        )


if __name__ == "__main__":
    main()
