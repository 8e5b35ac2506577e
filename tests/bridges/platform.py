"""A folder laid out as /autograder is, and a Python in which the kit's wheel is installed, as setup.sh leaves one."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from autograder.bridges.gradescope.package import Package
from autograder.bridges.gradescope.wheel import kit_wheel

ENTRY_KEYS = {"name", "name_format", "number", "score", "max_score", "visibility", "output", "output_format", "tags"}


def python_with_the_kit(folder: Path) -> Path:
    """An interpreter that has the kit from its wheel, and everything else from the one that runs the tests."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(io.BytesIO(kit_wheel()[1])) as wheel:
        wheel.extractall(site)
    (site / "rest.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


@dataclass(frozen=True)
class Platform:
    """One container's worth of folders."""

    root: Path
    python: Path
    undo: list[Callable[[], None]] = field(default_factory=list)
    """What to put right after the test."""

    def unpack(self, package: Package, **settings: Any) -> None:
        """Lay out the zip; `settings` replace those in gradus.json, and the sandbox is `process` unless one is named."""
        source = self.root / "source"
        for folder in (source, self.root / "submission"):
            folder.mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
            archive.extractall(source)
        told = package.settings.model_dump(mode="json") | {"sandbox": "process"} | settings
        (source / "gradus.json").write_text(json.dumps(told))
        script = self.root / "run_autograder"
        script.write_bytes((source / "run_autograder").read_bytes())
        script.chmod(0o755)

    def submit(self, name: str, content: bytes | str) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (self.root / "submission" / name).write_bytes(data)

    def start(self) -> subprocess.Popen[str]:
        """run_autograder, as the platform calls it."""
        return subprocess.Popen(
            [self.root / "run_autograder"],
            env=os.environ | {"GRADUS_PYTHON": str(self.python)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def grade(self) -> tuple[dict[str, Any], str]:
        """results.json, and what staff see as output."""
        with self.start() as process:
            said = process.communicate(timeout=120)[0]
        return self.results(), said

    def results(self) -> dict[str, Any]:
        return dict(json.loads((self.root / "results" / "results.json").read_text(encoding="utf-8")))


def check_shape(sent: dict[str, Any], points: float) -> None:
    """What must hold of every results.json, also of one that was meant to be replaced."""
    json.dumps(sent, allow_nan=False)
    assert sum(test["max_score"] for test in sent["tests"]) == pytest.approx(points)
    assert sent["score"] == pytest.approx(sum(test["score"] for test in sent["tests"]))
    assert 0 <= sent["score"] <= points
    assert sent["stdout_visibility"] == "hidden"
    for test in sent["tests"]:
        assert set(test) - {"status"} == ENTRY_KEYS
        assert test.get("status", "passed") in ("passed", "failed")
