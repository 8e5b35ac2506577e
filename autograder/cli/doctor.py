"""`gradus doctor`: what works on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.doctor import Diagnosis

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_obj
def command(course: Path | None, as_json: bool) -> int:
    """Look at Python, torch, packages, sandboxes, Docker, disks, data and the course, and say how to mend what is amiss.

    Changes nothing. A warning is something that not every course needs; with a problem the exit code is 1.
    """
    from autograder.doctor.examination import examine

    found = []
    for one in examine(course or Path.cwd()):
        found.append(one)
        if not as_json:
            _print(one)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return _code(found)
    count = {state: sum(one.state == state for one in found) for state in _COLOURS}
    click.echo(f"{count['ok']} ok, warnings: {count['warning']}, problems: {count['problem']}.")
    return _code(found)


def _code(found: list[Diagnosis]) -> int:
    return FINDINGS if any(one.state == "problem" for one in found) else DONE


def _print(one: Diagnosis) -> None:
    state = click.style(f"{one.state:<8}", fg=_COLOURS[one.state])
    click.echo(f"{state} {one.part:<20} {one.fact}")
    if one.mend:
        click.echo(f"{'':<9}{'':<20} {one.mend}")
