"""Every assignment as it stands in this repository: released, proven, and with a notebook that runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.sandbox.backend import kind_of
from tests.assignments.public import page_of

COURSE = Path(__file__).parents[2]
SLUGS = sorted(path.parent.name for path in (COURSE / "assignments").glob("*/source.ipynb"))
FIGURES = {"efficient_attention": 5, "foundations": 7, "lstm": 6, "resnet": 9, "transformer": 10}
"""How many pictures the notebook draws at least."""
LEAST, MOST = 0.4, 0.7
"""Part of the mistakes that public tests catch: enough to guide, and not enough to guess from."""

pytestmark = pytest.mark.parametrize("slug", SLUGS)


def test_the_release_is_what_the_source_gives(slug, capsys):
    assert run(["--course", str(COURSE), "release", slug, "--check"]) == 0, capsys.readouterr()


@pytest.mark.slow
@pytest.mark.alone
def test_verify_is_clean(slug, tmp_path, capsys):
    """Every submission with a known outcome comes out as known: nothing lost that is not said, nothing kept that is."""
    # Containers take a second for each of 200 gradings; other tests run in them.
    sandbox = "bubblewrap" if kind_of("bubblewrap").obstacle(private=(), gpu=False) is None else "auto"
    code = run(["--course", str(COURSE), "verify", slug, "--sandbox", sandbox, "--out", str(tmp_path)])
    capsys.readouterr()  # the matrix of a failed run would hide everything that failed after it
    record = json.loads((tmp_path / "verify.json").read_text())
    assert record["findings"] == []
    assert code == 0
    kinds = [run["kind"] for run in record["runs"]]
    assert kinds.count("mistakes") >= 12
    assert len({run["name"] for run in record["runs"] if run["kind"] == "correct"}) >= 3
    assert {"slow", "unstable", "hostile", "template", "solution"} <= set(kinds)


@pytest.mark.slow
def test_the_answer_key_runs_from_top_to_bottom_and_draws_its_figures(slug, tmp_path):
    """Executed as a student would, with the answers in place: no error, a picture a question at least, and the weights."""
    import nbformat
    from nbclient import NotebookClient

    folder = tmp_path / slug
    shutil.copytree(COURSE / "student_template" / slug, folder)
    notebook = nbformat.read(COURSE / "solutions" / slug / "solution.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    drawn = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(drawn) >= FIGURES[slug]
    for weights in (COURSE / "solutions" / slug).glob("*.safetensors"):
        assert (folder / weights.name).is_file()


def test_the_answer_key_can_be_handed_in(slug, tmp_path):
    """`solutions/<slug>` is a submission like any other, and gets every point that is not a TA's."""
    out = tmp_path / "out"
    submission = str(COURSE / "solutions" / slug)
    command = ["--course", str(COURSE), "grade", slug, submission, "--out", str(out), "--i-trust-this-code"]
    assert run(command) == 0
    result = json.loads((out / slug / "result.json").read_text())
    lost = [c["id"] for c in result["criteria"] if c["kind"] == "tests" and c["verdict"] != "PASS"]
    assert lost == []
    assert result["score"] + result["pending"] == result["max_score"] == 100


def test_a_student_who_copied_the_answer_passes_every_public_check(slug, tmp_path):
    """Public tests pass on the answers and none of them passes on the released notebook."""
    for notebook, code in (("solution", 0), ("template", 1)):
        folder = tmp_path / notebook
        shutil.copytree(COURSE / "student_template" / slug, folder)
        if notebook == "solution":
            shutil.copy(COURSE / "solutions" / slug / "solution.ipynb", folder / f"{slug}.ipynb")
        assert run(["check", "--folder", str(folder), "--json"]) == code


@pytest.mark.slow
def test_public_tests_guide_and_do_not_tell_all(slug):
    """The table in docs/ is what the public tests catch now."""
    told = page_of(slug).read_text(encoding="utf-8")
    command = [sys.executable, "-m", "tests.assignments.public", "--json", slug]
    done = subprocess.run(command, cwd=COURSE, capture_output=True, text=True, timeout=600, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert LEAST <= found["part"] <= MOST
    assert found["page"] == told
