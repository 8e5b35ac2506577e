"""A JSON tree and raw buffers to values; nothing in them is trusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.sandbox.protocol.vocabulary import (
    ARRAY_DTYPES,
    DTYPES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_DIMS,
    ODDITIES,
    Opaque,
    ProtocolError,
    Ref,
    Seeded,
    extent,
    fits,
    padded,
)


def decode(tree: Any, body: bytearray, type_names: frozenset[str] | None = None) -> Any:
    """The value that `encode` turned into `tree` and the buffers in `body`; tensors share memory with `body`.

    With `type_names`, the value is an answer: a Ref in it is a kept object, under one of these names or none.
    """
    reader = _BodyReader(body, type_names)
    value = _decode(tree, reader, 0)
    reader.finish()
    return value


class _BodyReader:
    """Hands out the buffers of a body in order, and knows when there is too little or too much."""

    def __init__(self, body: bytearray, type_names: frozenset[str] | None) -> None:
        self.body, self.offset, self.type_names = body, 0, type_names

    def take(self, shape: list[int], itemsize: int, *, truth: bool) -> tuple[int, int]:
        """(count, offset) of the next buffer. `truth`: a byte of 7 is no truth value; it becomes 1, in place."""
        if extent(shape) > MAX_BODY:
            raise ProtocolError("a shape is larger than any body")
        count = math.prod(shape)
        end = self.offset + count * itemsize
        if end > len(self.body):
            raise ProtocolError("a tensor is larger than the bytes that came with it")
        offset, self.offset = self.offset, min(padded(end), len(self.body))
        if truth and count:
            raw = np.frombuffer(self.body, dtype=np.uint8, count=count, offset=offset)
            np.not_equal(raw, 0, out=raw.view(np.bool_))
        return count, offset

    def finish(self) -> None:
        if self.offset != len(self.body):
            raise ProtocolError("bytes are left over after the last tensor")


def _decode(tree: Any, reader: _BodyReader, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise ProtocolError(f"a value is nested deeper than {MAX_DEPTH}")
    if tree is None or isinstance(tree, bool):
        return tree
    if isinstance(tree, float):
        return _finite(tree)
    if isinstance(tree, str):
        return clean(tree)
    if isinstance(tree, int):
        return _whole(tree)
    if isinstance(tree, list):
        return [_decode(item, reader, depth + 1) for item in tree]
    if not isinstance(tree, dict):
        raise ProtocolError("a value has an unknown form")
    tag = tree.get("$")
    if not isinstance(tag, str) or tag not in _DECODERS:
        raise ProtocolError("a value has an unknown tag")
    decoder, fields = _DECODERS[tag]
    if not tree.keys() <= fields:
        raise ProtocolError("a value has an unknown field")
    return decoder(tree, reader, depth)


def _decode_items(tree: dict[str, Any], reader: _BodyReader, depth: int) -> tuple[Any, ...]:
    return tuple(_decode(item, reader, depth + 1) for item in _field(tree, "v", list))


def _decode_dict(tree: dict[str, Any], reader: _BodyReader, depth: int) -> dict[str | int, Any]:
    result: dict[str | int, Any] = {}
    for pair in _field(tree, "v", list):
        if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) not in (str, int):
            raise ProtocolError("a dict entry is not a key and a value")
        key = clean(pair[0]) if isinstance(pair[0], str) else _whole(pair[0])
        if key in result:
            raise ProtocolError("a dict has a key twice")
        result[key] = _decode(pair[1], reader, depth + 1)
    return result


def _decode_float(tree: dict[str, Any], reader: _BodyReader, depth: int) -> float:
    word = _field(tree, "v", str)
    if word not in ("nan", "inf", "-inf"):
        raise ProtocolError("an unknown number")
    return float(word)


def _decode_tensor(tree: dict[str, Any], reader: _BodyReader, depth: int) -> torch.Tensor:
    dtype = DTYPES.get(_field(tree, "dtype", str))
    if dtype is None:
        raise ProtocolError("an unknown dtype")
    shape, grad = _shape(tree), _flag(tree, "grad")
    if grad and not (dtype.is_floating_point or dtype.is_complex):
        raise ProtocolError("a tensor of integers that requires grad")
    value = _strided(tree, shape, dtype, reader) if "axes" in tree or "gap" in tree else _dense(shape, dtype, reader)
    return value.requires_grad_() if grad else value


def _dense(shape: list[int], dtype: torch.dtype, reader: _BodyReader) -> torch.Tensor:
    count, offset = reader.take(shape, dtype.itemsize, truth=dtype is torch.bool)
    if not count:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(reader.body, dtype=dtype, count=count, offset=offset).reshape(shape)


def _strided(tree: dict[str, Any], shape: list[int], dtype: torch.dtype, reader: _BodyReader) -> torch.Tensor:
    """A tensor that was not contiguous arrives as one that is not, either: a view of what came."""
    axes, gap = _axes(tree, len(shape)), _flag(tree, "gap")
    stored = [shape[axis] for axis in axes]
    if gap:
        if not axes:
            raise ProtocolError("a gap in a tensor without axes")
        stored[-1] = 2 * stored[-1] + 1
    value = _dense(stored, dtype, reader)
    return (value[..., :-1:2] if gap else value).permute(sorted(range(len(axes)), key=axes.__getitem__))


def _shape(tree: dict[str, Any]) -> list[int]:
    shape = tree.get("shape")
    if not isinstance(shape, list) or len(shape) > MAX_DIMS:
        raise ProtocolError("a shape is not a short list")
    if not all(type(n) is int and 0 <= n <= MAX_BODY for n in shape):
        raise ProtocolError("a shape holds something other than sizes")
    return shape


def _axes(tree: dict[str, Any], count: int) -> list[int]:
    """The axes from the outermost in memory to the innermost."""
    axes = tree.get("axes")
    if not isinstance(axes, list) or not all(type(axis) is int for axis in axes) or sorted(axes) != list(range(count)):
        raise ProtocolError("an order of axes that is not one")
    return axes


def _decode_array(tree: dict[str, Any], reader: _BodyReader, depth: int) -> Any:
    name = _field(tree, "dtype", str)
    if name not in ARRAY_DTYPES:
        raise ProtocolError("an unknown dtype")
    dtype, shape, scalar = np.dtype(name).newbyteorder("<"), _shape(tree), _flag(tree, "scalar")
    if scalar and shape:
        raise ProtocolError("a scalar with axes")
    count, offset = reader.take(shape, dtype.itemsize, truth=name == "bool")
    value = np.frombuffer(reader.body, dtype=dtype, count=count, offset=offset) if count else np.empty(0, dtype)
    value = value.astype(np.dtype(name), copy=False).reshape(shape)
    return value[()] if scalar else value


def _decode_ref(tree: dict[str, Any], reader: _BodyReader, depth: int) -> Ref:
    handle = tree.get("handle")
    if handle is not None and (type(handle) is not int or not 0 <= handle < 2**31):
        raise ProtocolError("a handle is not a number")
    path, name = _field(tree, "path", str), _field(tree, "type", str)
    if reader.type_names is None:
        return Ref(handle, path, name)
    if handle is None or path:
        raise ProtocolError("a reference that is no kept object")
    return Ref(handle, "", name if name in reader.type_names else "")


def _decode_generator(tree: dict[str, Any], reader: _BodyReader, depth: int) -> Seeded:
    return Seeded(_whole(_field(tree, "seed", int)))


def _decode_dtype(tree: dict[str, Any], reader: _BodyReader, depth: int) -> torch.dtype:
    name = _field(tree, "v", str)
    if name not in DTYPES:
        raise ProtocolError("an unknown dtype")
    return DTYPES[name]


def _decode_opaque(tree: dict[str, Any], reader: _BodyReader, depth: int) -> Opaque:
    kind = _field(tree, "kind", str)
    if kind not in ODDITIES:
        raise ProtocolError("an unknown reason why a value cannot cross")
    return Opaque(kind)


_DECODERS: dict[str, tuple[Callable[[dict[str, Any], _BodyReader, int], Any], frozenset[str]]] = {
    tag: (decoder, frozenset({"$", *fields.split()}))
    for tag, decoder, fields in (
        ("tuple", _decode_items, "v"),
        ("dict", _decode_dict, "v"),
        ("float", _decode_float, "v"),
        ("tensor", _decode_tensor, "dtype shape grad axes gap"),
        ("array", _decode_array, "dtype shape scalar"),
        ("ref", _decode_ref, "handle path type"),
        ("generator", _decode_generator, "seed"),
        ("dtype", _decode_dtype, "v"),
        ("opaque", _decode_opaque, "kind"),
    )
}
"""Tag → how to read it, and the fields that it may have."""


def clean(text: str) -> str:
    """`text` without halves of surrogate pairs, which JSON can say and a result file cannot."""
    return text.encode("utf-8", "replace").decode()


def _finite(value: float) -> float:
    if not math.isfinite(value):  # 1e999
        raise ProtocolError("a number that is too large")
    return value


def _whole(value: int) -> int:
    if not fits(value):
        raise ProtocolError("an integer of more than 64 bits")
    return value


def _flag(tree: dict[str, Any], name: str) -> bool:
    value = tree.get(name, False)
    if type(value) is not bool:
        raise ProtocolError(f"{name} is neither true nor false")
    return value


def _field(tree: dict[str, Any], name: str, kind: type) -> Any:
    value = tree.get(name)
    if type(value) is not kind:
        raise ProtocolError(f"{name} is missing or of the wrong type")
    return value
