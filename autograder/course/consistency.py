"""Do assignment, rubric, notebook and hidden tests agree? One defect, one function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from autograder.course.findings import Findings
from autograder.course.hidden_tests import HiddenTests, read_hidden_tests
from autograder.course.models import Assignment, Paths, Rubric
from autograder.course.source import SourceModule, read_source
from autograder.course.yaml_lines import Lined

LinedAssignment = Lined[Assignment]
LinedRubric = Lined[Rubric]

GENERATED = frozenset({"README.md", "assignment.json", "requirements.txt"})
"""What every student folder holds besides the notebook and tests/."""


def check_models(slug: str, assignment: LinedAssignment | None, rubric: LinedRubric | None, findings: Findings) -> None:
    """What the two YAML files say about themselves and each other; either may be unreadable (None)."""
    if assignment is not None:
        for check in (
            _slug_is_folder,
            _question_ids_differ,
            _targets_differ,
            _artifacts_fit,
            _files_named_once,
        ):
            check(slug, assignment, findings)
    if rubric is not None:
        for check_rubric in (_rubric_is_for_slug, _criterion_ids_differ, _points_sum, _levels_fit):
            check_rubric(slug, rubric, findings)
    if assignment is not None and rubric is not None:
        _criteria_name_questions(assignment, rubric, findings)
        _questions_have_criteria(assignment, rubric, findings)


def check_files(paths: Paths, assignment: LinedAssignment, rubric: LinedRubric | None, findings: Findings) -> None:
    """What the files beside assignment.yaml must hold."""
    _named_files_exist(paths, assignment, findings)
    module = read_source(paths, findings)
    if module is not None:
        _cells_name_questions(assignment, module, findings)
        _targets_exist(assignment, module, findings)
        _written_questions_have_cells(assignment, module, findings)
    if rubric is not None:
        tests = read_hidden_tests(paths, findings)
        if tests is not None:
            _tests_name_criteria(rubric, tests, findings)
            _criteria_are_decided(rubric, tests, findings)


def _repeats(values: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Position and value of everything that stood before."""
    seen: set[str] = set()
    for position, value in enumerate(values):
        if value in seen:
            yield position, value
        seen.add(value)


# --- assignment.yaml by itself


def _slug_is_folder(slug: str, a: LinedAssignment, findings: Findings) -> None:
    if a.value.slug != slug:
        findings.add(
            a.file,
            a.line("slug"),
            f'the slug is "{a.value.slug}", the folder is called "{slug}".',
            "Make them the same.",
        )


def _question_ids_differ(slug: str, a: LinedAssignment, findings: Findings) -> None:
    for i, question_id in _repeats(q.id for q in a.value.questions):
        line = a.line("questions", i, "id")
        findings.add(a.file, line, f'two questions have the id "{question_id}".', "Rename one of them.")


def _targets_differ(slug: str, a: LinedAssignment, findings: Findings) -> None:
    owner: dict[str, str] = {}
    for i, question in enumerate(a.value.questions):
        for j, target in enumerate(question.targets):
            line = a.line("questions", i, "targets", j)
            if not target.isidentifier():
                fact = f'the target "{target}" is not a Python name.'
                findings.add(a.file, line, fact, "Name a function or class as the module defines it.")
            elif target in owner:
                fact = f'the target "{target}" belongs to the questions "{owner[target]}" and "{question.id}".'
                findings.add(a.file, line, fact, "Leave it in one of them.")
            owner.setdefault(target, question.id)


def _artifacts_fit(slug: str, a: LinedAssignment, findings: Findings) -> None:
    for i, name in _repeats(x.name for x in a.value.artifacts):
        line = a.line("artifacts", i, "name")
        findings.add(a.file, line, f'two artifacts are called "{name}".', "Rename or remove one of them.")
    for i, artifact in enumerate(a.value.artifacts):
        if a.value.question(artifact.question) is None:
            line = a.line("artifacts", i, "question")
            _unknown_question(a, a.file, line, f'the artifact "{artifact.name}"', artifact.question, findings)


