"""What grades on the platform: a process of its own, so that whatever happens to it the one that watches it goes on.

It says what it knows in lines of JSON, each a Result, the last one final, and writes no file.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from autograder.bridges.gradescope import container
from autograder.bridges.gradescope.results import memory_is_ours
from autograder.bridges.gradescope.settings import Settings, read_settings
from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from autograder.grading.result import Result
from autograder.sandbox.backend import open_backend
from autograder.sandbox.faults import GraderFault

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str] | None = None) -> int:
    """Grade `ROOT/submission`; results go to the file descriptor that is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--fd", type=int, required=True)
    options = parser.parse_args(arguments)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody would write down what we say
    settings = read_settings(options.root / "source")
    with os.fdopen(options.fd, "w", encoding="utf-8", closefd=True) as out:

        def tell(result: Result) -> None:
            out.write(result.model_dump_json(by_alias=True) + "\n")
            out.flush()

        tell(_grade(options.root, settings, tell))
    return 0


def _grade(root: Path, settings: Settings, tell: Callable[[Result], None]) -> Result:
    loaded = load_assignment(root / "source" / "course", settings.slug)
    promised = loaded.assignment.limits.memory_mb
    granted = _granted(promised)
    private = tuple(path for name in ("source", "results", "submission") if (path := root / name).is_dir())
    # Before torch is imported here: the zygote imports it meanwhile.
    backend = open_backend(settings.sandbox, trusted=settings.sandbox == "process", private=private)
    from autograder.grading.bench import Bench

    def stamped(result: Result) -> Result:
        where = result.environment.model_copy(update={"assignment_sha256": settings.assignment_sha256})
        return memory_is_ours(result.model_copy(update={"environment": where}), granted, promised)

    seed = secrets.randbelow(2**31) if settings.seed is None else settings.seed
    with Bench(_with_memory(loaded, granted), backend, seed=seed) as bench:
        return stamped(
            bench.grade(root / "submission", identifier="submission", on_progress=lambda result: tell(stamped(result)))
        )


def _granted(promised: int) -> int:
    here = container.memory()
    granted = container.for_students(promised, here.limit_mb)
    if granted < container.LEAST_MB:
        raise GraderFault(
            f"the container has {here.limit_mb} MB of memory, and grading takes {container.OWN_MB} MB by itself; give it "
            f"{container.DEFAULT_MB} MB (Gradescope: Settings, Autograder Settings, Container Specifications)"
        )
    return granted


def _with_memory(loaded: LoadedAssignment, memory_mb: int) -> LoadedAssignment:
    limits = loaded.assignment.limits.model_copy(update={"memory_mb": memory_mb})
    return loaded.model_copy(update={"assignment": loaded.assignment.model_copy(update={"limits": limits})})


if __name__ == "__main__":
    sys.exit(main())
