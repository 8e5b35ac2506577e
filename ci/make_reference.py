"""Make docs/reference/: every command as its help says, and every file as its model says.

    python ci/make_reference.py

Run it again after a change of the command line or of a model that is read from or written to a file.
"""

from __future__ import annotations

import ast
import inspect
import json
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from autograder.cli import gradus
from autograder.course.models import Assignment, Rubric
from autograder.grading.result import Result

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
FILES: dict[str, tuple[str, type[BaseModel], str]] = {
    "assignment": ("assignments/SLUG/assignment.yaml", Assignment, "What is asked, of whom nothing is known yet."),
    "rubric": ("rubrics/SLUG.yaml", Rubric, "The criteria and their points, which stand nowhere else."),
    "result": ("result.json", Result, "What grading one submission came to."),
}
"""Name of the page → the file it is about, the file's model, its line in the overview."""


def main() -> None:
    """Write all pages."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")


def pages() -> dict[str, str]:
    """File name → text of every page."""
    made = {"README.md": overview(), "commands.md": commands()}
    for name, (file, model, _) in FILES.items():
        schema = model.model_json_schema(by_alias=True)
        described(schema, documented(model))
        made[f"{name}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        made[f"{name}.md"] = file_page(name, file, schema)
    return made


def overview() -> str:
    lines = ["# Reference", "", "Made by `ci/make_reference.py` from the code; a test says when it is out of date.", ""]
    lines.append("- [Commands](commands.md): every command, argument and option.")
    lines += [f"- [`{file}`]({name}.md): {what}" for name, (file, _, what) in FILES.items()]
    lines.append("- [What words mean](../codes.md): verdicts, statuses, exit codes.")
    return "\n".join(lines) + "\n"


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def commands() -> str:
    """The page of all commands."""
    context = click.Context(gradus, info_name="gradus")
    parts = ["# Commands", "Options of `gradus` itself stand before the command.", table(gradus, context)]
    parts += [section(one) for one in walk(context)]
    return "\n\n".join(part for part in parts if part) + "\n"


def walk(context: click.Context) -> Iterator[click.Context]:
    """A context for each command below that of `context`, groups before what is in them."""
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=context)
        yield below
        if isinstance(command, click.Group):
            yield from walk(below)


def section(context: click.Context) -> str:
    """Usage, description and options of one command."""
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    said = inspect.cleandoc(command.help or "").replace("\b\n", "")
    heading = "#" * len(context.command_path.split())
    parts = [f"{heading} `{context.command_path}`", f"```\n{context.command_path} {usage}\n```", said]
    return "\n\n".join([*parts, table(command, context)]).rstrip()


def table(command: click.Command, context: click.Context) -> str:
    """The options of a command; empty where it has none but --help."""
    records = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts
        if (record := parameter.get_help_record(context)) is not None
    ]
    rows = [f"| `{cell(option)}` | {cell(text)} |" for option, text in records]
    return "\n".join(["| Option | |", "|---|---|", *rows]) if rows else ""


def cell(text: str) -> str:
    """Text in a table."""
    return " ".join(text.split()).replace("|", "\\|")


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def documented(model: type[BaseModel]) -> dict[str, dict[str, str]]:
    """Name of each model that `model` is made of → name of its field → what stands below the field in the code."""
    found: dict[str, dict[str, str]] = {}
    waiting = [model]
    while waiting:
        one = waiting.pop()
        if one.__name__ in found:
            continue
        found[one.__name__] = below_fields(one)
        waiting += [part for field in one.model_fields.values() for part in models_in(field.annotation)]
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def below_fields(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings of a model's fields."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(node, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def described(schema: dict[str, Any], texts: dict[str, dict[str, str]]) -> None:
    """Put the docstrings of fields into a schema."""
    for name, part in [(schema["title"], schema), *schema.get("$defs", {}).items()]:
        for field, text in texts.get(name, {}).items():
            part["properties"][field]["description"] = text


def file_page(name: str, file: str, schema: dict[str, Any]) -> str:
    """A table of fields for each object in a file."""
    parts = [f"# `{file}`", f"As a JSON schema, which editors use to complete and check: [{name}.schema.json]({name}.schema.json)."]
    for title, part in [(schema["title"], schema), *sorted(schema.get("$defs", {}).items())]:
        parts += [f"## {title}", inspect.cleandoc(part.get("description", ""))]
        if "properties" in part:
            rows = [field_row(field, what, part.get("required", [])) for field, what in part["properties"].items()]
            parts.append("\n".join(["| Field | Type | Default | |", "|---|---|---|---|", *rows]))
        elif "enum" in part:
            parts.append(", ".join(f"`{value}`" for value in part["enum"]))
    return "\n\n".join(part for part in parts if part) + "\n"


def field_row(field: str, what: dict[str, Any], required: list[str]) -> str:
    default = "needed" if field in required else shown_default(what.get("default"))
    return f"| `{field}` | {cell(type_of(what))} | {cell(default)} | {cell(what.get('description', ''))} |"


def shown_default(value: Any) -> str:
    """A default as YAML would spell it; objects and empty lists are left out."""
    return "" if value in (None, "", [], ()) or isinstance(value, dict) else f"`{json.dumps(value)}`"


def type_of(what: dict[str, Any]) -> str:
    """A type in words, with its bounds."""
    if "$ref" in what:
        name = what["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in what:
        return " or ".join(type_of(part) for part in what["anyOf"])
    if "enum" in what:
        return ", ".join(f"`{value}`" for value in what["enum"])
    if what.get("type") == "array" and "items" in what:
        return f"list of {type_of(what['items'])}"
    bounds = [
        f"{sign} {what[key]:g}"
        for key, sign in (("exclusiveMinimum", ">"), ("minimum", "≥"), ("maximum", "≤"))
        if key in what
    ]
    pattern = [f"`{what['pattern']}`"] if "pattern" in what else []
    return " ".join([what.get("type", "anything"), *bounds, *pattern])


if __name__ == "__main__":
    main()
