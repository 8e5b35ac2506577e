"""Python, torch, and the packages that come with extras of the distribution."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import __version__
from autograder.doctor import Diagnosis, State

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DISTRIBUTION = "gradus-kit"
OLDEST = (3, 11)
EXTRAS: dict[str, tuple[State, str]] = {
    "instructor": ("warning", "release and verify need it"),
    "gradebook": ("warning", "a class needs it"),
    "review": ("warning", "the TAs' desk and statistics need it"),
    "postgresql": ("ok", "only a gradebook in PostgreSQL needs it"),
    "cluster": ("ok", "only grading on a cluster needs it"),
}
"""Extra → how bad it is to be without it, and who is."""
_TORCH_SECONDS = 120.0
_TORCH = """
import json, torch
gpu = torch.cuda.is_available()
print(json.dumps({"version": torch.__version__, "cuda": torch.version.cuda, "gpu": torch.cuda.get_device_name(0) if gpu else None,
                  "threads": torch.get_num_threads()}))
"""


def examine_python(course: Path | None) -> list[Diagnosis]:
    """The interpreter, and which kit it runs."""
    where = f"{platform.python_version()} at {sys.executable}, {platform.system()}; gradus {__version__}"
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        return [Diagnosis("python", "problem", where, f"Python {needed} or newer is needed: make a new environment with it.")]
    return [Diagnosis("python", "ok", where)]


def examine_torch(course: Path | None) -> list[Diagnosis]:
    """Its version and build, and the device: in a process of its own, for the import takes seconds and may crash."""
    wanted = next((one for one in required() if one.name == "torch"), None)
    install = f'pip install "{wanted or "torch"}"'
    try:
        done = subprocess.run(
            [sys.executable, "-c", _TORCH], capture_output=True, text=True, timeout=_TORCH_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [Diagnosis("torch", "problem", f"it could not be imported: {error}", f"Try: {install}")]
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"the process ended with {done.returncode}"])[-1]
        return [Diagnosis("torch", "problem", f"it cannot be imported: {last}", f"Run: {install}")]
    told = json.loads(done.stdout.splitlines()[-1])
    return [_version(told, wanted, install), _device(told, course)]


def _version(told: dict[str, Any], wanted: Requirement | None, install: str) -> Diagnosis:
    build = f"built for CUDA {told['cuda']}" if told["cuda"] else "built for CPUs"
    fact = f"{told['version']}, {build}, {told['threads']} threads"
    if wanted is not None and not wanted.specifier.contains(told["version"], prereleases=True):
        mend = f"This kit was tested with {wanted}, and other versions may round otherwise. Run: {install}"
        return Diagnosis("torch", "problem", fact, mend)
    return Diagnosis("torch", "ok", fact)


def _device(told: dict[str, Any], course: Path | None) -> Diagnosis:
    if told["gpu"]:
        return Diagnosis("device", "ok", f"GPU: {told['gpu']}")
    fact = "CPU; torch sees no GPU"
    asking = [slug for slug in _slugs(course) if _asks_for_gpu(course, slug)]
    if not asking:
        return Diagnosis("device", "ok", f"{fact}, and no assignment here asks for one")
    mend = "Install a driver and a torch for CUDA (docs/image.md), or grade these where a GPU is."
    return Diagnosis("device", "warning", f"{fact}, and {', '.join(asking)} asks for one", mend)


def _slugs(course: Path | None) -> list[str]:
    from autograder.course.loading import list_assignments

    return list_assignments(course) if course is not None else []


def _asks_for_gpu(course: Path | None, slug: str) -> bool:
    from autograder.course.findings import CourseError
    from autograder.course.loading import load_assignment

    try:
        return course is not None and load_assignment(course, slug).assignment.gpu
    except CourseError:
        return False  # told where the course is looked at


def examine_extras(course: Path | None) -> list[Diagnosis]:
    """What each extra of the distribution brings: is it there, in a version that fits?"""
    if not required():
        return [Diagnosis("extras", "warning", f"{DISTRIBUTION} is not installed as a package", f"Run: pip install {DISTRIBUTION}")]
    return [_extra(name) for name in EXTRAS]


def _extra(name: str) -> Diagnosis:
    lacking = [str(one).partition(";")[0].strip() for one in required(name) if not _is_met(one)]
    if not lacking:
        return Diagnosis(f"extra {name}", "ok", "installed")
    state, who = EXTRAS[name]
    fact = f"missing or in another version: {', '.join(lacking)}; {who}"
    return Diagnosis(f"extra {name}", state, fact, f'Run: pip install "{DISTRIBUTION}[{name}]"')


def required(extra: str = "") -> list[Requirement]:
    """What the distribution requires, or what one of its extras adds; empty where it is not installed."""
    from packaging.requirements import Requirement

    try:
        lines = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        return []
    return [
        one
        for one in lines
        if (not extra and one.marker is None)
        or (extra and one.marker is not None and one.marker.evaluate({"extra": extra}) and one.name != DISTRIBUTION)
    ]


def _is_met(one: Requirement) -> bool:
    try:
        return one.specifier.contains(metadata.version(one.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False
