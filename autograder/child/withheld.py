"""Takes functions of torch away from a child: what a question asks for must be written, not called.

A note of what was called could be forged by the code that calls. So the kernels themselves are replaced, in torch's
dispatcher, for every device and every way of differentiating or batching; a call by another name meets the same one.
A replacement cannot be undone: torch takes it back only through an object that nothing refers to any more.
"""

from __future__ import annotations

import ctypes
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterable
from functools import cache

import torch

_AROUND = (
    "native|fused|thnn|differentiable|mkldnn|cudnn|miopen|mps|quantized|nested|special|safe|masked|sparse|slow|impl|"
    "index|data|legit|no|training|update|with|functional|forward|for|cpu|math|dynamic|loss|nd|tensor|shape"
)
"""Words that torch puts around a function's name for the kernels that do its work: `_native_batch_norm_legit`."""
_ENCODER = "transformer_encoder_layer"
_BEFORE = re.compile(f"_*((?:{_AROUND})_)*")
_AFTER = re.compile(f"(_(?:{_AROUND}))*_?")
_RECURRENT = "rnn_layer|(cudnn|miopen)_rnn"
_CONVOLUTION = r"conv(olution)?(\d|_|$)"
_ATTENTION = f"multi_head_attention|{_ENCODER}"
_ALSO = {
    "lstm": _RECURRENT, "gru": _RECURRENT, "rnn_tanh": _RECURRENT, "rnn_relu": _RECURRENT,
    "conv1d": _CONVOLUTION, "conv2d": _CONVOLUTION, "conv3d": _CONVOLUTION,
    # Normalising one group, or the transpose over its batch, is normalising a layer.
    "layer_norm": f"(group|instance|batch)_norm|{_ENCODER}",
    "scaled_dot_product_attention": f"scaled_dot_|flex_attention|(flash|efficient|cudnn)_attention|{_ATTENTION}",
    "multi_head_attention_forward": _ATTENTION,
}  # fmt: skip
"""Function → what else computes it, as a pattern that is searched for in names."""
_PYTHON = ("torch.functional", "torch.nn.functional", "torch._refs", "torch._decomp", "torch._prims")
"""Modules whose functions compute the same in Python."""
_KEY = re.compile(r"^(\w+)(?:\[alias\])?: ", re.MULTILINE)
"""A line of the dispatcher's own description of an operator: where a kernel is registered for it."""
_STUB = "def stub(*args, **kwargs):\n    from autograder.child.withheld import refuse\n    refuse({name!r})\n"

_told: list[Callable[[str], None]] = []


class NoSuchFunction(Exception):
    """Torch has no function of this name."""


def prepare() -> None:
    """Do beforehand, where children are forked from, what does not depend on the names."""
    _operators()
    _keys()
    _functions()
    _also()


def refuse(name: str) -> None:
    """What a function that was taken away does."""
    for tell in _told:
        tell(name)
    raise RuntimeError(f"torch's own {name} is not to be used here")


def withhold(names: Iterable[str], tell: Callable[[str], None]) -> None:
    """Take the functions `names` away from this process, for good; `tell` hears the name of one that is called.

    Raises NoSuchFunction.
    """
    _told.append(tell)
    for name in names:
        belongs = _belonging_to(name)
        if not _withhold_kernels(name, belongs) + _withhold_python(name, belongs):
            raise NoSuchFunction(name)


def _belonging_to(name: str) -> Callable[[str], bool]:
    also = _also().get(name)

    def belongs(found: str) -> bool:
        if also is not None and also.search(found):
            return True
        if name not in found:
            return False
        places = (match.start() for match in re.finditer(f"(?={name})", found))
        return any(_BEFORE.fullmatch(found[:at]) and _AFTER.fullmatch(found[at + len(name) :]) for at in places)

    return belongs


def _withhold_kernels(name: str, belongs: Callable[[str], bool]) -> int:
    """How many kernels were replaced."""

    def stub(*args: object, **kwargs: object) -> None:
        refuse(name)

    libraries: dict[str, object] = {}
    replaced = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of a kernel that is replaced
        for operator in (one for base, some in _operators().items() if belongs(base) for one in some):
            space, _, rest = operator.partition("::")
            if space not in libraries:
                library = torch._C._dispatch_library("IMPL", space, "", __name__, 0)
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # its end would bring the kernels back
                libraries[space] = library
            for key in _registered(operator):
                libraries[space].impl(rest, key, stub)  # type: ignore[attr-defined]
                replaced += 1
    return replaced


def _withhold_python(name: str, belongs: Callable[[str], bool]) -> int:
    """How many functions were replaced. Their code is: whoever holds one of them holds the replacement."""
    source: dict[str, types.FunctionType] = {}
    exec(_STUB.format(name=name), source)
    code = source["stub"].__code__
    replaced = 0
    for function in (one for found, some in _functions().items() if belongs(found) for one in some):
        function.__code__ = code.replace(co_freevars=function.__code__.co_freevars)
        replaced += 1
    return replaced


def _registered(operator: str) -> list[str]:
    """Keys that the operator has a kernel for; asking for one key after the other takes twenty times as long."""
    return [key for key in _KEY.findall(torch._C._dispatch_dump(operator)) if key in _keys()]


@cache
def _also() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _ALSO.items()}


# ── what there is; without what only serves a gradient: torch compiles some of it to differentiate other things ──────


@cache
def _operators() -> dict[str, list[str]]:
    """Name without namespace and overload → operators."""
    found: dict[str, list[str]] = {}
    for operator in torch._C._dispatch_get_all_op_names():
        base = operator.partition("::")[2].partition(".")[0]
        if "backward" not in base:
            found.setdefault(base, []).append(operator)
    return found


@cache
def _keys() -> frozenset[str]:
    """The dispatch keys that a kernel may be registered for."""
    found = set()
    for key in torch._C.DispatchKey.__members__:
        try:
            torch._C._dispatch_has_kernel_for_dispatch_key("aten::add.Tensor", key)
        except RuntimeError:  # one that has no name in the dispatcher
            continue
        found.add(key)
    return frozenset(found)


@cache
def _functions() -> dict[str, list[types.FunctionType]]:
    """Name → functions in Python, with what they wrap."""
    found: dict[str, list[types.FunctionType]] = {}
    for module in [module for key, module in sys.modules.items() if key.startswith(_PYTHON)]:
        for name, value in vars(module).items():
            while isinstance(value, types.FunctionType) and "backward" not in name:
                found.setdefault(name, []).append(value)
                value = getattr(value, "__wrapped__", None)
    return found
