"""`gradus check`: what a student reads, to the word, and that it writes nothing and always ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autograder.cli.check import _Progress
from tests.student.conftest import AFFINE, STANDARDISE, Desk

ROOT = Path(__file__).parents[2]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_all_passed_and_nothing_is_written(solved: Desk) -> None:
    before = files(solved.folder)
    assert solved.check() == (
        0,
        "standardise: Rows of mean 0 and variance 1\n"
        "  passed            Each row of the result has mean 0.\n"
        "  passed            Each row of the result has variance 1, dividing by d.\n"
        "\n"
        "affine: A learned scale and shift\n"
        "  passed            x = [3, 4] with weight [2, 1] and bias [0, 5] gives [6, 9].\n"
        "\n"
        "standardise: 2/2 public checks · 3 hidden run after you submit\n"
        "affine: 1/1 public checks · 2 hidden run after you submit\n"
        "why: a written answer, read after you submit\n"
        "all: 3/3 public checks · 5 hidden run after you submit\n",
        "",
    )
    assert files(solved.folder) == before
    assert not list(solved.folder.rglob("__pycache__"))


def test_as_handed_out(desk: Desk) -> None:
    assert desk.check() == (
        1,
        "standardise: Rows of mean 0 and variance 1\n"
        "  not attempted yet\n"
        "\n"
        "affine: A learned scale and shift\n"
        "  not attempted yet x = [3, 4] with weight [2, 1] and bias [0, 5] gives [6, 9].\n"
        "\n"
        "standardise: 0/2 public checks · 3 hidden run after you submit\n"
        "affine: 0/1 public checks · 2 hidden run after you submit\n"
        "why: a written answer, read after you submit\n"
        "all: 0/3 public checks · 5 hidden run after you submit\n",
        "scale.ipynb holds no answers: all 2 answer cells are as handed out. "
        "If you have written some, save the notebook and run this again.\n",
    )


def test_an_assertion_that_does_not_hold(solved: Desk) -> None:
    solved.write("standardise", STANDARDISE.replace(" / torch", " / 2 / torch"))
    code, out, _ = solved.check("standardise")
    assert code == 1
    first, passed, failed, why, *rest, last = out.splitlines()
    assert (first, passed, failed) == (
        "standardise: Rows of mean 0 and variance 1",
        "  passed            Each row of the result has mean 0.",
        "  failed            Each row of the result has variance 1, dividing by d.",
    )
    assert why.startswith("                    assert tensor(0.7500) < 0.001")
    assert "                    tests/test_standardise.py, line 15" in rest
    assert last == "standardise: 1/2 public checks · 3 hidden run after you submit"


def test_code_that_raises_is_shown_where_it_stands(solved: Desk) -> None:
    solved.write("affine", AFFINE.replace("x * self.weight", "print('in forward', x.shape) or x @ self.weights"))
    assert solved.check("affine") == (
        1,
        "affine: A learned scale and shift\n"
        "  failed            x = [3, 4] with weight [2, 1] and bias [0, 5] gives [6, 9].\n"
        "                    Raises an AttributeError: 'Affine' object has no attribute 'weights'\n"
        "                    cell 6, line 8: return print('in forward', x.shape) or x @ self.weights + self.bias\n"
        "                    Your code printed:\n"
        "                    | in forward torch.Size([1, 2])\n"
        "\n"
        "affine: 0/1 public checks · 2 hidden run after you submit\n",
        "",
    )


def test_one_cause_for_all_checks_is_said_once(solved: Desk) -> None:
    solved.write("standardise", "def standardise(x):\n    return x.mean(-1) +\n")
    code, out, err = solved.check()
    assert (code, err) == (1, "")
    assert out.startswith(
        "standardise: Rows of mean 0 and variance 1\n"
        "  failed\n"
        "                    This is not Python: invalid syntax.\n"
        "                    cell 4, line 2: return x.mean(-1) +\n"
        "\n"
        "affine: A learned scale and shift\n"
        "  passed "
    )


def test_a_cell_that_raises_costs_only_its_own_question(solved: Desk) -> None:
    solved.write("standardise", STANDARDISE + "\nstandardise(torch.ones(2))[7]\n")
    solved.write("affine", "raise ValueError('on purpose')\n")
    _, out, _ = solved.check()
    assert "standardise: 2/2 public checks" in out
    assert (
        "  not attempted yet x = [3, 4] with weight [2, 1] and bias [0, 5] gives [6, 9].\n"
        "                    There is no `Affine` in the notebook.\n"
    ) in out


def test_what_a_broken_cell_would_define_answers_with_its_fault(solved: Desk) -> None:
    solved.write("affine", "scale = torch.ones(2)[7]\n" + AFFINE)
    _, out, _ = solved.check("affine")
    assert (
        "                    Raises an IndexError when the cell is executed: "
        "index 7 is out of bounds for dimension 0 with size 2\n"
        "                    cell 6, line 1: scale = torch.ones(2)[7]\n"
    ) in out


def test_what_comes_back_cannot_be_used(solved: Desk) -> None:
    solved.write("standardise", "def standardise(x):\n    x - x.mean()\n")
    _, out, _ = solved.check("standardise")
    assert (
        "  failed            Each row of the result has mean 0.\n"
        "                    What your code returned cannot be used: "
        "AttributeError: 'NoneType' object has no attribute 'mean'\n"
        "                    tests/test_standardise.py, line 9\n"
    ) in out


def test_an_assertion_with_a_message_says_no_more(light: Desk) -> None:
    test = light.folder / "tests" / "test_affine.py"
    test.write_text(test.read_text().replace("== 1", "== 2, 'twice x is asked for'"))
    assert light.check("affine") == (
        1,
        "affine: A learned scale and shift\n"
        "  failed            x comes back.\n"
        "                    twice x is asked for\n"
        "                    tests/test_affine.py, line 3\n"
        "\n"
        "affine: 0/1 public checks · 2 hidden run after you submit\n",
        "",
    )


def test_parametrised_tests_are_counted_one_by_one(light: Desk) -> None:
    text = (
        "import pytest\n@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_n(impl, n):\n    'n comes back.'\n    assert impl.affine(n) == 1\n"
    )
    (light.folder / "tests" / "test_affine.py").write_text(text)
    _, out, _ = light.check("affine")
    assert "  passed            n comes back. [1]\n  failed            n comes back. [2]\n" in out
    assert "affine: 1/2 public checks" in out


def test_a_skipped_check_costs_nothing(light: Desk) -> None:
    (light.folder / "tests" / "test_affine.py").write_text("import pytest\ndef test_n():\n    pytest.skip('no GPU')\n")
    code, out, _ = light.check("affine")
    assert code == 0
    assert "  skipped           test_n\n                    no GPU\n" in out


def test_an_infinite_loop_is_ended_and_the_other_checks_go_on(light: Desk) -> None:
    light.write("standardise", "def standardise(x):\n    while True: pass\n")
    code, out, _ = light.check("--timeout", "0.5")
    assert code == 1
    assert out.startswith(
        "standardise: Rows of mean 0 and variance 1\n"
        "  timed out         x comes back.\n"
        "                    Did not end within 0.5 s.\n"
        "                    cell 4, line 2: while True: pass\n"
    )
    assert "affine: 1/1 public checks" in out


def test_a_loop_that_cannot_be_interrupted_is_killed(light: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.student.run._GRACE_SECONDS", 0.5)
    loop = "import signal\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass"
    light.write("standardise", f"def standardise(x):\n    {loop}\n")
    started = time.monotonic()
    code, out, _ = light.check("--timeout", "0.5")
    assert time.monotonic() - started < 30
    assert code == 1
    assert "  timed out         x comes back.\n                    Did not end within 0.5 s.\n\n" in out
    assert "affine: 1/1 public checks" in out


def test_a_cell_that_does_not_end(light: Desk) -> None:
    light.write("standardise", "import time\ntime.sleep(1000)\ndef standardise(x):\n    return x\n")
    code, out, _ = light.check("--timeout", "0.5")
    assert code == 1
    assert (
        "  timed out         x comes back.\n"
        "                    Did not end within 0.5 s.\n"
        "                    cell 4, line 2: time.sleep(1000)\n"
    ) in out
    assert "affine: 1/1 public checks" in out


def test_the_process_is_ended_by_the_code(light: Desk) -> None:
    light.write("affine", "import os\nos._exit(0)\ndef affine(x):\n    return x\n")
    light.write("standardise", "def standardise(x):\n    import os\n    os.abort()\n")
    code, out, _ = light.check()
    assert code == 1
    assert out.startswith(
        "standardise: Rows of mean 0 and variance 1\n"
        "  failed            x comes back.\n"
        "                    Ends the whole process (signal 6).\n"
        "\n"
        "affine: A learned scale and shift\n"
        "  failed            x comes back.\n"
        "                    Ends the whole process (exit code 0).\n"
        "                    cell 6, line 1\n"
    )


@pytest.mark.parametrize("ending", ["raise SystemExit(0)", "raise KeyboardInterrupt", "exit()"])
def test_endings_of_a_program_are_faults_like_others(light: Desk, ending: str) -> None:
    light.write("standardise", f"def standardise(x):\n    {ending}\n")
    code, out, _ = light.check()
    assert code == 1
    assert "affine: 1/1 public checks" in out
    assert f"cell 4, line 2: {ending}\n" in out


def test_what_is_left_running_is_ended(light: Desk) -> None:
    """A thread and a process that go on hold nobody up, and are gone afterwards."""
    mark = light.folder / "mark"
    start = (
        "import os, threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
        f"if os.fork() == 0:\n    time.sleep(5)\n    open({str(mark)!r}, 'w').close()\n    os._exit(0)\n"
    )
    light.write("affine", start + "def affine(x):\n    return x\n")
    started = time.monotonic()
    assert light.check()[0] == 0
    took = time.monotonic() - started
    assert took < 30
    time.sleep(max(0.0, 6 - took))
    assert took > 5 or not mark.exists()


def test_an_interrupt_ends_everything(light: Desk) -> None:
    mark = light.folder / "mark"
    loop = f"import os\nopen({str(mark)!r}, 'w').write(str(os.getpid()) + ' ')\nwhile True: pass\n"
    light.write("affine", loop)
    call = [sys.executable, "-m", "autograder", "check", "--folder", str(light.folder), "--timeout", "100"]
    # A shell that starts the tests in the background has them ignore interrupts, and what they start, too.
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(call, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=heeding)
    while not mark.exists() or " " not in mark.read_text():
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=20)[1] == "\nInterrupted.\n"  # the terminal shows ^C first
    assert running.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_floods_are_cut(light: Desk) -> None:
    flood = (
        "import os\n    for _ in range(2000):\n        print('y' * 100_000)\n    os.system('yes | head -c 1000000')\n"
    )
    light.write("standardise", f"def standardise(x):\n    {flood}")
    code, out, err = light.check("standardise")
    assert (code, err) == (1, "")
    assert len(out) < 1000
    assert "                    | " + "y" * 100 + "…\n" in out


def test_reading_from_the_keyboard_does_not_wait(light: Desk) -> None:
    light.write("standardise", "def standardise(x):\n    return input('?')\n")
    _, out, _ = light.check("standardise")
    assert "                    Raises an EOFError: EOF when reading a line\n" in out


def test_only_what_is_graded_is_found(light: Desk) -> None:
    """A module beside the notebook is not there when it is graded; the scaffold is; a file json.py shadows nothing."""
    (light.folder / "mine.py").write_text("half = 0.5")
    (light.folder / "json.py").write_text("raise RuntimeError('shadowed')")
    light.write("affine", "import json\nfrom scaffold import given\ngiven()\ndef affine(x):\n    return x\n")
    light.write("standardise", "import mine\ndef standardise(x):\n    return x\n")
    _, out, _ = light.check()
    assert "Raises a ModuleNotFoundError when the cell is executed: No module named 'mine'\n" in out
    assert "affine: 1/1 public checks" in out


def test_cells_are_those_that_grading_takes(light: Desk) -> None:
    """Jupyter commands are left out, own `#| export` cells are executed, other cells and untouched copies are not."""
    light.write("standardise", "%matplotlib inline\n!ls\ndef standardise(x):\n    return x * one\n")
    light.add("#| export\none = 1")
    light.add("raise RuntimeError('a training cell')")
    stub = 'def standardise(x):\n    # YOUR CODE HERE\n    raise NotImplementedError("scale.standardise: implement")'
    light.add(stub, nbgrader={"grade_id": "standardise", "solution": True, "grade": False})
    assert light.check()[0] == 0


def test_an_answer_whose_cell_lost_its_metadata_is_found_by_its_name(solved: Desk) -> None:
    def forget(tree: dict[str, Any]) -> None:
        for cell in tree["cells"]:
            cell["metadata"] = {}

    solved.edit(forget)
    assert solved.check("affine")[0] == 0


def test_progress_is_shown_to_a_person_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = _Progress("scale.ipynb")
    progress.show(0, 0)
    later = time.monotonic() + 2
    monkeypatch.setattr("time.monotonic", lambda: later)
    progress.show(0, 0)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress:
        progress.show(0, 0)
        progress.show(1, 3)
    first, second = "Checking scale.ipynb: importing torch …", "Checking scale.ipynb: 1 of 3 …"
    assert capsys.readouterr().err == f"\r{first}\r{second:<{len(first)}}\r{' ' * len(first)}\r"


def test_json(solved: Desk) -> None:
    solved.write("affine", AFFINE.replace("x * self.weight", "x @ self.weights"))
    code, out, _ = solved.check("--json", "affine")
    assert code == 1
    (check,) = json.loads(out)["questions"][0]["checks"]
    assert json.loads(out) == {
        "assignment": "scale",
        "notebook": "scale.ipynb",
        "questions": [{"id": "affine", "title": "A learned scale and shift", "hidden": 2, "checks": [check]}],
        "passed": 0,
        "public": 1,
        "hidden": 2,
    }
    assert check == {
        "id": "tests/test_affine.py::test_two_columns",
        "title": "x = [3, 4] with weight [2, 1] and bias [0, 5] gives [6, 9].",
        "ending": "failed",
        "message": "Raises an AttributeError: 'Affine' object has no attribute 'weights'",
        "place": {"cell": 6, "line": 8},
        "test": "",
        "printed": "",
    }
