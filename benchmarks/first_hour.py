"""The same small assignment for otter and nbgrader, and three students' answers to it: what docs/benchmarks.md compares.

    python benchmarks/first_hour.py otter hw.ipynb | nbgrader source/softmax/softmax.ipynb    the instructor's notebook
    python benchmarks/first_hour.py fill STUDENT.ipynb TO.ipynb ada|ben|mallory               what was handed in
"""

from __future__ import annotations

import sys
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_markdown_cell as text
from nbformat.v4 import new_notebook
from nbformat.v4 import new_raw_cell as raw

HEAD = 'def cross_entropy(logits, targets):\n    """The mean over the batch of −log softmax at the right class."""\n'
RIGHT = "    return (torch.logsumexp(logits, 1) - logits[torch.arange(len(targets)), targets]).mean()"
ANSWERS = {"ada": RIGHT, "ben": RIGHT.replace(".mean()", ".sum()"), "mallory": "    return Always()"}
PUBLIC = (
    "import math\nassert abs(float(cross_entropy(torch.full((3, 5), 2.0), torch.tensor([0, 4, 2]))) - math.log(5)) < 1e-5"
)
HIDDEN = (
    "_ = torch.manual_seed(0)\nz, t = torch.randn(7, 4), torch.randint(4, (7,))\n"
    "assert torch.allclose(cross_entropy(z, t), torch.nn.functional.cross_entropy(z, t))"
)
ASKED, ANSWER = "Why the mean, and not the sum?", "The step does not depend on B."


def otter() -> list[Any]:
    """In the grammar of `otter assign`."""
    return [
        raw("# ASSIGNMENT CONFIG\nname: softmax\ninit_cell: true\nexport_cell: true"), code("import torch"),
        raw("# BEGIN QUESTION\nname: loss\npoints: 2"), text("Write the loss."),
        raw("# BEGIN SOLUTION"), code(f"{HEAD}    # BEGIN SOLUTION\n{RIGHT}\n    # END SOLUTION"), raw("# END SOLUTION"),
        raw("# BEGIN TESTS"), code(PUBLIC), code(f"# HIDDEN\n{HIDDEN}"), raw("# END TESTS"), raw("# END QUESTION"),
        raw("# BEGIN QUESTION\nname: report\nmanual: true\npoints: 2"), text(ASKED),
        raw("# BEGIN SOLUTION"), text(ANSWER), raw("# END SOLUTION"), raw("# END QUESTION"),
    ]  # fmt: skip


def nbgrader() -> list[Any]:
    """With the metadata that nbgrader's editor writes."""
    return [
        code("import torch"),
        _named(code(f"{HEAD}    ### BEGIN SOLUTION\n{RIGHT}\n    ### END SOLUTION"), "loss", solution=True),
        _named(code(PUBLIC), "loss-public", grade=True, locked=True, points=1),
        _named(code(f"### BEGIN HIDDEN TESTS\n{HIDDEN}\n### END HIDDEN TESTS"), "loss-hidden", grade=True, locked=True, points=1),
        text(ASKED),
        _named(text(ANSWER), "report", grade=True, solution=True, points=2),
    ]


def _named(cell: Any, name: str, **values: Any) -> Any:
    flags = {"solution": False, "grade": False, "locked": False, "task": False}
    cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, **flags, **values}
    return cell


def filled(path: str, student: str) -> Any:
    """The student's notebook at `path`, answered."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith("def cross_entropy"):
            cell.source = HEAD + ANSWERS[student]
        elif cell.cell_type == "markdown" and ("Type your answer here" in cell.source or "YOUR ANSWER HERE" in cell.source):
            cell.source = ANSWER
    return notebook


def main(what: str, *rest: str) -> None:
    """As the module's docstring says."""
    if what == "fill":
        source, to, student = rest
        nbformat.write(filled(source, student), to)
        return
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = {"otter": otter, "nbgrader": nbgrader}[what]()
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), rest[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
