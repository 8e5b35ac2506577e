"""Begin a mistake or a hidden test: files that load at once, and of which `gradus verify` says what is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path

from autograder.course.findings import CourseError
from autograder.course.models import Criterion, LoadedAssignment, Question
from autograder.course.notebook import module_source
from autograder.course.source import names_of
from autograder.course.text_source import source_notebook

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def sketch_mistake(loaded: LoadedAssignment, name: str, of: Sequence[str] = ()) -> Path:
    """Write submissions/mistakes/NAME.py with a copy of the answer key's definitions `of`; its path.

    By default of the only function that is asked for. It says that it loses what tests decide of those questions. Raises
    CourseError for a name that does not exist, or a file that does.
    """
    path = loaded.paths.known / "mistakes" / f"{_checked(name)}.py"
    asked = [target for question in loaded.assignment.questions for target in question.targets]
    chosen = tuple(of) or (tuple(asked) if len(asked) == 1 else ())
    if not chosen:
        raise CourseError(f"What does the mistake replace? Say --of with one of {', '.join(asked)}; it may be repeated.")
    copies = [_definition(loaded, one, asked) for one in chosen]
    loses = ", ".join(criterion.id for criterion in _lost(loaded, chosen))
    title = name.replace("_", " ").capitalize()
    docstring = f'"""{title}.\n\nloses: {loses}\nhint: Ask what leads the student to the error, and do not tell the answer.\n"""'
    return _written(path, "\n\n\n".join([docstring, *copies]) + "\n", loaded)


def sketch_test(loaded: LoadedAssignment, question_id: str, name: str, criterion: str | None = None) -> Path:
    """Write tests/hidden/test_QUESTION_NAME.py with one test that compares with the answer key; its path.

    Raises CourseError for a question or criterion that does not exist, or a file that does.
    """
    question = loaded.assignment.question(question_id)
    code = [one for one in loaded.assignment.questions if one.targets]
    if question is None or not question.targets:
        raise CourseError(f'There is no question "{question_id}" with code. There are: {", ".join(one.id for one in code)}.')
    path = loaded.paths.hidden_tests / f"test_{question.id}_{_checked(name)}.py"
    decides = _criterion(loaded, question, criterion)
    return _written(path, _test_text(loaded, question, name, decides), loaded)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise CourseError(f'"{name}" is no name: use small letters, digits and _, as in sum_for_mean.')
    return name


def _reference(loaded: LoadedAssignment) -> str:
    return module_source(source_notebook(loaded.paths))


def _definition(loaded: LoadedAssignment, name: str, asked: Sequence[str]) -> str:
    """The text of a top-level definition of the answer key."""
    source = _reference(loaded)
    node = next((one for one in ast.parse(source).body if name in names_of(one)), None)
    if node is None:
        raise CourseError(f'The answer key defines no "{name}". Asked for are {", ".join(asked)}.')
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    return "\n".join(source.split("\n")[first - 1 : node.end_lineno])


def _lost(loaded: LoadedAssignment, names: Sequence[str]) -> list[Criterion]:
    """What tests decide of the questions that ask for one of `names`; of all questions when none does."""
    questions = {one.id for one in loaded.assignment.questions if set(one.targets) & set(names)}
    decided = [one for one in loaded.rubric.criteria if one.kind == "tests"]
    return [one for one in decided if one.question in questions] or decided


def _criterion(loaded: LoadedAssignment, question: Question, wanted: str | None) -> str:
    ids = [one.id for one in loaded.rubric.criteria if one.kind == "tests" and one.question == question.id]
    if wanted is None and len(ids) == 1:
        return ids[0]
    if wanted in ids:
        return str(wanted)
    fact = "Which criterion does the test decide?" if wanted is None else f'Tests decide no criterion "{wanted}" of {question.id}.'
    new = wanted if wanted and wanted.startswith(f"{question.id}.") else f"{question.id}.name"
    raise CourseError(
        f"{fact} Say --criterion with one of {', '.join(ids) or 'none yet'}, or add a new one to rubrics/{loaded.slug}.yaml first: "
        f'- {{id: {new}, question: {question.id}, title: "…", points: …}}'
    )


def _test_text(loaded: LoadedAssignment, question: Question, name: str, criterion: str) -> str:
    target = question.targets[0]
    arguments = _arguments(loaded, target)
    drawn = f"    {', '.join(arguments)} = {', '.join(['draw(5, 3)'] * len(arguments))}\n" if arguments else ""
    return (
        f'"""A hidden test of `{question.id}`."""\n\n'
        f"from autograder.checks import compare, criterion{', draw' if arguments else ''}\n\n\n"
        f'@criterion("{criterion}")\n'
        f"def test_{name}():\n"
        f'    """Say here what holds: students read this line."""\n'
        f"    # Draw inputs of the shapes that the notebook asks for.\n{drawn}"
        f"    compare(lambda impl: impl.{target}({', '.join(arguments)}))\n"
    )


def _arguments(loaded: LoadedAssignment, target: str) -> list[str]:
    """The arguments without a default that a call of `target` takes."""
    for node in ast.parse(_reference(loaded)).body:
        if isinstance(node, ast.ClassDef) and node.name == target:
            inits = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
            return _required(inits[0])[1:] if inits else []
        if isinstance(node, ast.FunctionDef) and node.name == target:
            return _required(node)
    return []


def _required(function: ast.FunctionDef) -> list[str]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return names[: len(names) - len(function.args.defaults)]


def _written(path: Path, text: str, loaded: LoadedAssignment) -> Path:
    """A new file; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        shown = path.relative_to(loaded.paths.course)
        raise CourseError(f"{shown} is there already. Choose another name; nothing was changed.") from None
    return path
