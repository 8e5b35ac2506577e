"""The docker client, called with a limit of time; what it says when it fails becomes a sentence with a next step."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.course.findings import CourseError

_QUICK_SECONDS = 120.0
LABEL = "gradus.try"


@dataclass(frozen=True)
class Said:
    """How a call ended and what it said."""

    code: int
    out: str
    """Standard output and error together."""
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        return self.code == 0 and not self.timed_out

    def tail(self, lines: int) -> str:
        return "\n".join(f"  {line}" for line in self.out.strip().splitlines()[-lines:])


def docker(*arguments: str, seconds: float = _QUICK_SECONDS, show: bool = False) -> Said:
    """Call the client. `show`: what it says also goes to our standard error, line by line, as it comes."""
    try:
        process = subprocess.Popen(
            ["docker", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except FileNotFoundError:
        raise CourseError(
            "docker is not installed here. Install Docker, or try the zip on Gradescope itself."
        ) from None
    with process:
        try:
            return _listen(process, seconds, show)
        except BaseException:
            process.kill()
            raise


def _listen(process: subprocess.Popen[bytes], seconds: float, show: bool) -> Said:
    import sys
    import threading

    timed_out = threading.Event()

    def end() -> None:
        timed_out.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    said = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.decode(errors="replace"))
            if show:
                sys.stderr.write(said[-1])
        code = process.wait()
    finally:
        timer.cancel()
    return Said(code, "".join(said), timed_out.is_set())


def need(said: Said, what: str) -> str:
    """What a call said that must not fail. Raises CourseError."""
    if said.ok:
        return said.out.strip()
    how = "did not end in time" if said.timed_out else f"failed (exit code {said.code})"
    raise CourseError(f"{what} {how}. Docker said:\n{said.tail(5)}")


def require_daemon() -> None:
    """Raises CourseError, with what to do, when containers cannot be started."""
    said = docker("version", "--format", "{{.Server.Version}}", seconds=20)
    if not said.ok:
        raise CourseError(
            "Docker's daemon does not answer. Start Docker, and see to it that you may use it (`docker ps` must work). "
            f"It said:\n{said.tail(3)}"
        )


@contextlib.contextmanager
def container(*arguments: str) -> Iterator[str]:
    """The name of a new container that is created with these arguments, and removed in the end whatever happens."""
    name = f"gradus-try-{secrets.token_hex(6)}"
    try:
        need(docker("create", "--name", name, "--label", LABEL, *arguments), "Creating a container")
        yield name
    finally:
        # Killing a client leaves its container running: removal by name ends it.
        docker("rm", "--force", "--volumes", name)


def has_image(name: str) -> bool:
    """Whether an image of this name is on this machine."""
    return docker("image", "inspect", "--format", "{{.Id}}", name).ok


def image_id(name: str) -> str:
    """The id of an image that is here, or that a registry gives us. Raises CourseError."""
    inspect: Sequence[str] = ("image", "inspect", "--format", "{{.Id}}", name)
    if not has_image(name):
        pulled = docker("pull", name, seconds=1800)
        if not pulled.ok:
            fact = f"There is no image {name} here, and it could not be fetched"
            raise CourseError(f"{fact}. Name one that is here with --image. Docker said:\n{pulled.tail(3)}")
    return need(docker(*inspect), f"Looking at the image {name}")
