"""Backends that lock code in, each where it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from autograder.course.models import Limits
from autograder.sandbox.backend import Backend, Sandbox, kind_of
from autograder.sandbox.child import Answer, Child
from autograder.sandbox.protocol import Ref

LOCKED = ("docker", "bubblewrap", "uid")
LIMITS = Limits(call_seconds=5, import_seconds=5, memory_mb=256, output_mb=1, file_mb=8, cpu_seconds=20, processes=24)


@dataclass
class Lab:
    """One backend, and how to run something in a fresh child of it."""

    name: str
    backend: Backend
    sandbox: Sandbox

    def run(self, body: str, *, child: Child | None = None, seconds: float = 10) -> Any:
        """What the function with this body returns in a child; a fresh one, unless one is given."""
        return self.answer(body, child, seconds).value

    def answer(self, body: str, child: Child | None = None, seconds: float = 10) -> Answer:
        """The same, with the error where there is one."""
        used = child or self.sandbox.fork()
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        source = f"import ctypes, os, signal, socket, subprocess, sys, time\ndef probe():\n{lines}"
        data = np.frombuffer(source.encode(), dtype=np.uint8)
        try:
            loaded = used.request("load", {"label": "cell 1", "source": data}, 10)
            assert loaded.error is None, loaded.error
            return used.request("call", {"target": Ref(None, "probe"), "args": ()}, seconds)
        finally:
            if child is None:
                used.close()


@pytest.fixture(scope="module", params=[pytest.param(name, marks=getattr(pytest.mark, name)) for name in LOCKED])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    name: str = request.param
    reason = kind_of(name).obstacle(private=(), gpu=False)
    if reason is not None:
        pytest.skip(f"{name}: {reason}")
    backend = kind_of(name).open_here(private=(), gpu=False)
    sandbox = backend.open(LIMITS)
    yield Lab(name, backend, sandbox)
    sandbox.close()
    backend.close()
