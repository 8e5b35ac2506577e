"""Attacks that need files of another form than one module: notebooks, folders, zips and weights.

Each function writes what is handed in into an empty folder and returns its path; its docstring has the lines of the
corpus. Where the honest part is not said to be 0, the notebook answers `affine` rightly and `standardise` with zeros.
"""

from __future__ import annotations

import json
import os
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.attacks.attack import Places
from tests.attacks.course import WEIGHTS
from tests.grading.desk import Cells, cell_of, code_cell, notebook

ZEROS = "def standardise(x):\n    return x * 0"


def _write(folder: Path, tree: Any, name: str = "scale.ipynb") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def _zipped(folder: Path, entries: dict[str, bytes]) -> Path:
    path = folder / "handed_in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def _wrong() -> bytes:
    return json.dumps(notebook(standardise=ZEROS)).encode()


def zip_that_points_outside(folder: Path, places: Places) -> Path:
    """A zip whose entries lie outside of it.

    tries: ../ in names, absolute names, backslashes and drive letters write over the tests and other results when the
        zip is unpacked.
    must: rejected, and nothing is written.
    status: rejected
    """
    up = "../" * 12
    names = [up + str(places.hidden)[1:] + "/conftest.py", str(places.results) + "/alice/result.json", "..\\..\\x.py"]
    return _zipped(folder, {"scale.ipynb": _wrong()} | dict.fromkeys(names, b"raise SystemExit"))


def zip_with_links(folder: Path, places: Places) -> Path:
    """A zip with symbolic links to the reference, to the tests and to /etc.

    tries: the link is unpacked and followed: the answer that is graded is the reference itself.
    must: rejected.
    status: rejected
    """
    path = _zipped(folder, {})
    with zipfile.ZipFile(path, "a") as archive:
        for name, target in {
            "scale.ipynb": places.course / "assignments/scale/source.ipynb",
            "data": Path("/etc/shadow"),
        }.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, str(target))
    return path


def zip_bomb(folder: Path, places: Places) -> Path:
    """A zip of a few kilobytes that holds gigabytes.

    tries: a notebook of 2 GB of blanks, and weights as large, fill memory or disk when they are unpacked.
    must: rejected by what it says of its size, before it is read.
    status: rejected
    """
    path = folder / "handed_in.zip"
    block = b" " * 2**22
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("scale.ipynb", "w", force_zip64=True) as file,
    ):
        for _ in range(80):
            file.write(block)
    return path


def zip_that_lies_about_sizes(folder: Path, places: Places) -> Path:
    """A zip whose directory says 100 bytes where megabytes come.

    tries: the size is checked against the directory and the data is read to its end.
    must: rejected after one byte more than was said.
    status: rejected
    """
    path = _zipped(folder, {"scale.ipynb": b" " * 2**26})
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 100)
    path.write_bytes(data)
    return path


def zip_of_many_files(folder: Path, places: Places) -> Path:
    """A zip of 50,000 empty files, among them zips of zips.

    tries: a list of names without end, and archives in archives that are unpacked in turn.
    must: rejected by their number.
    status: rejected
    """
    return _zipped(folder, {"scale.ipynb": _wrong()} | {f"d{n % 100}/{n}.zip": b"PK" for n in range(50_000)})


def links_in_a_folder(folder: Path, places: Places) -> Path:
    """A folder in which the notebook is a symbolic link to the instructor's.

    tries: the grader, which may read the reference, follows the link and grades it.
    must: rejected: links are not followed.
    status: rejected
    """
    inner = folder / "linked"
    inner.mkdir()
    (inner / "scale.ipynb").symlink_to(places.course / "assignments/scale/source.ipynb")
    return inner


def traps_in_a_folder(folder: Path, places: Places) -> Path:
    """A folder with pipes, endless files, loops of links and names of rubbish beside the notebook.

    tries: reading a pipe or /dev/zero never ends; a link to its own parent is walked for ever.
    must: the notebook is graded, and nothing else is opened.
    score: 40
    verdict: FAIL
    """
    inner = folder / "traps"
    _write(inner, notebook(standardise=ZEROS))
    os.mkfifo(inner / "pipe.ipynb")
    os.mkfifo(inner / WEIGHTS)
    (inner / "zero").symlink_to("/dev/zero")
    (inner / "loop").symlink_to(inner)
    (inner / "rubbish\n\x1b[2J").write_text("")
    return inner


