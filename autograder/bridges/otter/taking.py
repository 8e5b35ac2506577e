"""A notebook written for `otter assign` as an assignment of ours."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from autograder.bridges.conversion.given import cells_from, choose_exports, foreign_imports, loads
from autograder.bridges.conversion.names import Names
from autograder.bridges.conversion.taken_over import TakenOver, name_for
from autograder.bridges.conversion.tests import SCAFFOLD, Asker
from autograder.bridges.otter.grammar import Json, Master, read_master, settings_of
from autograder.bridges.otter.question import Taken
from autograder.bridges.otter.reading import Reading
from autograder.bridges.otter.settings import Settings, read_settings
from autograder.course.findings import CourseError, Finding, Findings
from autograder.course.models import Assignment, Question, Rubric
from autograder.course.notebook import NotebookError, read_notebook
from autograder.course.source import defined_names


def take_over(notebook: Path, slug: str | None = None) -> TakenOver:
    """Read `notebook`, written for `otter assign`, and what its settings name beside it. Raises CourseError."""
    master = _read(notebook)
    findings, file = Findings(), notebook.name
    config = _with_config_file(master, notebook, findings)
    settings = read_settings(config, notebook.parent, f"{file}, assignment config")
    reading = Reading(master, file, findings, ok_format=_ok_format(config))
    reading.read()
    findings.raise_if_any()
    return _assembled(reading, slug or name_for(str(config.get("name") or notebook.stem), prefix="a"), config, settings)


def _read(notebook: Path) -> Master:
    try:
        data = notebook.read_bytes()
        read_notebook(data, notebook.name)
    except NotebookError as error:
        raise CourseError(str(error)) from None
    tree: Json = json.loads(data.decode("utf-8-sig"))
    kernel = (tree.get("metadata") or {}).get("kernelspec") or {}
    language = str(kernel.get("language", "python")).lower()
    if language != "python":
        raise CourseError(f"{notebook.name} is written in {language}; assignments here are in Python.")
    master = read_master(tree, notebook.name)
    if not master.questions:
        fact = f"{notebook.name} holds no question of otter's: no raw cell begins with # BEGIN QUESTION."
        raise CourseError(f"{fact} Name the notebook that you give to `otter assign`, not what it makes.")
    return master


def _with_config_file(master: Master, notebook: Path, findings: Findings) -> Json:
    name = master.config.get("config_file")
    path = (notebook.parent / str(name)).resolve()
    if not name:
        return master.config
    if not path.is_relative_to(notebook.parent.resolve()) or not path.is_file():
        findings.add(notebook.name, None, f"the config_file {name} is not beside the notebook.", "Add it there.")
        return master.config
    return settings_of(path.read_text(encoding="utf-8", errors="replace"), str(name), findings) | master.config


def _ok_format(config: Json) -> bool:
    tests = config.get("tests")
    return bool(tests.get("ok_format", True)) if isinstance(tests, dict) else True


def _assembled(reading: Reading, slug: str, config: Json, settings: Settings) -> TakenOver:
    names = _names(reading)
    uses = {name for _, source in reading.answers for name in loads(source)}
    uses |= {name for q in reading.questions for case in q.cases for name in loads(case.source) | _parameters(case.source)}
    choose_exports([part.chunks for part in reading.parts], uses)
    for chunk in (chunk for part in reading.parts for chunk in part.chunks):
        names.learn_imports(chunk.text)
    answered = set(names.all)
    for chunk in (chunk for part in reading.parts for chunk in part.chunks if chunk.export):
        names.learn(chunk.text)
        names.learn_constants(chunk.text)
    names.given = names.values - answered
    names.constants = {name: made for name, made in names.constants.items() if name not in answered}
    for statement in foreign_imports(chunk for part in reading.parts for chunk in part.chunks):
        fact = f"graded code needs `{statement}`, which grading does not bring."
        reading.notes.append(Finding(reading.file, None, fact, "Install it where you grade, or do without."))
    torch = any(one.split()[1].split(".")[0] == "torch" for one in names.imports.values())
    asker = Asker(names, numpy=not torch)
    for question in reading.questions:
        question.finish(asker)
    return _taken(reading, slug, config, settings, torch)


def _names(reading: Reading) -> Names:
    """The students' names: each belongs to the question whose cell defines it last."""
    names = Names()
    owner: dict[str, Taken] = {}
    for question, source in reading.answers:
        names.learn(source)
        names.learn_imports(source)
        for name in _defined(source):
            if name in owner and owner[name] is not question:
                fact = f"{name} is defined in {owner[name].id}, too; the graded module has one: the last."
                question.note(fact, "Give them different names if both are tested.")
                owner[name].overtaken.add(name)
            owner[name] = question
    for name, question in owner.items():
        if not name.startswith("_") and not question.manual:
            question.targets.append(name)
    return names


def _taken(reading: Reading, slug: str, config: Json, settings: Settings, torch: bool) -> TakenOver:
    questions = [q for q in reading.questions if q.criteria]
    files = dict(settings.data)
    for question in questions:
        files |= question.files
    if not any(name.startswith("tests/hidden/") for name in files):
        files[f"tests/hidden/test_{questions[0].id}.py"] = b'"""No hidden tests yet: TAs mark everything."""\n'
        reading.notes.append(Finding(reading.file, None, "no test decides points: TAs mark everything.", "Write hidden tests."))
    scaffold = "scaffold.py" if any(q.asks_values for q in questions) else None
    if scaffold:
        files[scaffold] = SCAFFOLD.encode()
    criteria = tuple(criterion for question in questions for criterion in question.criteria)
    cells = [c for part in reading.parts for c in ([part.cell] if part.cell else cells_from(part.chunks))]
    return TakenOver(
        assignment=Assignment(
            slug=slug,
            title=str(config.get("name") or _heading(reading.master) or slug),
            module=slug,
            questions=tuple(Question(id=q.id, title=q.title, targets=tuple(q.targets)) for q in questions),
            arrays="torch" if torch else "numpy",
            scaffold=scaffold,
            data=tuple(sorted(set(settings.data) - {scaffold})),
            requirements=settings.requirements,
        ),
        rubric=Rubric(assignment=slug, points=round(sum(c.points for c in criteria), 6), criteria=criteria),
        cells=tuple(cells),
        files=files,
        notes=(*settings.notes, *reading.notes, *(note for q in reading.questions for note in q.notes)),
    )


def _defined(source: str) -> list[str]:
    try:
        return defined_names(ast.parse(source))
    except SyntaxError:
        return []


def _parameters(source: str) -> set[str]:
    return {node.arg for node in ast.walk(ast.parse(source)) if isinstance(node, ast.arg)}


def _heading(master: Master) -> str:
    for cell in master.cells:
        if cell.type == "markdown" and cell.source.lstrip().startswith("#"):
            return cell.source.strip().split("\n")[0].strip("# ")
    return ""
