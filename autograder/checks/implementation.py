"""`impl` of an observation: looks like the student's module, asks a peer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from autograder.checks.context import in_numpy, note_asked, noun
from autograder.checks.peer import Peer
from autograder.child.tree import map_leaves
from autograder.sandbox.protocol import ARRAY_DTYPES, Opaque, Ref, Seeded

FLOATS: dict[str, torch.dtype] = {
    "float64": torch.float64,
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


_SHOWN = 8
"""A container of more values, counting those of containers in it, is described by their number alone."""
_AXES_SHOWN, _ELEMENTS_SHOWN = 6, 2**22
"""A shape beyond either is described without its sizes: whoever chooses them freely can write a message in them."""


class Launch(NamedTuple):
    """One call on a device. Seconds; bytes. What the child tells of itself is NaN where it tells nothing."""

    wall: float
    """From the request to its answer, by the grader's clock."""
    fetch: float
    """Until the result was here."""
    event: float
    """By the device's clock, as the child tells."""
    allocated: float
    driver: float

    @classmethod
    def of(cls, told: Any, wall: float, fetch: float) -> Launch:
        numbers = told if isinstance(told, dict) else {}
        event, allocated, driver = (
            float(value) if isinstance(value := numbers.get(name), int | float) else math.nan
            for name in ("event", "allocated", "driver")
        )
        return cls(wall, fetch, event, allocated, driver)


class Implementation:
    """One peer seen in one dtype: float64 tensors that cross to it are cast to `dtype`, modules made there too.

    `default` is torch's default dtype on the other side during a call; `perturb` changes a tensor before it is cast;
    with `count`, operations of every call are counted; with `device`, calls are made there, and what each took is
    noted: its time, or its memory where `weigh` says so.
    """

    def __init__(
        self,
        peer: Peer,
        dtype: torch.dtype = torch.float32,
        *,
        default: torch.dtype | None = None,
        perturb: Callable[[torch.Tensor], torch.Tensor] | None = None,
        echo: bool = False,
        count: bool = False,
        device: str | None = None,
        weigh: bool = False,
    ) -> None:
        self._peer, self._dtype, self._perturb = peer, dtype, perturb
        self._default = default if default is not None else dtype
        self._echo, self._count = echo, count
        self._device, self._weigh = device, weigh
        self._launches: list[Launch] = []
        self._calls: list[tuple[str, str]] = []
        self._echoes: list[tuple[str, Any, Any]] = []
        self._counts: list[dict[str, Any]] = []
        """What `trace` tells of each call, where calls are counted."""

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("__"):
            raise AttributeError(name)
        note_asked(name)
        return Remote(self, Ref(None, name))

    def _request(self, verb: str, ref: Ref, **payload: Any) -> Any:
        sent = {key: self._send(value) for key, value in payload.items()}
        options = {"dtype": self._dtype, "default_dtype": self._default, "arrays": "numpy" if in_numpy() else "torch"}
        value = self._peer.request(verb, {"target": ref, **options, **sent})
        return self._receive(value)

    def _on_device(self, ref: Ref, args: Any, kwargs: Any) -> Any:
        """One call: its arguments are brought there first and its result is fetched afterwards, both untimed."""
        staged = self._request("stage", ref, args=args, kwargs=kwargs, device=self._device)
        began = time.perf_counter()
        told = self._request("launch", ref, staged=staged, weigh=self._weigh)
        launched = time.perf_counter()
        value = self._request("fetch", ref, result=told.get("result") if isinstance(told, dict) else None)
        self._launches.append(Launch.of(told, launched - began, time.perf_counter() - launched))
        return value

    def _send(self, value: Any) -> Any:
        return map_leaves(self._crossing, value)

    def _crossing(self, value: Any) -> Any:
        if isinstance(value, Remote):
            return value._ref
        if isinstance(value, torch.Tensor) and value.dtype is torch.float64:
            perturbed = self._perturb(value) if self._perturb is not None else value
            return _like_strides(perturbed.to(self._dtype), value)
        return value

    def _receive(self, value: Any) -> Any:
        return map_leaves(self._arriving, value)

    def _arriving(self, leaf: Any) -> Any:
        if isinstance(leaf, Ref):
            return Remote(self, leaf)
        return _from_numpy(leaf) if in_numpy() else leaf


def _from_numpy(leaf: Any) -> Any:
    """An array as a tensor; one without axes as a number, like NumPy's scalars: no caller of NumPy tells them apart."""
    if isinstance(leaf, torch.Tensor):
        return Opaque("torch")
    if isinstance(leaf, np.generic) or (isinstance(leaf, np.ndarray) and not leaf.ndim):
        return leaf.item()
    if isinstance(leaf, np.ndarray) and leaf.dtype.name in ARRAY_DTYPES:
        return torch.from_numpy(np.array(leaf, order="C", dtype=leaf.dtype.newbyteorder("=")))
    return leaf