def _files_named_once(slug: str, a: LinedAssignment, findings: Findings) -> None:
    for i, name in _repeats(a.value.data):
        findings.add(a.file, a.line("data", i), f'"{name}" is listed twice.', "Remove one of the lines.")


def _unknown_question(
    a: LinedAssignment, file: str, line: int | None, who: str, question: str, findings: Findings
) -> None:
    known = ", ".join(q.id for q in a.value.questions)
    findings.add(file, line, f'{who} names an unknown question "{question}".', f"The questions are {known}.")


# --- the rubric by itself


def _rubric_is_for_slug(slug: str, r: LinedRubric, findings: Findings) -> None:
    if r.value.assignment != slug:
        fact = f'the rubric is for "{r.value.assignment}", the file is named for "{slug}".'
        findings.add(r.file, r.line("assignment"), fact, "Make them the same.")


def _criterion_ids_differ(slug: str, r: LinedRubric, findings: Findings) -> None:
    for i, criterion_id in _repeats(c.id for c in r.value.criteria):
        line = r.line("criteria", i, "id")
        findings.add(r.file, line, f'two criteria have the id "{criterion_id}".', "Rename one of them.")


def _points_sum(slug: str, r: LinedRubric, findings: Findings) -> None:
    total = sum(c.points for c in r.value.criteria)
    if abs(total - r.value.points) > 1e-9:
        fact = f"the criteria sum to {total:g} points, the rubric promises {r.value.points:g}."
        findings.add(r.file, r.line("points"), fact, "Change the criteria or this total.")


def _levels_fit(slug: str, r: LinedRubric, findings: Findings) -> None:
    for i, criterion in enumerate(r.value.criteria):
        if not criterion.levels:
            continue
        line = r.line("criteria", i, "levels")
        if criterion.kind != "ta":
            fact = f'"{criterion.id}" is decided by tests and has levels, which only a TA reads.'
            findings.add(r.file, line, fact, 'Remove the levels, or say "kind: ta".')
        highest = max(level.points for level in criterion.levels)
        if highest != criterion.points:
            fact = f'the highest level of "{criterion.id}" pays {highest:g} of its {criterion.points:g} points.'
            findings.add(r.file, line, fact, "Make the highest level pay all of them.")


# --- the two together


def _criteria_name_questions(a: LinedAssignment, r: LinedRubric, findings: Findings) -> None:
    for i, criterion in enumerate(r.value.criteria):
        if a.value.question(criterion.question) is None:
            line = r.line("criteria", i, "question")
            _unknown_question(a, r.file, line, f'the criterion "{criterion.id}"', criterion.question, findings)


def _questions_have_criteria(a: LinedAssignment, r: LinedRubric, findings: Findings) -> None:
    asked = {c.question for c in r.value.criteria}
    for i, question in enumerate(a.value.questions):
        if question.id not in asked:
            fact = f'no criterion pays for the question "{question.id}".'
            findings.add(a.file, a.line("questions", i, "id"), fact, f"Add one to {r.file}.")


# --- files


def _named_files_exist(paths: Paths, a: LinedAssignment, findings: Findings) -> None:
    named: list[tuple[str, tuple[Any, ...]]] = [(name, ("data", i)) for i, name in enumerate(a.value.data)]
    if a.value.scaffold is not None:
        named.append((a.value.scaffold, ("scaffold",)))
    for name, location in named:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name:
            next_step = "Name a file in the assignment's folder, with / between folders."
            findings.add(a.file, a.line(*location), f'"{name}" leads out of the assignment\'s folder.', next_step)
        elif name in GENERATED | {f"{paths.slug}.ipynb"} or pure.parts[0] == "tests":
            fact = f'"{name}" would take the place of a file that release generates.'
            findings.add(a.file, a.line(*location), fact, "Rename it, or put it into data/.")
        elif not (paths.assignment / name).is_file():
            fact = f'the file "{name}" is missing from assignments/{paths.slug}/.'
            findings.add(a.file, a.line(*location), fact, "Add it, or remove this line.")


