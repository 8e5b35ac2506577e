"""What both sides know before the first byte: limits, dtypes, references, and the words for what cannot cross."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch

MAX_HEAD = 64 * 1024
MAX_BODY = 256 * 1024 * 1024
MAX_DEPTH = 24
MAX_DIMS = 16
BROKEN_CONNECTION = 70
"""Exit code of a child that cannot go on: the submission closed or broke its connection."""
ALIGN = 64
"""Bytes to a multiple of which every buffer is padded."""

DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
        torch.complex64, torch.complex128,
    )
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}
# What a NumPy array may hold; object arrays would need pickle.
ARRAY_DTYPES = {name for name in DTYPES if name != "bfloat16"}


class ProtocolError(Exception):
    """A frame that breaks the rules above."""


class Uncrossable(ProtocolError):
    """A value that no frame can hold; `kind` is one of ODDITIES."""

    def __init__(self, kind: str) -> None:
        super().__init__(ODDITIES[kind])
        self.kind = kind


class TooMuch(ProtocolError):
    """A body that is within the rules, but finds no room on this side."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a body of {size} bytes finds no room")


@dataclass(frozen=True)
class Ref:
    """Something that lives in the child: a kept object (`handle`), or a name of the module, and a path of attributes."""

    handle: int | None
    path: str = ""
    type: str = ""


@dataclass(frozen=True)
class Seeded:
    """A `torch.Generator`, which crosses as its seed."""

    seed: int


ODDITIES: dict[str, str] = {
    "subclass": "a subclass of Tensor",
    "sparse": "a sparse tensor",
    "quantised": "a quantised tensor",
    "meta": "a tensor on the meta device, which holds no data",
    "dtype": "a tensor of an unusual dtype",
    "axes": f"a tensor with more than {MAX_DIMS} axes",
    "large": f"a tensor of more than the {MAX_BODY // 2**20 - 1} MiB that are read",
    "array": "a NumPy array that does not hold plain numbers",
    "torch": "a tensor of torch",
    "integer": "an integer of more than 64 bits",
    "deep": f"a value nested deeper than {MAX_DEPTH} levels, or inside itself",
    "keys": "a dict with keys that are neither strings nor integers",
    "long": "more than can be read: too many values, or too large ones",
}
"""Why a value cannot cross, and how students are told. Words of ours: a message never repeats the other side's."""


@dataclass(frozen=True)
class Opaque:
    """A value that cannot cross; `kind` is one of ODDITIES."""

    kind: str

    @property
    def what(self) -> str:
        return ODDITIES[self.kind]


def fits(value: int) -> bool:
    """Whether `value` has at most 64 bits."""
    return -(2**63) <= value < 2**63


def extent(shape: Iterable[int]) -> int:
    """Number of elements, empty axes counted as one: strides must fit even where there is nothing."""
    return math.prod(max(size, 1) for size in shape)


def padded(size: int) -> int:
    """Bytes that a buffer of `size` bytes takes in a body."""
    return -(-size // ALIGN) * ALIGN
