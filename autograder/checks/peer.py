"""Whoever answers requests about an implementation: the submission's child, or an interpreter of our own."""

from __future__ import annotations

from typing import Any, Protocol

import torch

from autograder.child.interpreter import Interpreter
from autograder.child.tree import map_leaves


class Peer(Protocol):
    """`request` returns plain data; it raises StudentFault when a submission fails to answer."""

    def request(self, verb: str, payload: dict[str, Any]) -> Any: ...


class LocalPeer:
    """Staff's own code, in this process: the reference, or a mistake."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter

    def request(self, verb: str, payload: dict[str, Any]) -> Any:
        # Nothing the code does to its arguments may reach the test's own tensors.
        return self.interpreter.request(verb, map_leaves(_copy, payload))


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    return value
