"""Values to a JSON tree and raw buffers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.sandbox.protocol.vocabulary import (
    ARRAY_DTYPES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_DIMS,
    NAMES,
    Opaque,
    Ref,
    Seeded,
    Uncrossable,
    extent,
    fits,
)

Keep = Callable[[Any], Ref]


def refuse(value: Any) -> Ref:
    """The `keep` of a side that has nowhere to keep objects."""
    raise TypeError(f"a {type(value).__name__} cannot cross to the other side")


def encode(value: Any, keep: Keep = refuse) -> tuple[Any, list[memoryview]]:
    """`value` as a JSON tree and the buffers of its tensors; other objects are handed to `keep`."""
    buffers: list[memoryview] = []
    return _encode(value, keep, buffers, 0), buffers


def _encode(value: Any, keep: Keep, buffers: list[memoryview], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Uncrossable("deep")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if fits(value) else _tag("opaque", kind="integer")
    if kind is float:
        return value if math.isfinite(value) else _tag("float", v=repr(value))
    if kind in (list, tuple):
        items = [_encode(item, keep, buffers, depth + 1) for item in value]
        return items if kind is list else _tag("tuple", v=items)
    if isinstance(value, dict):
        pairs = [[_key(k), _encode(v, keep, buffers, depth + 1)] for k, v in value.items()]
        return _tag("dict", v=pairs)
    if isinstance(value, torch.Tensor):
        return _encode_tensor(value, buffers)
    if kind is np.ndarray or isinstance(value, np.generic):
        return _encode_array(np.asarray(value), buffers, scalar=isinstance(value, np.generic))
    return _encode_object(value, keep)


def _encode_object(value: Any, keep: Keep) -> Any:
    if isinstance(value, Ref):
        return _tag("ref", handle=value.handle, path=value.path, type=value.type)
    if isinstance(value, Seeded):
        return _tag("generator", seed=value.seed)
    if isinstance(value, Opaque):
        return _tag("opaque", kind=value.kind)
    if isinstance(value, torch.dtype) and value in NAMES:
        return _tag("dtype", v=NAMES[value])
    return _encode_object(keep(value), refuse)


def _tag(tag: str, /, **fields: Any) -> dict[str, Any]:
    return {"$": tag, **fields}


def _key(key: Any) -> str | int:
    if type(key) is str or (type(key) in (int, bool) and fits(key)):
        return key if type(key) is str else int(key)
    raise Uncrossable("keys")


def oddity(value: torch.Tensor) -> str | None:
    """Why `value` is not plain data, one of ODDITIES; None if it is."""
    if type(value) is not torch.Tensor and type(value) is not torch.nn.Parameter:
        return "subclass"  # first of all: a subclass may lie about everything below
    if value.layout is not torch.strided or value.is_nested:
        return "sparse"
    if value.is_quantized:
        return "quantised"
    if value.is_meta:
        return "meta"
    if value.dtype not in NAMES:
        return "dtype"
    if extent(value.shape) * value.element_size() > MAX_BODY - 2**20:
        return "large"
    return "axes" if value.dim() > MAX_DIMS else None


def _encode_tensor(value: torch.Tensor, buffers: list[memoryview]) -> Any:
    odd = oddity(value)
    if odd is not None:
        return _tag("opaque", kind=odd)
    head = _tag("tensor", dtype=NAMES[value.dtype], shape=list(value.shape), grad=value.requires_grad)
    data = value.detach().resolve_conj().resolve_neg().cpu()
    if not data.is_contiguous() and value.numel() > 1:
        # Axes of one element first: their strides mean nothing.
        shape, strides = data.shape, data.stride()
        head["axes"] = sorted(range(data.dim()), key=lambda axis: (shape[axis] != 1, -strides[axis]))
        data = data.permute(head["axes"])
        if not data.is_contiguous():
            head["gap"] = True
            data = _with_gaps(data)
    flat = data.contiguous().reshape(-1)
    if flat.numel() == 1:  # which counts as contiguous whatever its stride
        flat = flat.as_strided((1,), (1,))
    buffers.append(_bytes_of(flat.view(torch.uint8).numpy()) if flat.numel() else memoryview(b""))
    return head


def _with_gaps(data: torch.Tensor) -> torch.Tensor:
    """`data` as every other element of an array whose rows are one longer: no two of its axes can be viewed as one."""
    wide = data.new_zeros((*data.shape[:-1], 2 * data.shape[-1] + 1))
    wide[..., :-1:2] = data
    return wide


def _encode_array(value: np.ndarray[Any, Any], buffers: list[memoryview], *, scalar: bool) -> Any:
    name = value.dtype.name
    large = extent(value.shape) * value.itemsize > MAX_BODY - 2**20
    if name not in ARRAY_DTYPES or large or value.ndim > MAX_DIMS:
        return _tag("opaque", kind="array")
    data = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<")).reshape(-1)
    buffers.append(_bytes_of(data.view(np.uint8)) if data.size else memoryview(b""))
    return _tag("array", dtype=name, shape=list(value.shape), scalar=scalar)


def _bytes_of(data: Any) -> memoryview:
    """The memory of a flat array of bytes. NumPy's stubs do not say that an array is a buffer before Python 3.12."""
    return memoryview(data)
