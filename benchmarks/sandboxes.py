"""What locking student code in costs: the grading of one submission of lstm, by backend.

python benchmarks/sandboxes.py [ROUNDS] [BACKEND ...]

Gradings come in pairs, one under `process` and one under the other backend, in turns; what counts is their ratio.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from autograder.course.loading import load_assignment
from autograder.sandbox.backend import BACKENDS, kind_of

COURSE = Path(__file__).resolve().parents[1]
SUBMISSION = COURSE / "solutions" / "lstm"


def pairs(plain: Any, locked: Any, rounds: int) -> list[float]:
    """Seconds of a grading on the bench `locked` over those on the bench `plain`, one pair a round."""
    ratios = []
    for seed in range(rounds + 1):  # the first pair warms both up
        seconds = []
        for bench in (plain, locked) if seed % 2 else (locked, plain):
            bench.seed = seed
            start = time.perf_counter()
            result = bench.grade(SUBMISSION)
            seconds.append(time.perf_counter() - start)
            assert result.status == "graded", result
        ratios.append(seconds[1] / seconds[0] if seed % 2 else seconds[0] / seconds[1])
    return ratios[1:]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    names = sys.argv[2:] or [name for name in BACKENDS if kind_of(name).obstacle(private=(), gpu=False) is None]
    started = {name: kind_of(name).open_here(private=(), gpu=False) for name in dict.fromkeys(["process", *names])}
    from autograder.grading.bench import Bench

    loaded = load_assignment(COURSE, "lstm")
    plain = Bench(loaded, started["process"])
    for name in names:
        if name != "process":
            ratios = pairs(plain, Bench(loaded, started[name]), rounds)
            spread = f"median {statistics.median(ratios):.3f} ({min(ratios):.2f} to {max(ratios):.2f})"
            print(f"{name:10}  one submission of lstm, over process: {spread}, n = {rounds}", flush=True)
    for backend in started.values():
        backend.close()


if __name__ == "__main__":
    main()
