"""One call on a device: what the device still has to do is waited for before it and after it.

A device works on while Python goes on, so a clock that is read when a function returns has measured nothing. Here the
whole device is waited for, every stream of it; its own events give a second figure, and a buffer of twice the size of
its second-level cache is written before the call, so that every call finds the cache as cold as the first one does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from autograder.child.tree import map_leaves

_HOST_CACHE = 64 * 2**20


class Device(Protocol):
    """Where the tensors of a call live."""

    def cool(self) -> None:
        """Nothing that the next call needs is in the cache, and the device has nothing left to do."""

    def timed(self, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        """What `call` returns, and `event`: its seconds by the device's own clock."""

    def weighed(self, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        """What `call` returns, and bytes that it took on top: `allocated` by torch's count, `driver` by the driver's."""


class Cuda:
    """The first GPU."""

    def __init__(self) -> None:
        self._buffer = torch.empty(2 * _cache_of_gpu(), dtype=torch.uint8, device="cuda")

    def cool(self) -> None:
        self._buffer.zero_()
        torch.cuda.synchronize()

    def timed(self, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        begin.record()
        value = call()
        end.record()
        torch.cuda.synchronize()
        return value, {"event": begin.elapsed_time(end) / 1e3}

    def weighed(self, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        torch.cuda.synchronize()
        torch.cuda.empty_cache()  # so that the driver's figure moves by what this call makes torch ask for
        torch.cuda.reset_peak_memory_stats()
        allocated, free = torch.cuda.memory_allocated(), torch.cuda.mem_get_info()[0]
        value = call()
        torch.cuda.synchronize()
        took = torch.cuda.max_memory_allocated() - allocated
        return value, {"allocated": float(took), "driver": float(max(0, free - torch.cuda.mem_get_info()[0]))}


class Host:
    """The processor, asked for in the same way: all of the path that needs no GPU can be run on it."""

    def __init__(self) -> None:
        self._buffer = torch.empty(_HOST_CACHE, dtype=torch.uint8)

    def cool(self) -> None:
        self._buffer.zero_()

    def timed(self, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        began = time.perf_counter()
        value = call()
        return value, {"event": time.perf_counter() - began}

    def weighed(self, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        raise ValueError("memory on the host is measured from outside: leave device= out")


@dataclass(frozen=True)
class Held:
    """What a call returned, where it was computed."""

    value: Any

    def fetch(self) -> Any:
        """The same on the host."""
        return _moved(self.value, "cpu")


@dataclass(frozen=True)
class Staged:
    """Arguments of a call, on a device."""

    device: Device
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def launch(self, function: Callable[..., Any], *, weigh: bool) -> tuple[Held, dict[str, float]]:
        """What the call returns, and the time it took, or its memory."""
        measure = self.device.weighed if weigh else self.device.timed
        value, took = measure(lambda: function(*self.args, **self.kwargs))
        return Held(value), took


class Launches:
    """The devices of one process, each opened when it is first asked for."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}

    def stage(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Staged:
        """Arguments on the device called `name`, which has nothing else to do from now on."""
        if name not in self._devices:
            self._devices[name] = open_device(name)
        device = self._devices[name]
        staged = Staged(device, _moved(args, name), _moved(kwargs, name))
        device.cool()
        return staged


def _moved(value: Any, device: str) -> Any:
    return map_leaves(lambda leaf: leaf.to(device) if isinstance(leaf, torch.Tensor) else leaf, value)


def open_device(name: str) -> Device:
    """The device called `cuda` or `cpu`. Raises RuntimeError where there is none, ValueError for another name."""
    if name == "cuda":
        return Cuda()
    if name == "cpu":
        return Host()
    raise ValueError(f"there is no device {name!r} here: cuda or cpu")


def _cache_of_gpu() -> int:
    size: int = torch.cuda.get_device_properties(0).L2_cache_size
    return size
