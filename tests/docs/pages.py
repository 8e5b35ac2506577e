"""What the documents say: commands they show, names they link to."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from autograder.cli import COMMANDS, gradus

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def calls(text: str) -> Iterator[list[str]]:
    """Every call of `gradus` in code blocks and inline code, as words after the command's name."""
    lines = [line for block in _FENCE.findall(text) for line in block.splitlines()]
    for line in [*lines, *_INLINE.findall(_FENCE.sub("", text))]:
        for match in re.finditer(r"(?:^|\s)gradus (.*)", line):
            call = re.split(r"\s#\s|[─►;|)]", match[1])[0]
            if call.strip() and not call.startswith("·"):
                yield shlex.split(call.replace("'", ""))


def command_of(call: list[str]) -> tuple[str | None, list[str]]:
    """The subcommand of a call, if it names one, and its words after that."""
    words = list(call)
    while words and words[0].startswith("-"):
        takes_value = words.pop(0) == "--course"
        words = words[1:] if takes_value else words
    return (words[0], words[1:]) if words else (None, [])


def options_of(name: str) -> set[str]:
    """Every spelling of the options that a command has, or one of its subcommands."""
    command: click.Command = import_module(f"autograder.cli.{name.replace('-', '_')}").command
    commands = [command, *parts_of(command)] if isinstance(command, click.Group) else [command]
    options = (parameter for one in commands for parameter in one.params if isinstance(parameter, click.Option))
    return {spelling for option in options for spelling in (*option.opts, *option.secondary_opts)} | {"--help", "-h"}


def parts_of(group: click.Group) -> list[click.Command]:
    """The subcommands of a group, those that are imported when they are called, too."""
    context = click.Context(group)
    found = (group.get_command(context, name) for name in group.list_commands(context))
    return [command for command in found if command is not None]


def wrong_calls(text: str) -> list[str]:
    """Calls in a page that name a command or an option which does not exist."""
    wrong = []
    general = {spelling for parameter in gradus.params for spelling in parameter.opts} | {"--help", "-h"}
    for call in calls(text):
        name, words = command_of(call)
        known = options_of(name) if name in COMMANDS else general
        given = [word.split("=")[0] for word in (words if name else call) if word.startswith("-")]
        if (name is not None and name not in COMMANDS) or not set(given) <= known:
            wrong.append("gradus " + " ".join(call))
    return wrong


def dead_links(page: Path, text: str) -> list[str]:
    """Relative links of a page that lead nowhere."""
    targets = [link.partition("#")[0] for link in _LINK.findall(text) if "://" not in link]
    return [target for target in targets if target and not (page.parent / target).exists()]
