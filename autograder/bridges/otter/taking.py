"""A notebook written for `otter assign` as an assignment of ours."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.bridges.otter.cases import read_case
from autograder.bridges.otter.given import Chunk, cells_from, choose_exports, chunks_of, foreign_imports, loads
from autograder.bridges.otter.grammar import Json, Master, MasterCell, read_master, settings_of
from autograder.bridges.otter.names import Names
from autograder.bridges.otter.question import Taken
from autograder.bridges.otter.settings import Settings, read_settings
from autograder.bridges.otter.solutions import answer_of
from autograder.bridges.otter.tests import SCAFFOLD, Asker
from autograder.bridges.taken_over import TakenOver, answer_cell, name_for, text_cell
from autograder.course.findings import CourseError, Finding, Findings
from autograder.course.models import Assignment, Question, Rubric
from autograder.course.notebook import NotebookError, read_notebook
from autograder.course.source import defined_names

_PLACEHOLDER = re.compile(r"type your answer here", re.IGNORECASE)
_UNTITLED = "Nothing was written here."


def take_over(notebook: Path, slug: str | None = None) -> TakenOver:
    """Read `notebook`, written for `otter assign`, and what its settings name beside it. Raises CourseError."""
    master = _read(notebook)
    findings, file = Findings(), notebook.name
    config = _with_config_file(master, notebook, findings)
    settings = read_settings(config, notebook.parent, f"{file}, assignment config")
    reading = _Reading(master, file, findings, ok_format=_ok_format(config))
    reading.read()
    findings.raise_if_any()
    return reading.assembled(slug or name_for(str(config.get("name") or notebook.stem), prefix="a"), config, settings)


def _read(notebook: Path) -> Master:
    try:
        data = notebook.read_bytes()
        read_notebook(data, notebook.name)
    except NotebookError as error:
        raise CourseError(str(error)) from None
    tree: Json = json.loads(data.decode("utf-8-sig"))
    language = str(tree.get("metadata", {}).get("kernelspec", {}).get("language", "python")).lower()
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
    return settings_of(path.read_text(encoding="utf-8"), str(name), findings) | master.config


def _ok_format(config: Json) -> bool:
    tests = config.get("tests")
    return bool(tests.get("ok_format", True)) if isinstance(tests, dict) else True


@dataclass
class _Part:
    """A cell of the new notebook that may still be split: given code is, once it is known what is wanted."""

    cell: Json | None = None
    chunks: list[Chunk] = field(default_factory=list)


class _Reading:
    """The cells of a notebook, one after another."""

    def __init__(self, master: Master, file: str, findings: Findings, *, ok_format: bool) -> None:
        self.master, self.file, self.findings, self.ok_format = master, file, findings, ok_format
        self.notes: list[Finding] = list(master.notes)
        self.parts: list[_Part] = []
        self.answers: list[tuple[Taken, str]] = []
        """Answer cells of code, with their questions."""
        self.prompt: list[str] = []
        self.grade_ids: set[str] = set()
        self.questions: list[Taken] = []
        for question in master.questions:
            own = name_for(question.name, {other.id for other in self.questions})
            place = f"{file}, question {question.name}"
            taken = Taken(own, self._title(len(self.questions)) or question.name, question, place)
            if own != question.name:
                taken.note(f'it is called "{own}" here: ids are small letters, digits and _.')
            self.questions.append(taken)

    def read(self) -> None:
        for cell in self.master.cells:
            question = None if cell.question is None else self.questions[cell.question]
            if question is None:
                self._outside(cell)
            elif cell.block == "tests":
                case = read_case(cell, self.file, ok_format=self.ok_format, findings=self.findings)
                question.cases += [case] if case else []
            elif cell.block == "prompt":
                self._prompt(cell, question)
            elif cell.type == "code":
                self._code(cell, question)
            elif cell.block == "solution" and cell.type == "markdown":
                self._written(cell, question)
            else:
                self.parts.append(_Part(text_cell(cell.source, cell.type)))
        answered = {taken.id for taken, _ in self.answers} | {i.split("-")[0] for i in self.grade_ids}
        for question in (q for q in self.questions if q.id not in answered):
            question.note("it has no answer in a SOLUTION block: a cell for one is added at the end.", "Move it, and fill it in.")
            self._add_answer(question, _UNTITLED, "markdown")

    def _place(self, cell: MasterCell) -> str:
        return f"{self.file}, cell {cell.number}"

    def _note(self, cell: MasterCell, fact: str, step: str = "") -> None:
        self.notes.append(Finding(self._place(cell), None, fact, step))

    def _outside(self, cell: MasterCell) -> None:
        """Given, but for an answer that stands where otter would ship it."""
        if cell.type != "code":
            self.parts.append(_Part(text_cell(cell.source, cell.type)))
            return
        source = self._answer(cell)
        if source is None:
            return
        if source[1]:
            fact = "an answer stands outside a question, where otter gives it to students: the cell is left out."
            self._note(cell, fact, "Put it into a question's SOLUTION block, and import again.")
        elif source[0].strip():
            self.parts.append(_Part(chunks=chunks_of(source[0])))

    def _code(self, cell: MasterCell, question: Taken) -> None:
        source = self._answer(cell)
        if source is None:
            return
        text, answered = source
        if answered and cell.block != "solution":
            fact = "an answer stands outside the SOLUTION block, where otter gives it to students: here they do not get it."
            self._note(cell, fact)
        if not answered:
            if text.strip():
                self.parts.append(_Part(chunks=chunks_of(text)))
            return
        self._add_answer(question, "\n".join([*self.prompt, text]))
        self.prompt = []

    def _answer(self, cell: MasterCell) -> tuple[str, bool] | None:
        try:
            answer = answer_of(cell.source)
        except ValueError as error:
            self.findings.add(self._place(cell), None, str(error), "Correct the markers.")
            return None
        for fact, step in answer.losses:
            self._note(cell, fact, step)
        return answer.source, answer.answered

    def _prompt(self, cell: MasterCell, question: Taken) -> None:
        if cell.type == "code":
            self.prompt = [f"# {line}".rstrip() for line in cell.source.split("\n")]
            self._note(cell, "a PROMPT of code has no counterpart: it stands as comments in the answer's cell.")
        elif not _PLACEHOLDER.search(cell.source) and cell.source.strip():
            self.parts.append(_Part(text_cell(cell.source, cell.type)))
            self._note(cell, "a PROMPT of prose stands above the answer here, which students write from nothing.")

    def _written(self, cell: MasterCell, question: Taken) -> None:
        if question.manual:
            self._add_answer(question, cell.source, "markdown")
            return
        fact = "prose in the SOLUTION block of a question with tests has no counterpart, and is left out."
        self._note(cell, fact, "Put it into the rubric's feedback.")

    def _add_answer(self, question: Taken, source: str, kind: str = "code") -> None:
        number, grade_id = 1, question.id
        while grade_id in self.grade_ids:
            number, grade_id = number + 1, f"{question.id}-{number + 1}"
        self.grade_ids.add(grade_id)
        self.parts.append(_Part(answer_cell(grade_id, source, kind)))
        if kind == "code":
            self.answers.append((question, source))

    def _title(self, number: int) -> str:
        """The first line of a question's prose."""
        for cell in self.master.cells:
            if cell.question == number and cell.type == "markdown" and cell.block == "question":
                plain = (line.replace("**", "").strip(" #_\t") for line in cell.source.split("\n"))
                line = next(filter(None, plain), "")
                if line:
                    return line if len(line) <= 80 else line[:79] + "…"
        return ""

    # --- what comes of it

    def assembled(self, slug: str, config: Json, settings: Settings) -> TakenOver:
        names = self._names()
        uses = {name for _, source in self.answers for name in loads(source)}
        uses |= {name for q in self.questions for case in q.cases for name in loads(case.source) | _parameters(case.source)}
        choose_exports([part.chunks for part in self.parts], uses)
        for chunk in (chunk for part in self.parts for chunk in part.chunks):
            names.learn_imports(chunk.text)
        answered = set(names.all)
        for chunk in (chunk for part in self.parts for chunk in part.chunks if chunk.export):
            names.learn(chunk.text)
            names.learn_constants(chunk.text)
        names.given = names.values - answered
        names.constants = {name: made for name, made in names.constants.items() if name not in answered}
        for statement in foreign_imports(chunk for part in self.parts for chunk in part.chunks):
            fact = f"graded code needs `{statement}`, which grading does not bring."
            self.notes.append(Finding(self.file, None, fact, "Install it where you grade, or do without."))
        torch = any(one.split()[1].split(".")[0] == "torch" for one in names.imports.values())
        asker = Asker(names, numpy=not torch)
        for question in self.questions:
            question.finish(asker)
        return self._taken(slug, config, settings, torch)

    def _names(self) -> Names:
        """The students' names: each belongs to the question whose cell defines it last."""
        names = Names()
        owner: dict[str, Taken] = {}
        for question, source in self.answers:
            names.learn(source)
            names.learn_imports(source)
            for name in _defined(source):
                if name in owner and owner[name] is not question:
                    fact = f"{name} is defined in {owner[name].id}, too; the graded module has one: the last."
                    question.note(fact, "Give them different names if both are tested.")
                owner[name] = question
        for name, question in owner.items():
            if not name.startswith("_") and not question.manual:
                question.targets.append(name)
        return names

    def _taken(self, slug: str, config: Json, settings: Settings, torch: bool) -> TakenOver:
        questions = [q for q in self.questions if q.criteria]
        files = dict(settings.data)
        for question in questions:
            files |= question.files
        scaffold = "scaffold.py" if any(q.asks_values for q in questions) else None
        if scaffold:
            files[scaffold] = SCAFFOLD.encode()
        criteria = tuple(criterion for question in questions for criterion in question.criteria)
        cells = [c for part in self.parts for c in ([part.cell] if part.cell else cells_from(part.chunks))]
        return TakenOver(
            assignment=Assignment(
                slug=slug,
                title=str(config.get("name") or _heading(self.master) or slug),
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
            notes=(*settings.notes, *self.notes, *(note for q in self.questions for note in q.notes)),
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
