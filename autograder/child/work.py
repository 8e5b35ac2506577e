"""How much arithmetic one ATen operation is: what a matrix product multiplies and adds, else elements.

Matrix products, convolutions and attention count 2 for each multiply-add (as `torch.utils.flop_counter` does, which
knows no formula for attention on a CPU and counts it as 0). Everything else that is no view counts the elements of the
largest tensor that goes in or comes out, so that a product written as a broadcast and a sum counts, too. What is
inside of a sort or a decomposition is not: their exponents are those of their data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

# Every matrix product of ATen that torch.nn.functional.linear, einsum and @ end in.
MATRIX_PRODUCTS = frozenset({"mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot"})

_FREE = frozenset({"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "detach", "alias"})
_FREE_TOO = frozenset({"_unsafe_view", "_reshape_alias", "lift_fresh", "resize_", "set_", "_local_scalar_dense"})
_PICKED = frozenset({"index", "index_select", "gather", "embedding", "take", "masked_select"})
"""Reads no more of its table than it returns."""
_PLACED = frozenset(
    {"index_put_", "_index_put_impl_", "index_add_", "index_copy_", "scatter_", "scatter_add_", "scatter_reduce_"}
)
"""Writes no more into its first argument than it is given."""


def work_of(func: Any, args: tuple[Any, ...], result: Any) -> int:
    """Multiplications and additions, or elements, of one call of the operator `func`."""
    name: str = func.overloadpacket.__name__
    if name in _FREE or name in _FREE_TOO or func.is_view:
        return 0
    formula = _FORMULAS.get(name) or (_attention if name.startswith(_ATTENTION) else None)
    if formula is not None:
        return formula(args, result)
    if name in _PICKED:
        return _most(result)
    if name in _PLACED:
        return _most(args[1:])
    return max(_most(args), _most(result))


def _most(value: Any) -> int:
    """Elements of the largest tensor in `value`."""
    return max(map(_elements, _tensors(value)), default=0)


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _tensors(one)


def _elements(tensor: torch.Tensor) -> int:
    """Of a sparse tensor, those that are stored."""
    return tensor.numel() if tensor.layout is torch.strided else int(tensor.values().numel())


def _product(first: int) -> Callable[[tuple[Any, ...], Any], int]:
    """(…, n, k) @ (…, k, m), whose left factor is argument number `first`; a vector is a matrix with m = 1."""

    def multiply(args: tuple[Any, ...], result: Any) -> int:
        left, right = args[first], args[first + 1]
        return 2 * _elements(left) * (int(right.shape[-1]) if right.dim() > 1 else 1)

    return multiply


def _linear(args: tuple[Any, ...], result: Any) -> int:
    return 2 * _elements(args[0]) * int(args[1].shape[0])


def _convolution(args: tuple[Any, ...], result: Any) -> int:
    """Every output element is a product with the weights of one output channel."""
    weight = args[1]
    return int(2 * result.numel() * (weight.numel() // max(int(weight.shape[0]), 1)))


def _distances(args: tuple[Any, ...], result: Any) -> int:
    """(…, n, d) against (…, m, d)."""
    return 2 * _elements(args[0]) * int(args[1].shape[-2])


def _attention(args: tuple[Any, ...], result: Any) -> int:
    """Scores and their product with the values, for queries and keys (…, T, d) of all heads together."""
    query, key = args[0], args[1] if isinstance(args[1], torch.Tensor) else args[0]
    return 4 * _elements(query) * int(key.shape[-2])


_ATTENTION = ("_scaled_dot_product", "_native_multi_head_attention", "_transformer_encoder_layer_fwd")
_FORMULAS: dict[str, Callable[[tuple[Any, ...], Any], int]] = {
    "mm": _product(0), "bmm": _product(0), "mv": _product(0), "dot": _product(0), "vdot": _product(0),
    "addmm": _product(1), "baddbmm": _product(1), "addbmm": _product(1), "addmv": _product(1),
    "_addmm_activation": _product(1), "linear": _linear, "mkldnn_linear": _linear, "_mkldnn_linear": _linear,
    "convolution": _convolution, "mkldnn_convolution": _convolution, "_slow_conv2d_forward": _convolution,
    "_cdist_forward": _distances, "_euclidean_dist": _distances,
}  # fmt: skip
