"""A released folder for courses on otter: its tests for `grader.check`, and the cells that call them."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course.findings import CourseError, Finding
from autograder.course.models import LoadedAssignment
from autograder.release import ReleaseReport
from autograder.release.build import Files, Source, generated_by, notebook_bytes, read_sound_source, student_files

REQUIREMENT = "otter-grader>=7.0,<8"
_LOCKED = {"deletable": False, "editable": False}
_TAIL = '''

# --- the same tests for otter's grader.check

from otter.test_files import test_case  # noqa: E402

from autograder.student.in_otter import asked  # noqa: E402

OK_FORMAT = False
name = {name}
points = 0
'''
_CHECK = '''

@test_case(name={title}, points=0)
def check_{number}(env):
    with asked(env) as impl:
        {call}
'''


def release_for_otter(loaded: LoadedAssignment, to: Path, *, check: bool = False) -> ReleaseReport:
    """Write the student's folder with otter's tests to `to`, or with `check` only compare.

    Raises CourseError when the source is not sound, a public test cannot run in otter, or `to` is somebody's folder.
    """
    from autograder.release.folders import differences, replace_folders
    from autograder.release.scan import find_leaks

    source = read_sound_source(loaded)
    files = otter_files(loaded, source)
    _ours_or_free(to, loaded)
    found = tuple(replace(one, next_step=f"Run `gradus release {loaded.slug} --otter`.") for one in
                  differences(to, files, str(to), loaded.slug))  # fmt: skip
    leaks = tuple(_at(one, to, loaded) for one in find_leaks(loaded, source, files))
    write = bool(found) and not leaks and not check
    if write:
        to.parent.mkdir(parents=True, exist_ok=True)
        replace_folders([(to, files)])
    return ReleaseReport(loaded.slug, tuple(f"{to}/{name}" for name in files), found, leaks, write)


def otter_files(loaded: LoadedAssignment, source: Source) -> Files:
    """The student's files, with `tests/<question>.py` in the place of `tests/test_<question>.py`."""
    files = student_files(loaded, source)
    checked = []
    for question in loaded.assignment.questions:
        public = files.pop(f"tests/test_{question.id}.py", None)
        if public is not None:
            checked.append(question.id)
            files[f"tests/{question.id}.py"] = otter_test(question.id, public.decode("utf-8-sig")).encode()
    name = f"{loaded.slug}.ipynb"
    tree = json.loads(files[name])
    tree["cells"] = _with_calls(tree["cells"], loaded, checked)
    files[name] = notebook_bytes(tree, loaded)
    files["requirements.txt"] += f"{REQUIREMENT}\n".encode()
    files["README.md"] += _READ.format(checked=checked[0] if checked else "…").encode()
    return dict(sorted(files.items()))


_READ = """
## In otter

Run the first cell of the notebook; then `grader.check("{checked}")` checks a question where it stands, and the last cell,
`grader.export()`, makes the zip that you hand in. Save the notebook before it.
"""


def otter_test(question: str, text: str) -> str:
    """A public test file as one of otter's: its text as it is, and a test case for each of its functions.

    No points are promised: those are decided by hidden tests. Raises CourseError for a test that takes other fixtures.
    """
    tree = ast.parse(text)
    parts = [text.rstrip("\n"), _TAIL.format(name=json.dumps(question))]
    number = 0
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            title = (ast.get_docstring(node) or node.name).strip().split("\n")[0]
            for call, case in _calls(node, question):
                number += 1
                shown = json.dumps(title + case, ensure_ascii=False)
                parts.append(_CHECK.format(title=shown, number=number, call=call))
    return "".join(parts)


def _calls(node: ast.FunctionDef, question: str) -> list[tuple[str, str]]:
    """(call, what is told of its case) of a test, for each of its parameters' values."""
    cases = [(f"{node.name}(impl", "")]
    given = {"impl"}
    for decorator in node.decorator_list:
        names, values = _parameters(decorator, node, question)
        given |= set(names)
        cases = [(f"{call}, {_arguments(names, value)}", f"{told} [{ast.unparse(value)}]")
                 for call, told in cases for value in values]  # fmt: skip
    wanted = {argument.arg for argument in node.args.args}
    if wanted - given:
        raise _refused(node, question, f"takes {', '.join(sorted(wanted - given))}")
    if "impl" not in wanted:
        cases = [(call.replace("(impl, ", "(").replace("(impl", "("), told) for call, told in cases]
    return [(f"{call})", told) for call, told in cases]


def _parameters(decorator: ast.expr, node: ast.FunctionDef, question: str) -> tuple[list[str], list[ast.expr]]:
    parametrized = isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.parametrize"
    if not parametrized or not isinstance(decorator, ast.Call) or len(decorator.args) < 2:
        raise _refused(node, question, f"is decorated with {ast.unparse(decorator)}")
    names, values = decorator.args[0], decorator.args[1]
    if not isinstance(values, ast.List | ast.Tuple) or not isinstance(names, ast.Constant):
        raise _refused(node, question, "has parameters that are not written down as a list")
    return [name.strip() for name in str(names.value).split(",")], values.elts


def _arguments(names: list[str], value: ast.expr) -> str:
    if len(names) == 1:
        return f"{names[0]}={ast.unparse(value)}"
    return f"**dict(zip({names!r}, {ast.unparse(value)}))"


def _refused(node: ast.FunctionDef, question: str, why: str) -> CourseError:
    file = f"tests/public/test_{question}.py"
    step = "Give it `impl` alone, or @pytest.mark.parametrize with a list."
    return CourseError([Finding(file, node.lineno, f"{node.name} {why}, and otter cannot run it.", step)])


def _with_calls(cells: list[Any], loaded: LoadedAssignment, checked: list[str]) -> list[Any]:
    """The notebook's cells, with otter's in between."""
    last: dict[str, int] = {}
    for position, cell in enumerate(cells):
        grade_id = str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        last[grade_id.split("-", 1)[0]] = position
    after = {last[question]: question for question in checked if question in last}
    new = [_cell("otter-init", f'import otter\n\ngrader = otter.Notebook("{loaded.slug}.ipynb")')]
    for position, cell in enumerate(cells):
        new.append(cell)
        if position in after:
            new.append(_cell(f"otter-check-{after[position]}", f'grader.check("{after[position]}")'))
    return [*new, _cell("otter-export", _export(loaded))]


def _export(loaded: LoadedAssignment) -> str:
    names = [artifact.name for artifact in loaded.assignment.artifacts]
    if not names:
        return "grader.export(pdf=False)"
    there = f"files=[name for name in {names!r} if Path(name).is_file()]"
    return f"from pathlib import Path\n\ngrader.export(pdf=False, {there})"


def _cell(cell_id: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": dict(_LOCKED),
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _ours_or_free(to: Path, loaded: LoadedAssignment) -> None:
    """A folder is replaced as a whole: only one that a release has made."""
    if not to.exists() or (to.is_dir() and not any(to.iterdir())):
        return
    try:
        made = json.loads((to / "assignment.json").read_text(encoding="utf-8"))["generated"] == generated_by(loaded)
    except (OSError, ValueError, LookupError, TypeError):
        made = False
    if not made or to.resolve() == loaded.paths.student.resolve():
        raise CourseError(f"{to} holds something else, and it is not replaced. Name another folder with --to.")


def _at(finding: Finding, to: Path, loaded: LoadedAssignment) -> Finding:
    return replace(finding, file=finding.file.replace(f"student_template/{loaded.slug}", str(to), 1))
