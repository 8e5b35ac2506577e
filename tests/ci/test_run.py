"""What CI calls: a Docker daemon is started when none runs and stopped afterwards, and one that ran is left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a Docker daemon")
# Answers once the daemon has made its file; that is how long a real one takes to listen.
DOCKER = '[ -e "$PLACE/up" ]'
DAEMON = 'echo $$ >"$PLACE/pid"; touch "$PLACE/up"; trap \'rm "$PLACE/up"; exit 0\' TERM; while :; do sleep 0.05; done'
BROKEN = "echo no such driver >&2; exit 1"
SUITE = 'echo "needs docker: ${GRADUS_NEEDS_DOCKER:-no}"; echo "3 passed in 1.00s"; exit ${SUITE_CODE:-0}'


@pytest.fixture
def clone(tmp_path: Path):
    """A checkout in which everything that CI calls is a stand-in; running it gives (exit code, lines)."""
    for folder in (".ci", "ci", "bin"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")

    def put(name: str, script: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/bash\n{script}\n")
        (tmp_path / name).chmod(0o755)

    for tool in ("bwrap", "debootstrap", "chromium", "postgres"):
        put(f"bin/{tool}", "exit 0")
    put("bin/docker", DOCKER)
    put("bin/dockerd", DAEMON)
    put("ci/docker-image", "exit 0")
    put("ci/test", SUITE)

    def run(**environment: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            [tmp_path / ".ci" / "run"],
            env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "PLACE": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).splitlines()

    run.put = put  # type: ignore[attr-defined]
    run.place = tmp_path  # type: ignore[attr-defined]
    return run


@needs_root
def test_a_daemon_is_started_and_stopped(clone):
    """The last line stays pytest's, and so does the exit code."""
    code, lines = clone(SUITE_CODE="1")
    assert code == 1
    assert lines == ["needs docker: 1", "3 passed in 1.00s"]
    pid = int((clone.place / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()
    assert not (clone.place / "up").exists()


def test_a_daemon_that_runs_is_used_and_left(clone):
    """Nothing is started, nothing is stopped."""
    (clone.place / "up").touch()
    assert clone() == (0, ["needs docker: 1", "3 passed in 1.00s"])
    assert (clone.place / "up").exists()
    assert not (clone.place / "pid").exists()


@needs_root
def test_a_daemon_that_does_not_start_is_told(clone):
    """With its own last words; the tests run without it."""
    clone.put("bin/dockerd", BROKEN)
    code, lines = clone()
    assert code == 0
    assert lines[0] == "dockerd does not start here, so Docker tests will be skipped: no such driver"
    assert lines[1:] == ["needs docker: no", "3 passed in 1.00s"]


def test_an_image_that_cannot_be_had_here_is_no_failure(clone):
    """As where neither a registry nor a mirror of Debian can be reached: its reason is told, the tests are skipped."""
    (clone.place / "up").touch()
    clone.put("ci/docker-image", "echo 'No image can be built here: why' >&2; exit 3")
    code, lines = clone()
    assert code == 0
    assert sorted(lines) == sorted(
        ["No image can be built here: why", "Docker tests will be skipped.", "needs docker: no", "3 passed in 1.00s"]
    )


def test_an_image_that_fails_to_build_is_a_failure_of_the_tests(clone):
    """They must not be skipped: a Dockerfile that is broken is ours."""
    (clone.place / "up").touch()
    clone.put("ci/docker-image", "exit 1")
    assert clone()[1] == ["needs docker: 1", "3 passed in 1.00s"]
