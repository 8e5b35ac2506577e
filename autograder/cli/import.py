"""`gradus import`: what another system holds, taken over."""

from __future__ import annotations

import click

from autograder.cli import LazyGroup

SYSTEMS: dict[str, str] = {
    "gradescope": "Submissions that were handed in on Gradescope, into the gradebook.",
    "marks": "Points and comments that were given in nbgrader's formgrader.",
    "nbgrader": "An assignment of an nbgrader course: its folder in source/.",
    "otter": "The notebook that you give to `otter assign`, as an assignment.",
}
"""What can be taken over → its line in `gradus import --help`. A new one is a line here and a module
`autograder/cli/import_<name>.py` that defines `command`."""


class Systems(LazyGroup):
    """The parts of `gradus import`, each in a module of its own."""

    table = SYSTEMS
    prefix = "autograder.cli.import_"
    above = "import "


@click.group("import", cls=Systems)
def command() -> None:
    """Take over an assignment, submissions or marks from another system.

    What has no counterpart here is listed; nothing is dropped in silence.
    """
