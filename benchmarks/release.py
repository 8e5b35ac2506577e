"""How long a release takes: python benchmarks/release.py [COURSE SLUG]. The course itself is not touched."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from autograder.course.loading import load_assignment
from autograder.release import release

TINY = Path(__file__).parents[1] / "tests" / "courses" / "tiny"
RUNS = 10


def seconds(course: Path, slug: str) -> float:
    """Load, strip, scan and write once; the folders of the run before are away."""
    for folder in ("student_template", "solutions"):
        shutil.rmtree(course / folder / slug, ignore_errors=True)
    start = time.perf_counter()
    report = release(load_assignment(course, slug))
    took = time.perf_counter() - start
    if report.leaks:
        sys.exit("\n".join(map(str, report.leaks)))
    return took


def main() -> None:
    source, slug = (Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) == 3 else (TINY, "scale")
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch) / "course"
        for folder in ("assignments", "rubrics"):
            shutil.copytree(source / folder, course / folder)
        first = seconds(course, slug)
        warm = [seconds(course, slug) for _ in range(RUNS)]
    median = statistics.median(warm)
    print(f"{slug}: first release with imports {first:.2f} s; warm, median of {RUNS}: {median:.3f} s")


if __name__ == "__main__":
    main()
