"""What tests of an nbgrader assignment may ask for: names of answers, and of the given code that graded code needs."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograder.bridges.conversion.given import Chunk, choose_exports, foreign_imports, loads
from autograder.bridges.conversion.names import Names
from autograder.bridges.nbgrader.asserts import NOSE
from autograder.bridges.nbgrader.question import Question
from autograder.course.findings import Finding
from autograder.course.source import defined_names


def learn_names(
    answers: Sequence[tuple[Question, str]], questions: Sequence[Question], given: Sequence[list[Chunk]]
) -> tuple[Names, list[Finding]]:
    """The names, and what to look at. Gives questions their targets and marks chunks of `given` that grading needs.

    `answers` are the code cells of answers, `given` the cells of given code in their order.
    """
    names, notes = Names(), list[Finding]()
    owner: dict[str, Question] = {}
    for question, source in answers:
        names.learn(source)
        names.learn_imports(source)
        for name in defined_names(ast.parse(source)):
            if name in owner and owner[name] is not question:
                fact = f"{name} is defined in {owner[name].id}, too; the graded module has one: the last."
                notes.append(Finding(question.place, None, fact, "Give them different names."))
            owner[name] = question
    for name, question in owner.items():
        if not name.startswith("_") and question.tests:
            question.targets.append(name)
    answered = set(names.all)
    choose_exports(given, _wanted(answers, questions))
    chunks = [chunk for cell in given for chunk in cell]
    if any("nose" in chunk.text and chunk.text.lstrip().startswith(("import", "from")) for chunk in chunks):
        fact = "students' notebook imports nose, which Python of today cannot install."
        notes.append(Finding("given code", None, fact, "Delete the import."))
    for chunk in chunks:
        names.learn_imports(chunk.text)
    for chunk in chunks:
        if chunk.export:
            names.learn(chunk.text)
            names.learn_constants(chunk.text)
    names.given = names.values - answered
    names.constants = {name: made for name, made in names.constants.items() if name not in answered}
    for statement in foreign_imports(chunks):
        fact = f"graded code needs `{statement}`, which grading does not bring."
        notes.append(Finding("given code", None, fact, "Install it where you grade, or do without."))
    return names, notes


def _wanted(answers: Sequence[tuple[Question, str]], questions: Sequence[Question]) -> set[str]:
    """What answers and tests read."""
    tests = [f"{shown}\n{hidden}" for question in questions for _, shown, hidden in question.tests]
    return {name for source in [*(source for _, source in answers), *tests] for name in loads(source)} - NOSE
