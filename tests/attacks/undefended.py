"""A grader without any boundary: one process holds the tests, the expected values, the results and the submission.

    python undefended.py SUBMISSION RESULT HIDDEN

It compares in the ways that graders do, one test a way, and writes how many passed. That an attack beats this one
shows that it is an attack; nothing else uses it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch


def by_torch(actual: Any, expected: torch.Tensor) -> None:
    torch.testing.assert_close(actual, expected)


def by_allclose(actual: Any, expected: torch.Tensor) -> None:
    if not torch.allclose(actual, expected):
        raise AssertionError


def by_numpy(actual: Any, expected: torch.Tensor) -> None:
    assert np.allclose(actual, expected)


def by_equality(actual: Any, expected: torch.Tensor) -> None:
    assert np.all(actual == expected)


def by_differences(actual: Any, expected: torch.Tensor) -> None:
    if (abs(actual - expected) > 1e-4).any():
        raise AssertionError


def by_largest(actual: Any, expected: torch.Tensor) -> None:
    if max(abs(actual - expected).flatten().tolist()) > 1e-4:
        raise AssertionError


def by_module(actual: Any, expected: torch.Tensor) -> None:
    import judge  # a module of the grader's, imported when it is needed

    assert judge.close(actual, expected)


WAYS = (by_torch, by_allclose, by_numpy, by_equality, by_differences, by_largest, by_module)


def reference(x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()


def run(submission: dict[str, Any], compare: Callable[[Any, torch.Tensor], None], seed: int) -> bool:
    """One test; `expected` is known before the answer is, as where it is stored, and again afterwards."""
    x = torch.randn(3, 7, generator=torch.Generator().manual_seed(seed))
    expected = reference(x)
    try:
        actual = submission["standardise"](x)
        with contextlib.suppress(Exception):
            pickle.loads(pickle.dumps(actual))  # kept for the record
        expected = reference(x)  # of the same tensor: what the answer did to it counts
        for _ in range(200_000):
            pass  # a thread of the submission's has its turn here, as in any longer test
        compare(actual, expected)
    except Exception as error:
        print("failed:", error)  # as most do: the student is told why
        return False
    return True


def main(submission: Path, result: Path, hidden: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent / "undefended_modules"))
    open_tests = [open(file) for file in hidden.glob("*.py")]  # noqa: SIM115 — left open, as it happens
    texts = [file.read() for file in open_tests]
    module = sys.modules["submission"] = types.ModuleType("submission")
    exec(compile(submission.read_text(), "submission", "exec"), module.__dict__)
    passed = sum([run(module.__dict__, compare, seed) for seed, compare in enumerate(WAYS)])
    result.write_text(json.dumps({"score": passed, "tests": len(texts)}))
    os._exit(0)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
