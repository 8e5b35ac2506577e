"""`%check`: what a student reads in a notebook, and which state of the notebook it speaks of."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autograder.course.notebook import Cell, Notebook, without_jupyter_commands
from autograder.student.folder import Question
from autograder.student.outcome import Check, Fault, Place
from autograder.student.shown import Shown
from autograder.student.unsaved import Execution, unsaved
from tests.student.conftest import Desk

SAVED = 1000.0
STUB = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError('a.f: implement f')"
NOTEBOOK = Notebook(
    (
        Cell(1, "markdown", "# Title", id="title"),
        Cell(2, "code", STUB, grade_id="f", solution=True, id="f"),
        Cell(3, "code", "f(1)", id="call"),
    )
)


def ahead(*executions: Execution) -> tuple[dict[int, str], tuple[str, ...]]:
    """What cells hold that are taken as they were run, and the names that are not in the file."""
    found = unsaved(NOTEBOOK, SAVED, executions, ["f"])
    return {number: found.notebook.cells[number - 1].source for number in found.cells}, found.names


# --- the kernel and the file


def test_a_cell_that_was_run_since_the_file_was_saved_counts_as_it_was_run() -> None:
    assert ahead(Execution(1001, "def f(x): return 1", "f"), Execution(1002, "def f(x): return 2", "f")) == (
        {2: "def f(x): return 2"},
        (),
    )


def test_what_was_saved_later_is_what_counts() -> None:
    """Run, changed, saved: nobody has run what the file holds, and it is what would be graded."""
    assert ahead(Execution(999, "def f(x): return 1", "f")) == ({}, ())


def test_a_cell_that_was_run_as_it_was_saved_is_nothing_new() -> None:
    assert ahead(Execution(1001, STUB + "\n", "f"), Execution(1001, "f(1)", "call")) == ({}, ())


@pytest.mark.parametrize("cell_id", [None, "vscode-notebook-cell:/home/me/a.ipynb#W1sZmlsZQ=="])
def test_where_the_front_end_tells_no_id_the_name_is_told(cell_id: str | None) -> None:
    run = Execution(1001, "def f(x): return 1", cell_id)
    assert ahead(run) == ({}, ("f",))
    assert ahead(run, Execution(1002, STUB)) == ({}, ())
    assert ahead(Execution(1001, "def g(x): return 1")) == ({}, ())


def test_a_new_export_cell_is_missed() -> None:
    assert ahead(Execution(1001, "#| export\ndef mine(x): return x", "new")) == ({}, ("mine",))


@pytest.mark.parametrize("text", ["def (", "!ls", "", "a\0b"])
def test_what_is_no_python_defines_nothing(text: str) -> None:
    assert ahead(Execution(1001, text)) == ({}, ())


def test_the_command_may_stand_in_an_answer_cell() -> None:
    """Grading would otherwise meet a cell that is not Python."""
    assert without_jupyter_commands("x = 1\n%check cell\n  %check") == ("x = 1\npass  # %check cell\n  pass  # %check", 2)
    assert without_jupyter_commands("(a\n%checked)")[1] == 0


# --- the page


class Tags(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def page(*checks: Check, questions: int = 1) -> str:
    asked = [Question(f"f{i or ''}", f"A title {NASTY}", ("f",), 2, 3) for i in range(questions)]
    return Shown("a.ipynb", asked, list(checks), [f"a.ipynb as saved {NASTY}"])._repr_html_()


def test_nothing_of_the_students_becomes_markup() -> None:
    fault = Fault("failed", NASTY, Place(2, 1, NASTY), f"tests/{NASTY}")
    read = Tags(page(Check("a", "f", NASTY, fault, NASTY), Check("b", "f", NASTY, None, NASTY)))
    assert not {"script", "img"} & set(read.tags)
    assert {name for name, _ in read.attributes} <= {"class", "role", "aria-label", "open", "tabindex"}


def test_the_page_needs_nothing_from_outside() -> None:
    shown = page(Check("a", "f", "A title"))
    assert "http" not in shown
    assert "url(" not in shown


def test_every_outcome_is_told_in_words_too() -> None:
    for ending in ("passed", "failed", "not attempted yet", "timed out", "skipped"):
        fault = None if ending == "passed" else Fault(ending.removesuffix(" yet"))  # type: ignore[arg-type]
        assert f"<strong>{ending}</strong>" in page(Check("a", "f", "A title", fault))


def test_of_many_questions_those_with_something_to_do_are_open() -> None:
    shown = page(Check("a", "f", "Holds."), Check("b", "f1", "Does not.", Fault("failed")), questions=2)
    assert shown.count("<details>") == 1
    assert shown.count("<details open>") == 1
    assert "<strong>all</strong>: 1/2 public checks · 6 hidden run after you submit" in shown


# --- in IPython itself


@pytest.fixture
def shell(light: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """An IPython in a student's folder, with the extension loaded."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(light.folder)
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    made = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    atexit.unregister(made.atexit_operations)
    made.run_line_magic("load_ext", "autograder")
    yield made
    made.atexit_operations()
    made.restore_sys_module_state()  # __main__ is the tests' again: without it no process can be spawned


