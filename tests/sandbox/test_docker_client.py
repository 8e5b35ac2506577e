"""What Docker's client says, and what it is told: tests that need no daemon."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autograder import __version__
from autograder.course.models import Limits
from autograder.sandbox.backends import docker_client, docker_owner
from autograder.sandbox.backends.container import Size, arguments
from autograder.sandbox.backends.docker import obstacle
from autograder.sandbox.backends.docker_client import docker, explained, image
from autograder.sandbox.faults import GraderFault


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a program called `docker` before any other."""

    def put(script: str) -> None:
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return put


def test_a_call_that_hangs_ends(fake):
    """With what to try; the client is not waited for."""
    fake("exec sleep 60")
    started = time.monotonic()
    with pytest.raises(GraderFault, match=r"docker ps did not answer within 0\.2 s\. Is the daemon well\?"):
        docker("ps", seconds=0.2)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("permission denied while trying to connect to the docker API", "Join the group docker"),
        ("Cannot connect to the Docker daemon at unix:///x. Is it running?", "Start it: systemctl start docker"),
        ("docker: Error response from daemon: No such image: a:b", f"there is no image {image()}; build it"),
        ("could not select device driver with capabilities: [[gpu]]", "Install the NVIDIA Container Toolkit"),
        ("something else\nSee 'docker run --help'.", "docker: something else"),
        ("", "said nothing"),
    ],
)
def test_a_complaint_is_told_with_the_next_step(fake, said, told):
    """The known ones with an advice, others as they are."""
    fake(f"cat >&2 <<'END'\n{said}\nEND\nexit 125")
    with pytest.raises(GraderFault) as caught:
        docker("run")
    assert told in str(caught.value)
    assert told in explained(said)


def test_without_a_client_there_is_an_obstacle(monkeypatch, tmp_path):
    """It names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert obstacle(private=(), gpu=False) == "docker is not installed. On Debian and Ubuntu: apt-get install docker.io"


INFO = '{"ServerVersion": "20", "MemoryLimit": %s, "PidsLimit": true, "CpuCfsQuota": true, "SwapLimit": true}'


def test_a_daemon_without_limits_is_an_obstacle(fake):
    """A sandbox that does not hold is none."""
    fake(f"case $1 in info) echo '{INFO % 'false'}';; *) echo '{{\"Config\": {{\"Labels\": {{}}}}}}';; esac")
    assert "this Docker daemon cannot limit memory" in (obstacle(private=(), gpu=False) or "")
    fake(f"case $1 in info) echo '{INFO % 'true'}';; *) echo '{{\"Config\": {{\"Labels\": {{}}}}}}';; esac")
    assert obstacle(private=(), gpu=False) is None


def test_a_daemon_that_only_older_clients_tell_of_is_down(fake):
    """They end well, and tell the trouble in what they print."""
    fake("""echo '{"ServerErrors": ["Cannot connect to the Docker daemon at unix:///x."]}'""")
    assert "the Docker daemon is not running" in (obstacle(private=(), gpu=False) or "")


def test_the_image_is_that_of_the_version_or_as_named(monkeypatch):
    """GRADUS_IMAGE names another."""
    monkeypatch.delenv("GRADUS_IMAGE", raising=False)
    assert image() == f"gradus:{__version__}"
    monkeypatch.setenv("GRADUS_IMAGE", "registry.example.edu/course:7")
    assert image() == "registry.example.edu/course:7"
    assert "registry.example.edu/course:7" in arguments("name", "/folder", Size.of(Limits(), gpu=False))


def test_a_gpu_is_given_only_where_it_is_asked_for():
    """No container sees one otherwise."""
    assert "--gpus" not in arguments("name", "/folder", Size.of(Limits(), gpu=False))
    with_gpu = arguments("name", "/folder", Size.of(Limits(), gpu=True))
    assert with_gpu[with_gpu.index("--gpus") + 1] == "all"


def test_an_owner_is_gone_when_its_number_is_another_s():
    """Start time, boot and process namespace are part of who it is."""
    boot, namespace, pid, started = docker_owner.owner().split("-")
    assert not docker_owner.is_gone(docker_owner.owner())
    assert docker_owner.is_gone(f"{boot}-{namespace}-{pid}-{int(started) + 1}")
    assert docker_owner.is_gone(f"{boot}-{namespace}-{2**22 + 1}-{started}")
    assert docker_owner.is_gone(f"another-{namespace}-{pid}-{started}")
    assert not docker_owner.is_gone(f"{boot}-{int(namespace) + 1}-{pid}-1")
    assert not docker_owner.is_gone("what nobody wrote")


def test_every_call_has_an_end():
    """No call waits for ever by default."""
    assert 0 < docker_client.CALL_SECONDS <= 60
