"""The zip tried out in a container of this machine, laid out and limited as Gradescope's is."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bridges.gradescope import container as cgroup
from autograder.bridges.gradescope.docker import container, docker, has_image, image_id, need, require_daemon
from autograder.bridges.gradescope.package import Package
from autograder.course.findings import CourseError

BASE_IMAGE = "gradescope/autograder-base:ubuntu-22.04"
REPOSITORY = "gradus-try"
_SETUP_SECONDS = 3600.0
_CERTIFICATES = "/run/gradus-try/ca.crt"
_PIP_CONF = "/run/gradus-try/pip.conf"


@dataclass(frozen=True)
class Box:
    """What the container is like. Everything but the last three lines is as the platform has it by default."""

    image: str = BASE_IMAGE
    memory_mb: int = cgroup.DEFAULT_MB
    cpus: float = cgroup.DEFAULT_CPUS
    network: str = "none"
    """While grading, which needs none; setup.sh always has one."""
    ca_bundle: Path | None = None
    pip_conf: Path | None = None
    wheelhouses: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Trial:
    """What came out of one submission."""

    results: dict[str, Any]
    log: str
    """What the staff of a course would see as standard output."""
    seconds: float
    image: str
    timed_out: bool = False
    out_of_memory: bool = False
    """The kernel killed a process of the container because its memory was full."""


def try_out(package: Package, submission: Path, box: Box, say: Callable[[str], None]) -> Trial:
    """Grade `submission` with the zip. Raises CourseError for whatever keeps it from being graded."""
    require_daemon()
    image = _built(package, box, say)
    say(f"Grading {submission.name} with {box.memory_mb} MB and {box.cpus:g} CPUs …")
    limits = ["--memory", f"{box.memory_mb}m", "--memory-swap", f"{box.memory_mb}m", "--cpus", f"{box.cpus:g}"]
    with container(
        *limits, "--network", box.network, "--workdir", "/autograder", image, "/autograder/run_autograder"
    ) as name:
        with tempfile.TemporaryDirectory(prefix="gradus-try-") as folder:
            _lay_out_submission(Path(folder), submission)
            need(docker("cp", f"{folder}/.", f"{name}:/autograder"), "Copying the submission into the container")
        began = time.monotonic()
        said = docker("start", "--attach", name, seconds=package.settings.platform_minutes * 60)
        seconds = time.monotonic() - began
        if said.timed_out:
            docker("kill", name)
        killed = docker("inspect", "--format", "{{.State.OOMKilled}}", name).out.strip() == "true"
        return Trial(_results_of(name, said.tail(10)), said.out, seconds, image, said.timed_out, killed)


def _built(package: Package, box: Box, say: Callable[[str], None]) -> str:
    """The image in which setup.sh has run; one that is there for the same zip and base is taken as it is."""
    stamp = hashlib.sha256(package.data + image_id(box.image).encode()).hexdigest()[:16]
    tag = f"{REPOSITORY}:{stamp}"
    if has_image(tag):
        return tag
    say(f"Building {tag}: setup.sh in {box.image} (minutes, once for a zip) …")
    mounts, environment = _inputs(box)
    with container(*mounts, "--network", "host", "--workdir", "/", box.image, "sleep", f"{_SETUP_SECONDS:.0f}") as name:
        with tempfile.TemporaryDirectory(prefix="gradus-try-") as folder:
            _lay_out_zip(Path(folder), package.data)
            need(docker("cp", f"{folder}/.", f"{name}:/"), "Copying the zip into the container")
        need(docker("start", name), "Starting the container for setup.sh")
        call = ["exec", *environment, name, "bash", "/autograder/source/setup.sh"]
        said = docker(*call, seconds=_SETUP_SECONDS)
        if not said.ok:
            how = "did not end within an hour" if said.timed_out else f"failed (exit code {said.code})"
            raise CourseError(
                f"setup.sh {how} in {box.image}. It would fail on Gradescope too. Its last lines:\n{said.tail(15)}"
            )
        need(docker("stop", "--time", "1", name), "Stopping the container after setup.sh")
        need(docker("commit", name, tag, seconds=600), "Keeping the image")
    return tag


def _inputs(box: Box) -> tuple[list[str], list[str]]:
    """Mounts, and environment of setup.sh, for machines that reach packages in a way of their own."""
    mounts: list[str] = []
    environment: list[str] = []
    if box.ca_bundle is not None:
        mounts += ["--volume", f"{box.ca_bundle.resolve()}:{_CERTIFICATES}:ro"]
        for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            environment += ["--env", f"{name}={_CERTIFICATES}"]
    if box.pip_conf is not None:
        mounts += ["--volume", f"{box.pip_conf.resolve()}:{_PIP_CONF}:ro"]
        environment += ["--env", f"PIP_CONFIG_FILE={_PIP_CONF}"]
    for folder in box.wheelhouses:
        mounts += ["--volume", f"{folder.resolve()}:{folder.resolve()}:ro"]
    if box.wheelhouses:
        environment += ["--env", "PIP_FIND_LINKS=" + " ".join(str(folder.resolve()) for folder in box.wheelhouses)]
    return mounts, environment


def _lay_out_zip(folder: Path, data: bytes) -> None:
    """As the platform does: the zip in /autograder/source, run_autograder also beside it."""
    autograder = folder / "autograder"
    source = autograder / "source"
    for path in (source, autograder / "results", autograder / "submission"):
        path.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            archive.extract(info, source)
            (source / info.filename).chmod(info.external_attr >> 16 & 0o777)
    shutil.copy2(source / "run_autograder", autograder / "run_autograder")


def _lay_out_submission(folder: Path, submission: Path) -> None:
    """A file, or all files of a folder, and what the platform tells about it."""
    target = folder / "submission"
    if submission.is_dir():
        shutil.copytree(submission, target, symlinks=True)
    else:
        target.mkdir()
        shutil.copy(submission, target)
    metadata = {"id": 1, "submission_method": "upload", "users": [], "previous_submissions": []}
    (folder / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")


def _results_of(name: str, said: str) -> dict[str, Any]:
    """results.json of a container that has ended. Raises CourseError."""
    with tempfile.TemporaryDirectory(prefix="gradus-try-") as folder:
        copied = docker("cp", f"{name}:/autograder/results/results.json", f"{folder}/results.json")
        try:
            found = json.loads(Path(folder, "results.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = f"{error} {copied.tail(1).strip()}"
            raise CourseError(f"There is no valid results.json ({reason}). run_autograder said:\n{said}") from None
    return dict(found)
