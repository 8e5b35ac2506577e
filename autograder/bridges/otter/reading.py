"""The cells of an otter notebook, each as what it becomes: prose, given code, an answer, a test."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from autograder.bridges.conversion.given import Chunk, chunks_of
from autograder.bridges.conversion.taken_over import answer_cell, name_for, text_cell
from autograder.bridges.otter.cases import read_case
from autograder.bridges.otter.grammar import Json, Master, MasterCell
from autograder.bridges.otter.question import Taken
from autograder.bridges.otter.solutions import answer_of
from autograder.course.findings import Finding, Findings
from autograder.course.notebook import without_jupyter_commands

_PLACEHOLDER = re.compile(r"type your answer here", re.IGNORECASE)
_OTTERS_OWN = re.compile(r"\bimport otter\b|\bfrom otter\b|\botter\.Notebook\b|\bgrader\.(check|check_all|export|to_pdf)\(")
_UNTITLED = "Nothing was written here."


@dataclass
class Part:
    """A cell of the new notebook that may still be split: given code is, once it is known what is wanted."""

    cell: Json | None = None
    chunks: list[Chunk] = field(default_factory=list)


class Reading:
    """The cells of a notebook, one after another: `read` fills `parts`, `answers` and the questions' tests."""

    def __init__(self, master: Master, file: str, findings: Findings, *, ok_format: bool) -> None:
        self.master, self.file, self.findings, self.ok_format = master, file, findings, ok_format
        self.notes: list[Finding] = list(master.notes)
        self.parts: list[Part] = []
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
                self.parts.append(Part(text_cell(cell.source, cell.type)))
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
            self.parts.append(Part(text_cell(cell.source, cell.type)))
            return
        source = self._answer(cell)
        if source is None:
            return
        if source[1]:
            fact = "an answer stands outside a question, where otter gives it to students: the cell is left out."
            self._note(cell, fact, "Put it into a question's SOLUTION block, and import again.")
        else:
            self._given(cell, source[0])

    def _code(self, cell: MasterCell, question: Taken) -> None:
        source = self._answer(cell)
        if source is None:
            return
        text, answered = source
        if answered and cell.block != "solution":
            fact = "an answer stands outside the SOLUTION block, where otter gives it to students: here they do not get it."
            self._note(cell, fact)
        if not answered:
            self._given(cell, text)
            return
        self._add_answer(question, "\n".join([*self.prompt, text]))
        self.prompt = []

    def _given(self, cell: MasterCell, source: str) -> None:
        """Code that students get, without otter's own calls: `gradus release --otter` makes those."""
        chunks = chunks_of(source)
        kept = [chunk for chunk in chunks if not _OTTERS_OWN.search(chunk.text)]
        if len(kept) < len(chunks):
            self._note(cell, "calls of otter itself are left out.", "`gradus release --otter` makes them.")
        if any(chunk.text.strip() for chunk in kept):
            self.parts.append(Part(chunks=kept))

    def _answer(self, cell: MasterCell) -> tuple[str, bool] | None:
        try:
            answer = answer_of(cell.source)
        except ValueError as error:
            self.findings.add(self._place(cell), None, str(error), "Correct the markers.")
            return None
        for fact, step in answer.losses:
            self._note(cell, fact, step)
        return (self._python(cell, answer.source) if answer.answered else answer.source), answer.answered

    def _python(self, cell: MasterCell, source: str) -> str:
        """An answer, which must be Python: Jupyter's own lines in it do nothing."""
        plain, commands = without_jupyter_commands(source)
        if commands:
            self._note(cell, "lines of Jupyter's own (%, !) do nothing in an answer: only Python is graded.")
        try:
            ast.parse(plain)
        except SyntaxError as error:
            fact = f"the answer is not Python: {error.msg} (line {error.lineno} of the cell without markers)."
            self.findings.add(self._place(cell), None, fact, "Correct it.")
        return plain

    def _prompt(self, cell: MasterCell, question: Taken) -> None:
        if cell.type == "code":
            self.prompt = [f"# {line}".rstrip() for line in cell.source.split("\n")]
            self._note(cell, "a PROMPT of code has no counterpart: it stands as comments in the answer's cell.")
        elif not _PLACEHOLDER.search(cell.source) and cell.source.strip():
            self.parts.append(Part(text_cell(cell.source, cell.type)))
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
        self.parts.append(Part(answer_cell(grade_id, source, kind)))
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
