"""Valid frames to begin with: values of every kind, as trees and bodies, and answers that are errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.sandbox import protocol
from autograder.sandbox.protocol import DTYPES, Opaque, Ref, Seeded
from autograder.sandbox.protocol.frames import with_padding

SEQ = 77
TYPE_NAMES = frozenset({"LSTM", "generator"})

Frame = tuple[dict[str, Any], bytes]
"""Head and body."""


def valid_frames() -> list[Frame]:
    """A few dozen answers that are read without complaint."""
    return [_answer(value) for value in _values()] + [
        ({"seq": SEQ, "error": error, "banned": ["softmax"]}, b"")
        for error in (
            {"type": "ValueError", "missing": None, "label": "cell 4", "line": 3, "text": "ValueError: x"},
            {"type": "Exception", "missing": "lstm_cell", "label": None, "line": None, "text": ""},
        )
    ]


def _values() -> list[Any]:
    plain = [None, True, 0, -(2**63), 1.5, float("nan"), -float("inf"), "é\ud800"[:1], "", [], (), {}]
    objects = [Ref(3, "", "LSTM"), Seeded(7), Opaque("meta"), torch.float16]
    tensors = [torch.ones(2, 3).to(dtype) for dtype in DTYPES.values()]
    views = [
        torch.ones(2, 3).T,
        torch.ones(4, 5)[:2, ::2],
        torch.ones(3, 1).expand(3, 4),
        torch.ones(()),
        torch.ones(2, 0),
    ]
    arrays: list[Any] = [np.ones((2, 3)), np.float32(1), np.bool_(True), np.arange(5, dtype=np.int16), np.zeros((0, 2))]
    deep: Any = torch.ones(1)
    for level in range(20):
        deep = [(deep,), [deep], {"a": deep}][level % 3]
    mixed = {"outputs": (torch.ones(2, 3, requires_grad=True), [np.ones(2), None]), 1: {"a": torch.zeros(2).bool()}}
    return [*plain, plain, objects, *objects, *tensors, *views, *arrays, tensors, deep, mixed, (mixed, deep)]


def _answer(value: Any) -> Frame:
    tree, buffers = protocol.encode(value)
    return {"seq": SEQ, "value": tree, "banned": ["softmax"]}, b"".join(bytes(piece) for piece in with_padding(buffers))