def _like_strides(cast: torch.Tensor, original: torch.Tensor) -> torch.Tensor:
    """A tensor that was not contiguous stays so: casting tidies up one with gaps between its elements."""
    if original.is_contiguous() or not cast.is_contiguous() or not cast.dim():
        return cast
    wide = cast.new_zeros((*cast.shape[:-1], 2 * cast.shape[-1] + 1))
    wide[..., :-1:2] = cast
    return wide[..., :-1:2]


class Remote:
    """A function, class or object on the other side: call it, or reach for its attributes."""

    def __init__(self, implementation: Implementation, ref: Ref) -> None:
        self._implementation, self._ref = implementation, ref

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("__"):
            raise AttributeError(name)
        path = f"{self._ref.path}.{name}" if self._ref.path else name
        return Remote(self._implementation, Ref(self._ref.handle, path, self._ref.type))

    @property
    def _name(self) -> str:
        parts = [self._ref.type, self._ref.path]
        return ".".join(part for part in parts if part)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        impl = self._implementation
        if impl._count:
            found = impl._request("trace", self._ref, args=args, kwargs=kwargs, keep=True)
            value = found.pop("result")
            impl._counts.append(found)
        elif impl._device is not None:
            value = impl._on_device(self._ref, args, kwargs)
        else:
            value = impl._request("call", self._ref, args=args, kwargs=kwargs, echo=impl._echo)
        if impl._echo and not impl._count:
            value, after = value
            impl._echoes.append((self._name, impl._send((args, kwargs)), after))
        impl._calls.append((self._name, describe(value)))
        return value


def generator(seed: int) -> Seeded:
    """A `torch.Generator` seeded with `seed`, made anew wherever it arrives."""
    return Seeded(seed)


def take(iterator: Remote, count: int) -> list[Any]:
    """At most `count` items of an iterator that lives on the other side."""
    items: list[Any] = iterator._implementation._request("take", iterator._ref, count=count)
    return items


def vjp(function: Remote, inputs: tuple[Any, ...], cotangent: Any, **kwargs: Any) -> dict[str, Any]:
    """Outputs of `function(*inputs)` and the vector–Jacobian product of `cotangent`, where the function lives.

    `cotangent` has the structure of the outputs, with None for what is left out. Returns `outputs`; `inputs`, the
    gradients in the structure of `inputs` (None for what is not a float tensor or received none); and `parameters`,
    by name, when the function is a module or the method of one.
    """
    impl = function._implementation
    result: dict[str, Any] = impl._request("vjp", function._ref, args=inputs, cotangent=cotangent, kwargs=kwargs)
    impl._calls.append((function._name, describe(result["outputs"])))
    return result


def describe(value: Any) -> str:
    """A value's structure in words and shapes, never its numbers: `(tensor (5, 7) float32, None)`."""
    if isinstance(value, torch.Tensor):
        return f"{noun()} {shown_shape(value.shape)} {str(value.dtype).removeprefix('torch.')}"
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return value.what
    if isinstance(value, Remote):
        return _object_in_words(value._ref.type)
    if isinstance(value, tuple | list | dict):
        return _container_in_words(value)
    kind = type(value).__name__
    return {"str": "a string", "int": "an integer", "float": "a number", "bool": "a boolean"}.get(kind, _array(value))


def shown_shape(shape: Sequence[int]) -> str:
    """`(5, 7)`; of an unusual shape the number of axes, or that it is large."""
    if len(shape) > _AXES_SHOWN:
        return f"of {len(shape)} axes"
    if math.prod(max(size, 1) for size in shape) > _ELEMENTS_SHOWN:
        return "of more than 4 million elements"
    return str(tuple(shape))


def _container_in_words(value: Any) -> str:
    """Outlines of a few values. Keys are left out: they are the submission's, and could tell an input."""
    if _count(value) > _SHOWN:
        return f"a {type(value).__name__} of {len(value)} value{'' if len(value) == 1 else 's'}"
    words = ", ".join(map(describe, value.values() if isinstance(value, dict) else value))
    if isinstance(value, dict):
        return f"{{{words}}}"
    if isinstance(value, list):
        return f"[{words}]"
    return f"({words},)" if len(value) == 1 else f"({words})"


def _count(value: Any) -> int:
    """Values in a container, and in containers in it, which count themselves too."""
    if not isinstance(value, tuple | list | dict):
        return 0
    return len(value) + sum(map(_count, value.values() if isinstance(value, dict) else value))


def _object_in_words(kind: str) -> str:
    return f"a {kind}" if kind in ("generator", "function", "set", "iterator", "list_iterator") else "an object"


def _array(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"a NumPy array {shown_shape(shape)}" if shape is not None else "a value of another type"
