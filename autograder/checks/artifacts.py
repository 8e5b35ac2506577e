"""Trained weights that were handed in, read as safetensors and never as a pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from autograder.checks.context import current
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict

_MOST_TENSORS = 10_000
"""Each takes memory here, also one without elements."""


def artifact(name: str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """(tensors, metadata) of the handed-in file `name`. Raises Decided when it is missing, unreadable or not finite."""
    context = current()
    path = context.artifacts.get(name)
    if path is None:
        message = f"No file {name} was handed in. Put it next to the notebook in the folder or zip you submit."
        raise Decided(Verdict.NOT_ATTEMPTED, message)
    limit = context.artifact_limits.get(name, 64)
    size = path.stat().st_size
    if size > limit * 2**20:
        raise Decided(Verdict.FAIL, f"{name} is {size / 2**20:.0f} MB; the most that is read is {limit} MB.")
    tensors, metadata = _read(path, name)
    broken = [key for key, value in tensors.items() if value.is_floating_point() and not bool(value.isfinite().all())]
    if broken:
        message = f"{name} holds NaN or infinite weights in {len(broken)} of {len(tensors)} tensors."
        raise Decided(Verdict.FAIL, message, hint="At which step of your training does the loss stop being a number?")
    return tensors, metadata


def _read(path: Path, name: str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            keys: Any = file.keys()
            if len(keys) > _MOST_TENSORS:
                raise Decided(
                    Verdict.FAIL, f"{name} holds {len(keys)} tensors; the most that are read is {_MOST_TENSORS}."
                )
            return {key: file.get_tensor(key) for key in keys}, dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError) as error:
        message = f"{name} cannot be read as a safetensors file. Save it with the given save_weights()."
        raise Decided(Verdict.FAIL, message, detail=str(error)) from error


def data(name: str) -> Path:
    """A file in the folder `data` next to the hidden tests.

    A test that asks for one ends the submission's child: what it saw, it cannot tell through the errors of later tests.
    """
    context = current()
    context.used_data = True
    path = context.data_folder / name
    if not path.is_file():
        raise FileNotFoundError(f"hidden test data {name} is missing")
    return path
