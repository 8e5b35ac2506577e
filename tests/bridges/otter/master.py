"""Notebooks written for `otter assign`, by us: small ones in a line, and two of the size that courses have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


def raw(source: str) -> Cell:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def text(source: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, output: str = "") -> Cell:
    """A code cell; `output` is what its last line returned when the notebook was saved."""
    result = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": output}}
    outputs = [result] if output else []
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs, "execution_count": None}


def question(settings: str, *inside: Cell) -> list[Cell]:
    return [raw(f"# BEGIN QUESTION\n{settings}"), *inside, raw("# END QUESTION")]


def solution(*inside: Cell) -> list[Cell]:
    return [raw("# BEGIN SOLUTION"), *inside, raw("# END SOLUTION")]


def tests(*inside: Cell) -> list[Cell]:
    return [raw("# BEGIN TESTS"), *inside, raw("# END TESTS")]


def notebook(*cells: Cell | list[Cell], config: str = "") -> dict[str, Any]:
    """A notebook of these cells, after its settings."""
    flat = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
    first = [raw(f"# ASSIGNMENT CONFIG\n{config}")] if config else []
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": [*first, *flat], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}


def put(folder: Path, tree: dict[str, Any], name: str = "hw.ipynb") -> Path:
    path = folder / name
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


DOCTESTS = notebook(
    text("# Homework 3: means and spreads"),
    code("import numpy as np\nimport matplotlib.pyplot as plt\n%matplotlib inline\nplt.rcParams['figure.figsize'] = (4, 3)"),
    code("# Heights of five people.\nheights = np.array([1.6, 1.7, 1.8, 1.9, 2.0])\n\ndef centre(x):\n    return x - np.mean(x)"),
    question(
        "name: q1\npoints: 2",
        text("**Question 1.** How many heights are there?"),
        *solution(code("count = len(heights) # SOLUTION")),
        *tests(code("count > 0", "True"), code("# HIDDEN\ncount", "5")),
    ),
    question(
        "name: q2\npoints: 4",
        text("**Question 2.** Write `spread(x)`, the root of the mean of the squared distances from the mean."),
        *solution(
            code(
                'def spread(x):\n    """How far x [n] is from its mean."""\n    # BEGIN SOLUTION\n    d = centre(x)\n'
                "    return np.sqrt(np.mean(d ** 2))\n    # END SOLUTION"
            ),
            code("tall = spread(heights) # SOLUTION\ntall"),
        ),
        *tests(
            code("bool(np.isclose(spread(np.array([1.0, 3.0])), 1))", "True"),
            code("spread(np.ones(4))", "np.float64(0.0)"),
            code('""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\nfor k in (2, 5):\n    assert np.isclose(spread(k * heights), k * spread(heights)), f"not for {k}"'),
            code("# HIDDEN\nround(float(tall), 4)", "0.1414"),
        ),
    ),
    question(
        "name: q3\npoints: 3",
        text("**Question 3.** `standard(x)` has mean 0 and spread 1."),
        *solution(code("def standard(x):\n    return centre(x) / spread(x) # SOLUTION")),
        *tests(
            code("standard(np.array([1.0, 3.0]))", "array([-1.,  1.])"),
            code("# HIDDEN\nz = standard(heights)\nassert z.shape == (5,)\nassert np.isclose(z.mean(), 0) and np.isclose(z.std(), 1)"),
            code("# HIDDEN\nnp.testing.assert_allclose(standard(heights + 7), standard(heights))"),
        ),
    ),
    question(
        "name: why\nmanual: true\npoints: 3",
        text("**Question 4.** Why does a spread have the unit of the data?"),
        *solution(text("Because the root undoes the square.")),
    ),
    config="name: hw03\nexport_cell: true\ngenerate:\n  show_hidden: true",
)
"""In NumPy, tests as doctests with saved outputs: variables, functions, a hidden loop, an answer that is read."""

EXCEPTIONS = notebook(
    text("# Lab 5: a layer"),
    code("import torch\nfrom torch import nn"),
    question(
        "name: relu\npoints: 2",
        text("Write `relu(x)` for x [n, d]."),
        *solution(code('def relu(x):\n    """max(x, 0)"""\n    return torch.clamp(x, min=0) # SOLUTION')),
        *tests(
            code("def test_signs(relu):\n    import torch\n    # one of each sign\n    y = relu(torch.tensor([-1.0, 2.0]))\n    assert y.tolist() == [0.0, 2.0], 'negative numbers become 0'\n\ntest_signs(relu)"),
            code("# HIDDEN\ndef test_shape(env):\n    import torch\n    assert env['relu'](torch.ones(3, 4)).shape == (3, 4)\n\ntest_shape(globals())"),
        ),
    ),
    question(
        "name: layer\nall_or_nothing: true\npoints: 5",
        text("Write the module `Layer(d)`: weight [d], ones at the start."),
        *solution(
            code(
                "class Layer(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n"
                "        self.weight = nn.Parameter(torch.ones(d)) # SOLUTION\n\n    def forward(self, x):\n"
                "        return x * self.weight # SOLUTION"
            )
        ),
        *tests(
            code("def test_start(Layer):\n    import torch\n    assert torch.equal(Layer(3)(torch.ones(2, 3)), torch.ones(2, 3))\n\ntest_start(Layer)"),
            code("# HIDDEN\ndef test_scaled(Layer):\n    import torch\n    layer = Layer(2)\n    layer.load_state_dict({'weight': torch.tensor([2.0, 3.0])})\n    assert layer(torch.ones(2)).tolist() == [2.0, 3.0]\n\ntest_scaled(Layer)"),
        ),
    ),
    config="name: lab05\ntests:\n  ok_format: false\n  files: true",
)
"""In torch, exception-based: a function and a module."""
