"""An assignment of an nbgrader course, `source/ps1/`, as an assignment of ours."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from autograder.bridges.conversion.given import Chunk, cells_from, chunks_of
from autograder.bridges.conversion.taken_over import Json, TakenOver, answer_cell, name_for, text_cell
from autograder.bridges.conversion.tests import Asker
from autograder.bridges.nbgrader.beside import files_beside
from autograder.bridges.nbgrader.learning import learn_names
from autograder.bridges.nbgrader.question import Question
from autograder.bridges.nbgrader.reading import NbCell, answer_of, autotests, findings_of, read_cells, split
from autograder.course import models
from autograder.course.findings import CourseError, Finding, Findings
from autograder.course.notebook import without_jupyter_commands

_EMPTY = "*Your answer here.*"


def take_over(folder: Path, slug: str | None = None) -> TakenOver:
    """Read the notebooks of `folder` and the files beside them. Raises CourseError with all that cannot be read."""
    notebooks = sorted(path for path in folder.glob("*.ipynb"))
    if not notebooks:
        raise CourseError(f"{folder} has no notebook. Name an assignment of the course: source/ps1.")
    cells = [cell for path in notebooks for cell in read_cells(path)]
    if not any(cell.kind != "given" for cell in cells):
        raise CourseError(f"{folder}: no cell is an answer or a test of nbgrader's. Name the source, not the release.")
    reading = _Reading()
    for cell in cells:
        reading.read(cell)
    reading.findings.raise_if_any()
    if len(notebooks) > 1:
        names = ", ".join(path.name for path in notebooks)
        reading.note(
            folder.name,
            f"{len(notebooks)} notebooks ({names}) became one: an assignment has one here.",
            "Or import each from a folder of its own.",
        )
    return reading.assembled(slug or name_for(folder.resolve().name, prefix="a"), folder)


@dataclass
class _Part:
    """A cell of the new notebook; given code is split once it is known what the graded module needs."""

    cell: Json | None = None
    chunks: list[Chunk] = field(default_factory=list)


class _Reading:
    """The cells of the notebooks, one after another."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.notes: list[Finding] = []
        self.parts: list[_Part] = []
        self.questions: list[Question] = []
        self.answers: list[tuple[Question, str]] = []
        self.grade_ids: set[str] = set()
        self.title = ""
        self._heading = ""

    def note(self, place: str, fact: str, step: str = "") -> None:
        self.notes.append(Finding(place, None, fact, step))

    def read(self, cell: NbCell) -> None:
        """Take one cell over, or say why not."""
        try:
            for line in autotests(cell.source):
                self.note(
                    cell.place,
                    f"`{line}` is a test that nbgrader writes: it is left out.",
                    "Write it as a hidden test.",
                )
            {
                "given": self._given, "answer": self._answer, "test": self._test, "written": self._written,
                "code by hand": self._by_hand, "task": self._task,
            }[cell.kind](cell)  # fmt: skip
        except ValueError as error:
            self.findings.items.append(findings_of(cell, error))
        except SyntaxError as error:
            self.findings.add(
                cell.place, None, f"this is not Python: {error.msg}.", "Correct the cell, and import again."
            )

    def _given(self, cell: NbCell) -> None:
        if cell.type != "code":
            heading = next((line.strip("# ") for line in cell.source.split("\n") if line.lstrip().startswith("#")), "")
            self.title, self._heading = self.title or heading, heading or self._heading
            self.parts.append(_Part(text_cell(cell.source, cell.type)))
        elif "BEGIN SOLUTION" in cell.source:
            raise ValueError("a solution stands in a cell that is no solution cell.")
        elif cell.source.strip():
            self.parts.append(_Part(chunks=chunks_of(cell.source)))

    def _answer(self, cell: NbCell) -> None:
        source, hidden = split(cell.source, "hidden")
        if hidden:
            self.note(cell.place, "hidden tests in an answer cell are left out.", "Put them into a test cell.")
        question = self.questions[-1] if self.questions and self.questions[-1].open else self._new(cell)
        self._add(question, answer_of(source), "code")

    def _test(self, cell: NbCell) -> None:
        shown, hidden = split(cell.source, "hidden")
        shown, hidden = (without_jupyter_commands(part)[0] for part in (shown, hidden))
        for part in (shown, hidden):
            ast.parse(part)
        question = self.questions[-1] if self.questions else self._new(cell)
        question.tests.append((cell, shown, hidden))

    def _written(self, cell: NbCell) -> None:
        source, scheme = split(cell.source, "scheme")
        question = self._new(cell)
        question.by_hand(cell, scheme)
        self._add(question, source or _EMPTY, "markdown")

    def _by_hand(self, cell: NbCell) -> None:
        question = self._new(cell)
        question.by_hand(cell, "")
        self._add(question, answer_of(cell.source), "code")

    def _task(self, cell: NbCell) -> None:
        source, scheme = split(cell.source, "scheme")
        question = self._new(cell)
        question.by_hand(cell, scheme)
        self.parts.append(_Part(text_cell(source)))
        self._add(question, _EMPTY, "markdown")
        self.note(
            cell.place,
            "a task has no counterpart: its text is prose, and a written answer follows it.",
            "Look whether students should answer there.",
        )

    def _new(self, cell: NbCell) -> Question:
        own = name_for(cell.grade_id, {question.id for question in self.questions})
        question = Question(own, self._heading or cell.grade_id, cell.place)
        self._heading = ""
        if own != cell.grade_id:
            self.note(cell.place, f'{cell.grade_id} is the question "{own}" here: ids are small letters, digits and _.')
        self.questions.append(question)
        return question

    def _add(self, question: Question, source: str, kind: str) -> None:
        number, grade_id = 1, question.id
        while grade_id in self.grade_ids:
            number, grade_id = number + 1, f"{question.id}-{number + 1}"
        self.grade_ids.add(grade_id)
        self.parts.append(_Part(answer_cell(grade_id, source, kind)))
        question.answered = True
        if kind == "code":
            plain, _ = without_jupyter_commands(source)
            ast.parse(plain)
            self.answers.append((question, plain))

    # --- what comes of it

    def assembled(self, slug: str, folder: Path) -> TakenOver:
        for question in self.questions:
            if not question.answered:
                self.note(
                    question.place,
                    "it is tested, and nobody answers it: a cell for an answer is added at the end.",
                    "Move it, and fill it in.",
                )
                self._add(question, _EMPTY, "markdown")
        names, notes = learn_names(self.answers, self.questions, [part.chunks for part in self.parts])
        self.notes += notes
        torch = any(statement.split()[1].split(".")[0] == "torch" for statement in names.imports.values())
        asker = Asker(names, numpy=not torch)
        for question in self.questions:
            question.finish(asker)
        questions = [question for question in self.questions if question.criteria]
        criteria = tuple(criterion for question in questions for criterion in question.criteria)
        files = {name: data for question in questions for name, data in question.files.items()}
        data, scaffold, notes = files_beside(folder, asks_values=any(q.asks_values for q in questions))
        self.notes += notes
        cells = [cell for part in self.parts for cell in ([part.cell] if part.cell else cells_from(part.chunks))]
        return TakenOver(
            assignment=models.Assignment(
                slug=slug,
                title=self.title or slug,
                module=slug,
                questions=tuple(models.Question(id=q.id, title=q.title, targets=tuple(q.targets)) for q in questions),
                arrays="torch" if torch else "numpy",
                scaffold=scaffold,
                data=tuple(sorted(set(data) - {scaffold})),
            ),
            rubric=models.Rubric(assignment=slug, points=round(sum(c.points for c in criteria), 6), criteria=criteria),
            cells=tuple(cells),
            files=files | data,
            notes=(*self.notes, *(note for question in self.questions for note in question.notes)),
        )
