"""Executes the cells of a module and answers requests about it.

The child runs one for the submission. The parent runs one for the reference and one for each mistake, in its own
process, so that an observation means the same on all of them.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

import numpy as np
import torch

from autograder.child.device import Launches
from autograder.child.operations import Operations
from autograder.child.tree import leaves, map_leaves, pairs
from autograder.child.work import MATRIX_PRODUCTS
from autograder.sandbox.protocol import Opaque, Ref, Seeded, oddity

SCAFFOLD = "scaffold"
_PLAIN = (bool, int, float, str)
_MAX_ITEMS = 10_000
_M_MMAP_MAX = -4  # malloc.h of glibc


class Missing(Exception):
    """A request names something that the module does not define."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Interpreter:
    """One module under observation. `name` becomes the `__name__` its code sees."""

    def __init__(self, name: str = "submission") -> None:
        self.module = types.ModuleType(name)
        sys.modules[name] = self.module  # dataclasses and typing look their module up by name
        self.namespace: dict[str, Any] = self.module.__dict__
        self.banned_seen: set[str] = set()
        """Withheld functions that were called since somebody asked."""
        self.labels: set[str] = set()
        """Names of the pieces of source that were executed, as tracebacks show them."""
        self._launches = Launches()
        self._kept: list[Any] = []
        self._handles: dict[int, int] = {}
        self._verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
            "load": self._load, "scaffold": self._scaffold, "withhold": self._withhold, "call": self._call, "vjp": self._vjp,
            "trace": self._trace, "take": self._take, "chance": self._chance, "forget": self._forget,
            "trim": self._trim, "hold": self._hold, "stage": self._stage, "launch": self._launch, "fetch": self._fetch,
        }  # fmt: skip

    def request(self, verb: str, payload: dict[str, Any]) -> Any:
        """The answer to one request, as plain data: tensors detached, other objects kept and replaced by a `Ref`."""
        if verb not in self._verbs:
            raise ValueError(f"unknown verb {verb}")
        value = self._verbs[verb](payload)
        try:
            return self.plain(value)
        except RecursionError:  # a list that holds itself
            return Opaque("deep")

    # ── verbs ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _load(self, payload: dict[str, Any]) -> None:
        """Execute one cell: `label` names it in tracebacks, `source` is its UTF-8 text as bytes."""
        source = bytes(payload["source"]).decode()
        self.labels.add(f"<{payload['label']}>")
        exec(compile(source, f"<{payload['label']}>", "exec", dont_inherit=True), self.namespace)

    def _scaffold(self, payload: dict[str, Any]) -> None:
        """Execute the assignment's given code as the module `scaffold`, importable by the cells."""
        module = types.ModuleType(SCAFFOLD)
        # Tracebacks, inspect and `import scaffold` in a cell all go through this entry.
        sys.modules[SCAFFOLD] = module
        self.labels.add(f"<{SCAFFOLD}>")
        exec(compile(bytes(payload["source"]).decode(), "<scaffold>", "exec", dont_inherit=True), module.__dict__)
        self.namespace[SCAFFOLD] = module

    def _withhold(self, payload: dict[str, Any]) -> None:
        """Take the torch functions `names` away from the process that this is in."""
        from autograder.child.withheld import withhold

        withhold(payload["names"], self.banned_seen.add)

    def _chance(self, payload: dict[str, Any]) -> torch.Tensor:
        """The state of torch's global generator, after seeding it when `seed` says so."""
        if payload["seed"] is not None:
            torch.manual_seed(payload["seed"])
        return torch.get_rng_state()

    def _forget(self, payload: dict[str, Any]) -> None:
        """Let go of every kept object; their handles are void. Asked for between tests."""
        self._kept.clear()
        self._handles.clear()

    def _call(self, payload: dict[str, Any]) -> Any:
        """Call `target`; with `echo`, return its result and what became of the arguments."""
        args, kwargs = self._arguments(payload)
        with self._with_dtype(payload):
            result = self._resolve(payload["target"])(*args, **kwargs)
            result = self._adopt(result, payload.get("dtype"))
        if payload.get("echo"):
            return result, (args, kwargs)
        return result

    def _trace(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Operation counts of one call and the largest tensor it made, in bytes; with `keep`, its result, too."""
        args, kwargs = self._arguments(payload)
        with self._with_dtype(payload):
            with Operations() as operations:
                result = self._resolve(payload["target"])(*args, **kwargs)
            result = self._adopt(result, payload.get("dtype"))
        counts = operations.counts
        found = {
            "ops": dict(counts),
            "matmuls": sum(counts[name] for name in MATRIX_PRODUCTS),
            "largest": operations.largest,
            "work": operations.work,
        }
        return {**found, "result": result} if payload.get("keep") else found

    # ── a call on a device, in three requests: only the second one is timed from outside ─────────────────────────

    def _stage(self, payload: dict[str, Any]) -> Ref:
        """Arguments of a later call on `device`, which has nothing else to do from now on."""
        return self._keep(self._launches.stage(payload["device"], *self._arguments(payload)))

    def _launch(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Call `target` on what was `staged`; the result stays here. `weigh`: its memory is measured, not its time."""
        staged, function = self._resolve(payload["staged"]), self._resolve(payload["target"])
        with self._with_dtype(payload):
            held, took = staged.launch(function, weigh=payload["weigh"])
        return {**took, "result": self._keep(held)}

    def _fetch(self, payload: dict[str, Any]) -> Any:
        """What a call returned, on the host."""
        return self._resolve(payload["result"]).fetch()

    def _trim(self, payload: dict[str, Any]) -> None:
        """Give memory that is free back to the system, so that what is resident is in use."""
        gc.collect()
        with suppress(AttributeError):  # a C library other than glibc
            ctypes.CDLL(None).malloc_trim(0)

    def _hold(self, payload: dict[str, Any]) -> None:
        """Keep memory from now on: a call that is timed does not ask the system for fresh pages."""
        with suppress(AttributeError):
            ctypes.CDLL(None).mallopt(_M_MMAP_MAX, 0)

    def _take(self, payload: dict[str, Any]) -> list[Any]:
        """At most `count` items of an iterator or iterable."""
        with self._with_dtype(payload):
            return list(islice(iter(self._resolve(payload["target"])), min(payload["count"], _MAX_ITEMS)))

    def _vjp(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Outputs of `target(*args)`, and the gradients of its inputs and parameters for a given cotangent.

        Gradients are None when the outputs do not have the cotangent's structure or hold no graph at all.
        """
        args, kwargs = self._arguments(payload)
        args = map_leaves(_leaf, args)
        function = self._resolve(payload["target"])
        parameters = self._parameters(payload["target"])
        with self._with_dtype(payload), torch.enable_grad():
            outputs = function(*args, **kwargs)
            chosen = _differentiable(outputs, payload["cotangent"])
            if chosen is None:
                return {"outputs": outputs, "inputs": None, "parameters": None}
            places = [leaf for _, leaf in leaves(args) if _is_leaf(leaf)]
            # A scalar instead of grad_outputs: the same gradients, without torch importing sympy to check shapes.
            total = torch.stack([(out * cot).sum().double() for out, cot in chosen]).sum()
            grads = torch.autograd.grad(total, [*places, *parameters.values()], allow_unused=True)
        of_input = iter(grads[: len(places)])
        return {
            "outputs": outputs,
            "inputs": map_leaves(lambda leaf: next(of_input) if _is_leaf(leaf) else None, args),
            "parameters": dict(zip(parameters, grads[len(places) :], strict=True)),
        }

    # ── values in and out ────────────────────────────────────────────────────────────────────────────────────────

    def _arguments(self, payload: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        arrive = self._incoming_array if payload.get("arrays") == "numpy" else self._incoming
        return map_leaves(arrive, tuple(payload["args"])), map_leaves(arrive, payload.get("kwargs") or {})

    def _incoming(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self._resolve(value)
        return torch.Generator().manual_seed(value.seed) if isinstance(value, Seeded) else value

    def _incoming_array(self, value: Any) -> Any:
        """A tensor becomes an array over the same memory, strides included."""
        return value.detach().numpy() if isinstance(value, torch.Tensor) else self._incoming(value)

    def _resolve(self, ref: Ref) -> Any:
        names = ref.path.split(".") if ref.path else []
        if ref.handle is not None:
            if not 0 <= ref.handle < len(self._kept):
                raise ValueError("no such handle")
            value = self._kept[ref.handle]
        else:
            if names[0] not in self.namespace:
                raise Missing(names[0])
            value = self.namespace[names.pop(0)]
        for name in names:
            if not hasattr(value, name):
                raise Missing(name)
            value = getattr(value, name)
        return value

    def _parameters(self, ref: Ref) -> dict[str, torch.Tensor]:
        """Named parameters of the module that `ref` is, or whose method it is."""
        owner = self._resolve(Ref(ref.handle)) if ref.handle is not None else None
        if not isinstance(owner, torch.nn.Module):
            return {}
        return {name: p for name, p in owner.named_parameters() if p.requires_grad}

    def _adopt(self, result: Any, dtype: torch.dtype | None) -> Any:
        """A module fresh from its constructor takes the dtype of the observation."""
        if isinstance(result, torch.nn.Module) and dtype is not None and id(result) not in self._handles:
            return result.to(dtype)
        return result

    def plain(self, value: Any) -> Any:
        return map_leaves(self._outgoing, value)

    def _outgoing(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            odd = oddity(value)
            return Opaque(odd) if odd else value.detach().requires_grad_(value.requires_grad)
        if value is None or type(value) in _PLAIN or isinstance(value, Ref | Seeded | Opaque | torch.dtype):
            return value
        if type(value) is np.ndarray or (isinstance(value, np.generic) and type(value).__module__ == "numpy"):
            return value
        return self._keep(value)

    def _keep(self, value: Any) -> Ref:
        if id(value) not in self._handles:
            self._handles[id(value)] = len(self._kept)
            self._kept.append(value)
        return Ref(self._handles[id(value)], "", type(value).__name__)

    @contextmanager
    def _with_dtype(self, payload: dict[str, Any]) -> Iterator[None]:
        """The default dtype is the observation's for as long as the call lasts."""
        before = torch.get_default_dtype()
        torch.set_default_dtype(payload.get("default_dtype") or before)
        try:
            yield
        finally:
            torch.set_default_dtype(before)


def _leaf(value: Any) -> Any:
    """A float tensor as the start of a graph; anything else as it is."""
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.detach().requires_grad_()
    return value


def _is_leaf(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_leaf and value.requires_grad


def _differentiable(outputs: Any, cotangent: Any) -> list[tuple[torch.Tensor, torch.Tensor]] | None:
    """(output, cotangent) pairs that hold a graph; None when a cotangent finds no output of its shape."""
    chosen = []
    for cot, out in pairs(cotangent, outputs):
        if cot is None:
            continue
        if not isinstance(out, torch.Tensor) or out.shape != cot.shape:
            return None
        if out.requires_grad:
            chosen.append((out, cot.to(out.dtype)))
    return chosen or None