def test_a_terminal_reads_what_gradus_check_prints(shell: Any, light: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%check affine")
    shown = capsys.readouterr().out
    _, out, _ = light.check("affine")
    first, rest = shown.split("\n\n", 1)
    assert first.startswith("scale.ipynb as it was saved at ")
    assert rest == out


def test_an_unknown_question_and_a_wrong_time(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert not shell.run_cell("%check afine").success
    assert capsys.readouterr().err == 'UsageError: There is no question "afine" in scale. Did you mean "affine"?\n'
    assert not shell.run_cell("%check --timeout 0").success
    assert capsys.readouterr().err == "UsageError: --timeout is a number of seconds above 0.\n"


def test_elsewhere_it_says_what_is_missing(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.run_cell("%check")
    said = capsys.readouterr().err
    assert said.startswith(f"UsageError: {tmp_path} is not an assignment's folder: it holds no assignment.json.")
    assert said.endswith("or name it: %check --folder DIR.\n")


def test_from_elsewhere_the_notebook_leads_to_the_folder(
    shell: Any, light: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(light.folder / "scale-Copy1.ipynb"))
    shell.run_cell("%check affine")
    assert "You work in scale-Copy1.ipynb. What is checked here, and graded, is scale.ipynb." in capsys.readouterr().out


def test_the_tab_key_knows_the_questions(shell: Any) -> None:
    assert shell.complete("", "%check a", 8)[1] == ["affine"]


def test_loaded_again_it_is_there_once(shell: Any) -> None:
    for _ in range(2):
        shell.run_line_magic("reload_ext", "autograder")
    assert len([c for c in shell.events.callbacks["pre_run_cell"] if "CheckMagic" in repr(c)]) == 1
    shell.run_line_magic("unload_ext", "autograder")
    assert "check" not in shell.magics_manager.magics["line"]


def test_importing_the_kit_imports_nothing_else() -> None:
    program = "import sys, autograder; print([n for n in ('IPython', 'jinja2', 'torch', 'pytest') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# --- in a kernel


@pytest.fixture
def kernel(light: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """(source, cell's id) → what comes of it, in a kernel that runs in the student's folder."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    client_module = pytest.importorskip("jupyter_client", reason="jupyter_client is not installed")
    manager = client_module.KernelManager()
    manager.start_kernel(cwd=str(light.folder), env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


class Kernel:
    """A kernel as a front end sees it."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager, self.client = manager, client

    def send(self, source: str, cell_id: str | None = None) -> str:
        message = self.client.session.msg(
            "execute_request",
            {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False},
            metadata={"cellId": cell_id} if cell_id else {},
        )
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def outputs(self, request: str) -> list[dict[str, Any]]:
        """The cell's outputs as a notebook would hold them: those that are written over count as they are at the end."""
        shown: dict[str, dict[str, Any]] = {}
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return list(shown.values())
            if message["msg_type"] in ("display_data", "update_display_data"):
                shown[content["transient"]["display_id"]] = content["data"]
            elif message["msg_type"] in ("stream", "error", "execute_result"):
                shown[f"{len(shown)}"] = content

    def run(self, source: str, cell_id: str | None = None) -> list[dict[str, Any]]:
        return self.outputs(self.send(source, cell_id))


@pytest.mark.slow
def test_in_a_kernel_the_cell_that_was_just_run_counts_before_it_is_saved(kernel: Kernel, light: Desk) -> None:
    kernel.run("%load_ext autograder")
    (passed,) = kernel.run("%check affine")
    assert "<strong>passed</strong> x comes back." in passed["text/html"]
    assert "affine: 1/1 public checks · 2 hidden run after you submit" in passed["text/plain"]

    kernel.run("def affine(x):\n    return -x", "affine")
    (failed,) = kernel.run("%check affine")
    assert "with cell 6 as you ran it. Save the notebook before you hand it in" in failed["text/plain"]
    assert "affine: 0/1 public checks" in failed["text/plain"]

    light.write("affine", "def affine(x):\n    return x + 0")
    (saved,) = kernel.run("%check affine")
    assert "as you ran it" not in saved["text/plain"]
    assert "affine: 1/1 public checks" in saved["text/plain"]


@pytest.mark.slow
def test_what_hangs_can_be_interrupted_and_leaves_no_process(kernel: Kernel, light: Desk) -> None:
    light.write("affine", "from pathlib import Path\nPath('here').touch()\ndef affine(x):\n    while True: pass")
    kernel.run("%load_ext autograder")
    request = kernel.send("%check affine --timeout 600")
    until = time.monotonic() + 60
    while not (light.folder / "here").exists() and time.monotonic() < until:
        time.sleep(0.05)
    kernel.manager.interrupt_kernel()
    waiting, said = kernel.outputs(request)
    assert waiting["text/plain"] == ""
    assert said["text"] == "UsageError: Stopped. The checks had not ended; nothing was changed.\n"
    assert str(light.folder) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


@pytest.mark.slow
def test_the_released_notebook_with_the_command_in_it(light: Desk) -> None:
    """As "Run all" does: the notebook is executed with the command in its answer cell."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    nbformat = pytest.importorskip("nbformat")
    light.edit(lambda tree: tree["cells"].insert(0, _code("%load_ext autograder")))
    light.write("affine", "def affine(x):\n    return x\n%check affine")
    tree = nbformat.reads(light.notebook.read_text(), as_version=4)
    tree.cells = [cell for cell in tree.cells if cell.get("id") in ("load", "affine")]
    nbclient.NotebookClient(tree, resources={"metadata": {"path": str(light.folder)}}).execute()
    (output,) = tree.cells[1].outputs
    assert "affine: 1/1 public checks" in output["data"]["text/plain"]


def _code(source: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "load", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return json.loads(json.dumps(cell))  # type: ignore[no-any-return]
