"""What the image holds, and what it must not."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path

import torch

from autograder import __version__
from autograder.sandbox.backends.docker_client import image, inspected
from autograder.sandbox.stamp import stamp
from tests.sandbox.docker_here import needs_docker

pytestmark = needs_docker
ROOT = Path(__file__).parents[2]
_INSTALLED = "from importlib.metadata import distributions as d; print(*sorted(x.name.lower() for x in d()))"


@functools.cache
def inside(*command: str) -> str:
    """What a command prints in a container as its user, without network."""
    run = ["docker", "run", "--rm", "--network", "none", "--read-only", image(), *command]
    return subprocess.run(run, capture_output=True, text=True, check=True, timeout=120).stdout


def test_the_image_tells_what_it_was_made_from():
    """Version of the kit, stamp of the child's side, torch."""
    labels = inspected("image", "inspect", image())["Config"]["Labels"]
    assert labels["gradus.version"] == __version__
    assert labels["gradus.stamp"] == stamp()
    assert labels["gradus.torch"].partition("+")[0] == torch.__version__.partition("+")[0]


def test_the_kit_in_the_image_is_the_one_that_was_labelled():
    """A label is a word: the stamp of what is really in there."""
    assert inside("python", "-c", "from autograder.sandbox.stamp import stamp; print(stamp())").strip() == stamp()


def test_the_image_s_user_is_not_root():
    """Whoever runs it by hand has no more rights than a student."""
    assert inspected("image", "inspect", image())["Config"]["User"] == "10001:10001"
    assert inside("id", "-u").strip() == "10001"


def test_the_image_holds_what_the_lock_files_name_and_nothing_else():
    """So neither pip, nor jupyterlab, nor nbgrader, nor anything that tests or notebooks need."""
    installed = set(inside("python", "-c", _INSTALLED).split())
    locked = {"gradus-kit", "torch"}
    for line in (ROOT / "ci" / "image.lock").read_text().splitlines():
        if "==" in line and not line.startswith(("#", " ")):
            locked.add(line.partition("==")[0])
    assert {name.replace("_", "-").replace(".", "-") for name in installed} == locked
    assert not {"pip", "jupyterlab", "nbgrader", "ipykernel", "notebook"} & installed


def test_nothing_of_the_building_machine_is_in_the_image():
    """No certificates, settings or packages that the build was given, in any layer."""
    layers = json.dumps(inspected("image", "inspect", image()))
    history = subprocess.run(
        ["docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", image()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "image-input" not in history
    assert "PIP_" not in layers
    found = inside(
        "sh", "-c", "ls -d /input /locks /src /build /dist /kit /etc/pip.conf /root/.config 2>/dev/null || true"
    )
    assert found == ""


def test_python_starts_without_compiling():
    """Every module has its compiled file, which is never compared with a source: a read-only container writes none."""
    program = (
        "import importlib.util as u, pathlib, torch, autograder.child.serve;"
        "files = [pathlib.Path(m.__file__) for m in (torch, autograder.child.serve)];"
        "print(*(u.cache_from_source(str(f)) for f in files));"
        "print(*(pathlib.Path(u.cache_from_source(str(f))).read_bytes()[4] for f in files))"
    )
    paths, flags = inside("python", "-c", program).splitlines()
    assert paths.startswith("/opt/gradus/lib/python3")
    assert flags == "1 1"  # made from a hash, which is not checked (PEP 552)


def test_the_user_can_write_nothing_in_the_image():
    """But the folders that are everybody's."""
    listed = inside("sh", "-c", "find / -xdev -writable ! -type l -not -path '/proc/*' 2>/dev/null || true").split()
    assert [
        path for path in listed if not path.startswith(("/tmp", "/var/tmp", "/dev", "/run/lock", "/var/lock"))
    ] == []
