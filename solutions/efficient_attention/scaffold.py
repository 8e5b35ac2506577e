"""Given code for the assignment `efficient_attention`: measuring tools, a recall task, and what tests call by name.

You need not change anything here. The same file stands beside your notebook when it is graded.
Axes: B batch, H heads, N positions, d width of queries and keys, dv width of values, D features.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

Attention = Callable[..., Tensor]

ROOT = "the square root of N"
SEEDED = "a generator seeded anew for each call"


def options_for(options: dict[str, Any], N: int) -> dict[str, Any]:
    """The keyword arguments of a call at size N, with ROOT and SEEDED filled in."""
    filled = {ROOT: round(math.sqrt(N)), SEEDED: torch.Generator().manual_seed(0)}
    return {name: filled[value] if isinstance(value, str) else value for name, value in options.items()}


def shared(lsh: Attention) -> Attention:
    """`lsh` as a function of q, k and v: the keys serve as both, and the queries are ignored."""

    def attention(q: Tensor, k: Tensor, v: Tensor, **options: Any) -> Tensor:
        return lsh(k, k, v, **options)

    return attention


class _Largest(TorchDispatchMode):
    """Remembers the bytes of the largest tensor that an operation returned."""

    bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for value in result if isinstance(result, tuple | list) else (result,):
            if isinstance(value, Tensor):
                self.bytes = max(self.bytes, value.untyped_storage().nbytes())
        return result


@torch.no_grad()
def measure(
    attention: Attention, options: dict[str, Any], sizes: Sequence[int], repeats: int = 5
) -> tuple[list[float], list[int]]:
    """CPU seconds (median of `repeats`) and bytes of the largest tensor of a call at each N; B = 1, H = 2, d = 32."""
    seconds, largest = [], []
    for N in sizes:
        q, k, v = torch.randn(3, 1, 2, N, 32, generator=torch.Generator().manual_seed(N))
        attention(q, k, v, **options_for(options, N))
        taken = []
        for _ in range(repeats):
            began = time.process_time()
            attention(q, k, v, **options_for(options, N))
            taken.append(time.process_time() - began)
        with _Largest() as seen:
            attention(q, k, v, **options_for(options, N))
        seconds.append(_median(taken))
        largest.append(seen.bytes)
    return seconds, largest


def slope(sizes: Sequence[int], values: Sequence[float]) -> float:
    """The exponent p of values ~ N^p: the median of the slopes between all pairs of points (Theil–Sen)."""
    points = [(math.log(n), math.log(max(value, 1e-12))) for n, value in zip(sizes, values, strict=True)]
    return _median([(y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1 :]])


def _median(values: Sequence[float]) -> float:
    """The value in the middle; the mean of both where there are two."""
    ordered, middle = sorted(values), len(values) // 2
    return (ordered[middle] + ordered[-1 - middle]) / 2


@torch.no_grad()
def recall_by_distance(
    attention: Attention, options: dict[str, Any], *, N: int, symbols: int = 16, asked: int = 32, d: int = 64
) -> tuple[list[int], list[float]]:
    """Associative recall: how often the right symbol is looked up, against the distance to where it stands.

    Position j has a random unit vector as its key and one of `symbols` symbols as its value. The last `asked`
    positions ask, with the key of the position a certain distance before them, slightly turned. Queries and keys
    have norm 5, so that full attention finds the one key that fits. Returns distances and accuracies.
    """
    # Powers of √2 from `asked` on, so that no question stands where another one looks.
    distances = [round(asked * 2 ** (e / 2)) for e in range(int(2 * math.log2((N - asked) / asked)) + 1)]
    accuracies = []
    for distance in distances:
        generator = torch.Generator().manual_seed(distance)
        keys = torch.nn.functional.normalize(torch.randn(N, d, generator=generator), dim=-1)
        meaning = torch.randint(symbols, (N,), generator=generator)
        values = torch.nn.functional.one_hot(meaning, symbols).float()
        who = torch.arange(N - asked, N)
        for i in who.tolist():
            noise = torch.nn.functional.normalize(torch.randn(d, generator=generator), dim=-1)
            keys[i] = torch.nn.functional.normalize(keys[i - distance] + 0.3 * noise, dim=-1)
            values[i] = 0
        scale = 5 * d**0.25
        q = k = (scale * keys)[None, None]
        out = attention(q, k, values[None, None], **options_for(options, N))[0, 0]
        accuracies.append((out[who].argmax(-1) == meaning[who - distance]).float().mean().item())
    return distances, accuracies


def exponential(x: Tensor) -> Tensor:
    """A feature map: [...,d] → [...,2d], e^x and e^(−x)."""
    return torch.cat([torch.exp(x), torch.exp(-x)], dim=-1)


def squares(x: Tensor) -> Tensor:
    """A feature map: [...,d] → [...,d], x² + ½."""
    return x * x + 0.5


def raised(function: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """The name of the exception that a call raises; "nothing" when it returns."""
    try:
        function(*arguments, **options)
    except NotImplementedError:
        raise  # nothing has been written yet
    except Exception as error:
        return type(error).__name__
    return "nothing"


def kept_bytes(function: Callable[..., Any], *inputs: Tensor, **options: Any) -> int:
    """Bytes of the tensors that autograd keeps between forward and backward."""
    kept = 0

    def keep(tensor: Tensor) -> Tensor:
        nonlocal kept
        kept += tensor.numel() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = function(*[x.clone().requires_grad_() for x in inputs], **options)
    del result
    return kept


def forward_and_backward(function: Callable[..., Any], *inputs: Tensor, **options: Any) -> list[Tensor]:
    """One forward and one backward pass: the gradients of all inputs under a cotangent of ones."""
    tensors = [x.clone().requires_grad_() for x in inputs]
    result = function(*tensors, **options)
    out = result[0] if isinstance(result, tuple | list) else result
    return list(torch.autograd.grad(out.sum(), tensors))
