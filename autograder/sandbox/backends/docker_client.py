"""Docker's own client, as a program: every call has an end, and every failure says what to do.

The client knows contexts, DOCKER_HOST and its certificates as its user set them up, and asks nothing of our
dependencies. A call takes about 30 ms, of which a submission needs two, both beside the grading.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

from autograder import __version__
from autograder.sandbox.faults import GraderFault

CALL_SECONDS = 30.0
BUILD = "build it in the kit's sources: ci/image, or without a GPU: TORCH=cpu BASE_IMAGE=debian:bookworm-slim ci/image"
_HINTS = (
    ("permission denied", "you may not use Docker's socket. Join the group docker (then log in again), or use sudo"),
    ("cannot connect", "the Docker daemon is not running. Start it: systemctl start docker"),
    ("failed to connect", "the Docker daemon is not running. Start it: systemctl start docker"),
    ("no such image", f"there is no image {{image}}; {BUILD}"),
    ("unable to find image", f"there is no image {{image}}; {BUILD}"),
    ("could not select device driver", "Docker has no access to GPUs. Install the NVIDIA Container Toolkit"),
    ("bind source path", "the daemon does not see this machine's {folder}. Run the grader where the daemon runs"),
)


def image() -> str:
    """The image that is graded in: GRADUS_IMAGE, or the one of the kit's version."""
    return os.environ.get("GRADUS_IMAGE") or f"gradus:{__version__}"


def client() -> str:
    """Path of the client. Raises GraderFault."""
    found = shutil.which("docker")
    if found is None:
        raise GraderFault("docker is not installed. On Debian and Ubuntu: apt-get install docker.io")
    return found


def docker(*arguments: str, seconds: float = CALL_SECONDS) -> str:
    """What `docker …` prints, within so many seconds. Raises GraderFault."""
    command = [client(), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        message = f"docker {arguments[0]} did not answer within {seconds:g} s. Is the daemon well? Try: docker info"
        raise GraderFault(message) from None
    except OSError as error:
        raise GraderFault(f"docker cannot be started: {error}") from None
    if done.returncode != 0:
        raise GraderFault(explained(done.stderr.decode(errors="replace")))
    return done.stdout.decode(errors="replace")


def inspected(*arguments: str, seconds: float = CALL_SECONDS) -> Any:
    """What `docker … --format '{{json .}}'` prints, as data. Raises GraderFault."""
    text = docker(*arguments, "--format", "{{json .}}", seconds=seconds)
    try:
        return json.loads(text)
    except ValueError:
        raise GraderFault(f"docker {arguments[0]} said what is not JSON: {text[:200]!r}") from None


def explained(said: str) -> str:
    """What the client complained about, with the next step where it is a known complaint."""
    lines = [line.strip() for line in said.strip().splitlines() if line.strip() and "--help" not in line]
    told = " ".join(lines)[-500:]
    for sign, advice in _HINTS:
        if sign in told.lower():
            return f"{advice.format(image=image(), folder=os.environ.get('TMPDIR', '/tmp'))} (docker: {told})."
    return f"docker: {told or 'it failed, and said nothing'}"
