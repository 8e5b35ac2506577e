"""What stands behind a name: two modules are the same for whoever uses only that name, or they are not."""

from __future__ import annotations

import pytest

from autograder.course.behind import code_behind

MODULE = """
import torch
from torch import nn

_EPS = 1e-5
_SEEN = []
_TABLE = {"a": [1]}
_ROW = _TABLE["a"]
Pair = tuple[torch.Tensor, torch.Tensor]


def scale(x):
    return x / (1 + _EPS)


def norm(x):
    return scale(x).sum()


def other(x):
    return x


def remember(x):
    _SEEN.append(x)


def recall():
    return _SEEN[-1]


def row():
    return _ROW


def swap(pair: Pair) -> Pair:
    _ROW.append(2)
    return pair[::-1]


def first(pair: Pair):
    return pair[0]


class Cell(nn.Module):
    def forward(self, x):
        return norm(x)


norm.name = "norm"
"""


def changed(old: str, new: str, module: str = MODULE) -> set[str]:
    """Names with another code behind them once `old` is `new`."""
    assert old in module
    before, after = code_behind(module), code_behind(module.replace(old, new))
    return {name for name in before if after.get(name) != before[name]}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("return x\n", "return 2 * x\n", {"other"}),
        ("x / (1", "x * (1", {"scale", "norm", "Cell"}),
        ("1e-5", "1e-6", {"_EPS", "scale", "norm", "Cell"}),
        ("scale(x).sum()", "scale(x).mean()", {"norm", "Cell"}),
        ('norm.name = "norm"', 'norm.name = "other name"', {"norm", "Cell"}),
        # What both share can be changed by either.
        ("_SEEN.append(x)", "_SEEN.append(0)", {"_SEEN", "remember", "recall"}),
        ("return _SEEN[-1]", "return _SEEN.pop()", {"_SEEN", "remember", "recall"}),
        ("return pair[0]", "return pair[1]", {"first"}),
        ("_ROW.append(2)", "_ROW.append(3)", {"_TABLE", "_ROW", "row", "swap"}),
        # A class that extends the one of its name stands behind it.
        ("norm.name", "class Cell(Cell):\n    pass\n\n\nnorm.name", {"Cell"}),
        # By a string, as in getattr or globals().
        ("return x\n", 'return globals()["scale"](x)\n', {"other"}),
        # Nothing is named: it may change anything.
        ("norm.name", "torch.set_default_dtype(torch.float64)\nnorm.name", {"torch", "Pair", "swap", "first", "_TABLE", "_ROW", "row"}),
        ("import torch\n", "import torch, math\n", {"torch", "Pair", "swap", "first", "_TABLE", "_ROW", "row"}),
        # Places and comments are no code.
        ("def other(x):\n", "def other(x):\n\n    # only words\n", set()),
    ],
)  # fmt: skip
def test_a_change_is_seen_behind_every_name_that_reaches_it(old: str, new: str, names: set[str]) -> None:
    assert changed(old, new) == names


def test_a_statement_that_names_nothing_may_change_anything() -> None:
    assert changed("norm.name", "print(1)\nnorm.name") == set(code_behind(MODULE))


def test_a_name_that_is_changed_from_elsewhere_has_that_code_behind_it() -> None:
    module = MODULE + "\n\ndef spoil():\n    global _EPS\n    _EPS = 3\n"
    assert changed("_EPS = 3", "_EPS = 4", module) == {"_EPS", "spoil", "scale", "norm", "Cell"}
    part = MODULE + "\n\ndef spoil():\n    other.cache = 3\n"
    assert changed("cache = 3", "cache = 4", part) == {"spoil", "other"}


def test_a_name_that_goes_is_another() -> None:
    assert "other" in changed("def other(x):", "def another(x):")


def test_a_string_that_names_something_reaches_it() -> None:
    module = MODULE.replace("return x\n", 'return globals()["scale"](x)\n')
    assert "other" in changed("x / (1", "x * (1", module)