def modules_beside_the_notebook(folder: Path, places: Places) -> Path:
    """torch.py, numpy.py, conftest.py, sitecustomize.py and a package autograder lie beside the notebook.

    tries: whoever imports torch with the hand-in's folder in sys.path gets the student's, on either side.
    must: no file beside the notebook is ever imported.
    score: 40
    verdict: FAIL
    """
    inner = folder / "shadows"
    _write(inner, notebook(standardise=ZEROS))
    said = "import sys\nprint('GAINED an import of', __name__)\n"
    for name in ("torch", "numpy", "json", "struct", "conftest", "sitecustomize", "scaffold", "pytest", "judge"):
        (inner / f"{name}.py").write_text(said + "def same(*a): return True\n")
    (inner / "autograder").mkdir()
    (inner / "autograder" / "__init__.py").write_text(said)
    (inner / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    return inner


def magics(folder: Path, places: Places) -> Path:
    """Jupyter's commands in the answer cells: shell lines, %run, %load, %%bash, IPython's own interfaces.

    tries: a grader that executes the notebook in a kernel runs them; get_ipython() reaches that kernel's internals.
    must: they are left out, nothing is executed but the cells of the module, and there is no IPython.
    score: 40
    verdict: FAIL, NOT_ATTEMPTED
    """
    lines = (
        f"!cat {places.hidden}/*.py > /tmp/{places.mark}-stolen\n%run {places.hidden}/test_affine.py\n"
        f"%load_ext autoreload\n{ZEROS}\n"
        "try:\n    get_ipython().system('id'); print('GAINED a shell')\nexcept NameError:\n    pass\n"
    )

    def change(cells: Cells) -> None:
        cells.insert(0, code_cell(f"%%bash\ntouch /tmp/{places.mark}-bash", id="b"))
        cells.insert(1, code_cell(f"#| export\n!touch /tmp/{places.mark}-shell\nimport os", id="c"))
        cells.append(code_cell("%%javascript\nalert(1)", id="d"))

    return _write(folder, notebook(change, standardise=lines))


def faked_outputs(folder: Path, places: Places) -> Path:
    """The notebook comes with outputs that say everything passed, and with a finished result in its metadata.

    tries: a grader that reads outputs, scores or a results file out of the notebook believes them.
    must: outputs and metadata are never read.
    score: 40
    verdict: FAIL
    """
    result = {"score": 100, "max_score": 100, "status": "graded", "tests": [{"status": "passed", "score": 100}]}

    def change(cells: Cells) -> None:
        for cell in cells:
            if cell["cell_type"] == "code":
                cell["execution_count"] = 7
                cell["outputs"] = [
                    {"output_type": "stream", "name": "stdout", "text": "All tests passed! 100/100\n"},
                    {
                        "output_type": "execute_result",
                        "execution_count": 7,
                        "metadata": {},
                        "data": {"application/json": result},
                    },
                ]

    tree = notebook(change, standardise=ZEROS)
    tree["metadata"] |= {"gradus": result, "otter": result, "grade": 100}
    return _write(folder, tree)


def edited_points(folder: Path, places: Places) -> Path:
    """Points, grades, locks and ids in the cells' metadata are changed; cells are copied, moved and renamed.

    tries: points: 1000, a wrong answer marked as a given cell, a given cell with the answer's id, a second answer
        cell that is worth the most, a test cell of its own.
    must: points stand in the rubric, cells in the source; ids find the answers and decide nothing else.
    score: 40
    verdict: FAIL
    """

    def change(cells: Cells) -> None:
        for cell in cells:
            cell["metadata"].setdefault("nbgrader", {}).update(points=1000, grade=True, locked=True, solution=True)
            cell["metadata"]["tags"] = ["graded", "passed"]
        cell_of(cells, "imports")["source"] = "#| export\nimport torch\nEPS = 1e9\nfrom torch import Tensor, nn"
        extra = {"grade_id": "points", "grade": True, "points": 1000, "solution": False, "locked": True}
        cells.append(code_cell("assert True", id="own", metadata={"nbgrader": extra}))

    return _write(folder, notebook(change, standardise=ZEROS))


def tests_called_as_given_cells(folder: Path, places: Places) -> Path:
    """Export cells of the student's own replace what the graded module is made of.

    tries: cells with `#| export` redefine torch, EPS, the names of the questions and the module's dunder names after
        the answers, hook its attribute access and its builtins.
    must: it is the submission's own code, in the child, and its answers are wrong.
    score: 0
    verdict: FAIL, CRASH, NOT_ATTEMPTED
    """
    code = (
        "#| export\nclass Everything:\n    def __getattr__(self, name):\n        return lambda *a, **k: self\n"
        "    __call__ = lambda self, *a, **k: self\n    __eq__ = lambda self, other: True\n"
        "standardise = Affine = torch = __name__ = __spec__ = Everything()\n"
        "__builtins__ = {'isinstance': lambda *a: True}\n"
    )
    return _write(folder, notebook(lambda cells: cells.append(code_cell(code)), standardise=ZEROS))


def pickled_weights(folder: Path, places: Places) -> Path:
    """The weights that are handed in are a pickle that runs code where it is loaded.

    tries: torch.load, or a loader that looks at the content instead of the name, executes what the file says.
    must: only safetensors are read: the criterion of the weights is not met, and nothing is executed.
    score: 80
    verdict: FAIL
    """

    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, (f"touch /tmp/{places.mark}-pickle",)

    inner = folder / "pickled"
    _write(inner, notebook())
    (inner / WEIGHTS).write_bytes(pickle.dumps(Bomb()))
    return inner


def broken_weights(folder: Path, places: Places) -> Path:
    """Weights with a header of 2^63 bytes, overlapping tensors, sizes beyond the file and names of rubbish.

    tries: the reader takes the memory that the header announces, or reads beyond the file's end.
    must: the criterion of the weights is not met, in a sentence of the kit's.
    score: 80
    verdict: FAIL
    """
    inner = folder / "broken"
    _write(inner, notebook())
    tensor = {"dtype": "F64", "shape": [2**40], "data_offsets": [0, 2**43]}
    head = json.dumps({"weight": tensor, "bias": tensor, "TOLD-\n\x1b[2J": tensor}).encode()
    (inner / WEIGHTS).write_bytes(struct.pack("<Q", len(head)) + head + b"\0" * 64)
    return inner


def slow_to_read(folder: Path, places: Places) -> Path:
    """A notebook of 20 MB that is made to be slow: deep JSON, 20,000 cells, lines without end.

    tries: patterns that take quadratic time, a parser that recurses, a table of cells that is searched for each cell.
    must: rejected or graded within the time of any other.
    score: 40
    """

    def change(cells: Cells) -> None:
        for number in range(20_000):
            cells.append(code_cell("x =" + " " * 50 + "!" * 50 + "\n%%" + "a" * 100, id=f"n{number}"))
        cells.append(code_cell("#| export\n" + "a" * 2**22 + " = 1\n" + "def " * 2**18, id="long"))
        cells.append(code_cell("#| export\nx = " + "(" * 5000 + ")" * 5000, id="deep"))

    return _write(folder, notebook(change, standardise=ZEROS))


def deep_json(folder: Path, places: Places) -> Path:
    """A notebook of a million brackets.

    tries: the parser of JSON runs out of stack and takes the grader with it.
    must: rejected, with a sentence that says what to do.
    status: rejected
    """
    path = folder / "scale.ipynb"
    path.write_bytes(b'{"cells": ' + b"[" * 10**6)
    return path


def markup_in_names(folder: Path, places: Places) -> Path:
    """File names, cell ids, class names and errors are HTML, JavaScript and terminal commands.

    tries: the page that a TA opens with the rights of a TA executes what a student wrote.
    must: the feedback page shows text, whatever it was.
    score: 40
    verdict: FAIL, NOT_ATTEMPTED, CRASH
    untold: <img src=x
    """
    evil = "<img src=x onerror=alert(1)>"

    def change(cells: Cells) -> None:
        for cell in cells:
            cell["metadata"]["tags"] = [evil]
        cell_of(cells, "standardise")["metadata"]["nbgrader"]["grade_id"] = "standardise"
        cells.append(code_cell(f"%%{evil}\nx", id=evil))
        cells.append(code_cell("#| export\n!ls <script>", id="s2", metadata={"nbgrader": {"grade_id": evil}}))

    source = f"class E(Exception): pass\nE.__name__ = {evil!r}\ndef standardise(x):\n    raise E({evil!r})"
    return _write(folder, notebook(change, standardise=source), f"{evil}.ipynb".replace("/", "_"))


MADE: tuple[Callable[[Path, Places], Path], ...] = (
    zip_that_points_outside, zip_with_links, zip_bomb, zip_that_lies_about_sizes, zip_of_many_files, links_in_a_folder,
    traps_in_a_folder, modules_beside_the_notebook, magics, faked_outputs, edited_points, tests_called_as_given_cells,
    pickled_weights, broken_weights, slow_to_read, deep_json, markup_in_names,
)  # fmt: skip
