"""YAML files as frozen models, with the line of every value: what is wrong is said where it stands."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from autograder.course.findings import Findings

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Lined(Generic[Model]):
    """A model and the tree it was read from; `line` answers where a value stands."""

    value: Model
    file: str
    tree: Any

    def line(self, *location: str | int) -> int:
        return line_of(self.tree, location)


def line_of(tree: Any, location: Location) -> int:
    """1-based line of the value at `location`, or of the nearest thing around it that exists."""
    line = 1
    for step in location:
        if isinstance(tree, Mapping) and step in tree:
            line = tree.lc.key(step)[0] + 1  # type: ignore[attr-defined]
        elif isinstance(tree, Sequence) and not isinstance(tree, str) and isinstance(step, int):
            line = tree.lc.item(step)[0] + 1  # type: ignore[attr-defined]
        else:
            break
        tree = tree[step]
    return line


def read_model(path: Path, file: str, model: type[Model], findings: Findings) -> Lined[Model] | None:
    """Read `path` as `model`. Every defect is added to `findings`; None when there was one."""
    text = read_text(path, file, findings)
    return None if text is None else model_of(text, file, model, findings)


def model_of(text: str, file: str, model: type[Model], findings: Findings) -> Lined[Model] | None:
    """`text` as `model`; `file` is its name in findings. None when there was a defect."""
    tree = tree_of(text, file, findings)
    if tree is None:
        return None
    try:
        # Strict on JSON: 8 is a float and a list a tuple, but "8" is no number and true no points.
        value = model.model_validate_json(json.dumps(tree, default=str), strict=True)
    except ValidationError as error:
        for defect in error.errors():
            _explain(defect, tree, file, model, findings)
        return None
    return Lined(value, file, tree)


def read_text(path: Path, file: str, findings: Findings) -> str | None:
    """The text of `path`; None after adding a finding."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        findings.add(file, None, "the file is missing.", "Create it, or rename the one that is meant.")
    except (OSError, UnicodeDecodeError) as error:
        findings.add(file, None, f"the file cannot be read ({type(error).__name__}).", "Save it as UTF-8 text.")
    return None


def tree_of(text: str, file: str, findings: Findings) -> Any:
    """The mapping that `text` spells, with line numbers; None after adding a finding."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = (error.problem or "it breaks off").splitlines()[0]
        findings.add(file, line, f"this is not YAML: {problem}.", "Check indentation, quotes and brackets there.")
        return None
    except YAMLError as error:
        findings.add(file, None, f"this is not YAML: {str(error).splitlines()[0]}.", "Save it as plain text.")
        return None
    if not isinstance(tree, Mapping):
        findings.add(file, 1, "the file holds no keys.", 'Write "key: value" lines, beginning in column 1.')
        return None
    return tree


def _explain(defect: Any, tree: Any, file: str, model: type[BaseModel], findings: Findings) -> None:
    """Add one of pydantic's errors as a fact, a place and a next step."""
    location: Location = defect["loc"]
    line = line_of(tree, location)
    key = location[-1] if location else ""
    if defect["type"] == "extra_forbidden":
        findings.add(file, line, f'unknown key "{key}".', _nearest(str(key), known_keys(model, location[:-1])))
    elif defect["type"] == "missing":
        findings.add(file, line, f'{_where(location[:-1])}"{key}" is missing.', f'Add "{key}: …" here.')
    else:
        said = str(defect["msg"]).removeprefix("Input should ").removeprefix("String should ")
        said = said.replace("a valid array", "a list").replace("a valid tuple", "a list")
        given = json.dumps(defect["input"], default=str, ensure_ascii=False)
        next_step = f"It is {given if len(given) <= 60 else given[:57] + '…'} now."
        findings.add(file, line, f"{_spell(location)} should {said}.", next_step)


def known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that `model` allows at `location`."""
    current: Any = model
    for step in location:
        if isinstance(step, str):
            current = _inner_model(current.model_fields[step].annotation)
    return list(current.model_fields)


def _inner_model(annotation: Any) -> Any:
    """`Question` of `tuple[Question, ...]`, `Limits` of `Limits`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(_inner_model(part) for part in annotation.__args__ if part is not Ellipsis)


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f'Did you mean "{close[0]}"?' if close else f"The keys known here are {', '.join(known)}."


def _spell(location: Location) -> str:
    """`questions[2].targets[1]`, numbering from 1 as people do."""
    parts = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in location]
    return "".join(parts).removeprefix(".")


def _where(location: Location) -> str:
    return f"in {_spell(location)} " if location else ""