# --- the source notebook


def _cells_name_questions(a: LinedAssignment, module: SourceModule, findings: Findings) -> None:
    for cell in module.notebook.cells:
        if not cell.solution:
            continue
        if cell.grade_id is None:
            fact = f"{cell.label} is a solution cell without a grade_id."
            findings.add(module.file, None, fact, "Give it the id of its question, in the nbgrader metadata.")
        elif a.value.question(cell.question or "") is None:
            _unknown_question(a, module.file, None, f"the grade_id of {cell.label}", str(cell.question), findings)
    named = [c for c in module.notebook.cells if c.grade_id is not None]
    for position, grade_id in _repeats(str(c.grade_id) for c in named):
        fact = f'{named[position].label} repeats the grade_id "{grade_id}".'
        findings.add(module.file, None, fact, f'Number the cells of a question: "{grade_id}-2".')


def _targets_exist(a: LinedAssignment, module: SourceModule, findings: Findings) -> None:
    for i, question in enumerate(a.value.questions):
        for j, target in enumerate(question.targets):
            line = a.line("questions", i, "targets", j)
            cell = module.defines.get(target)
            if cell is None and module.complete:
                fact = f'no solution cell of {module.name} defines the target "{target}".'
                findings.add(a.file, line, fact, "Define it there, or remove it here.")
            elif cell is not None and cell.grade_id is None:
                fact = f'the target "{target}" stands in {cell.label}, which students get as it is.'
                findings.add(a.file, line, fact, "Move it into a solution cell.")
            elif cell is not None and cell.question != question.id:
                place = f'{cell.label}, which answers "{cell.question}"'
                fact = f'the target "{target}" of "{question.id}" stands in {place}.'
                findings.add(a.file, line, fact, "Correct the grade_id or the question.")


def _written_questions_have_cells(a: LinedAssignment, module: SourceModule, findings: Findings) -> None:
    answered = {cell.question for cell in module.notebook.cells if cell.solution}
    artifacts = {x.question for x in a.value.artifacts}
    for i, question in enumerate(a.value.questions):
        if not question.targets and question.id not in answered | artifacts:
            fact = f'{module.name} has no cell where the question "{question.id}" is answered.'
            next_step = f'Mark one with nbgrader metadata "solution: true" and the grade_id "{question.id}".'
            findings.add(a.file, a.line("questions", i, "id"), fact, next_step)


# --- the hidden tests


def _tests_name_criteria(r: LinedRubric, tests: HiddenTests, findings: Findings) -> None:
    for test in tests.tests:
        if test.criterion is None:
            fact = f"{test.name} decides no criterion."
            findings.add(test.file, test.line, fact, 'Put @criterion("<id of the rubric>") above it.')
            continue
        criterion = r.value.criterion(test.criterion)
        if criterion is None:
            fact = f'{test.name} names an unknown criterion "{test.criterion}".'
            findings.add(test.file, test.line, fact, f"Correct it, or add the criterion to {r.file}.")
        elif criterion.kind != "tests":
            fact = f'{test.name} names the criterion "{test.criterion}", which a TA decides.'
            findings.add(test.file, test.line, fact, f'Say "kind: tests" in {r.file}, or name another one.')


def _criteria_are_decided(r: LinedRubric, tests: HiddenTests, findings: Findings) -> None:
    if not tests.complete:  # a file that does not parse may hold the missing ones
        return
    decided = {test.criterion for test in tests.tests}
    for i, criterion in enumerate(r.value.criteria):
        if criterion.kind == "tests" and criterion.id not in decided:
            fact = f'no hidden test decides the criterion "{criterion.id}".'
            next_step = f'Write one with @criterion("{criterion.id}"), or say "kind: ta".'
            findings.add(r.file, r.line("criteria", i, "id"), fact, next_step)
