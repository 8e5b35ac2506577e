"""`gradus import otter`: a notebook written for `otter assign` becomes an assignment."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("otter")
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", metavar="NAME", help="The assignment's name here. [default: the notebook's]")
@click.option("--preview", is_flag=True, help="Write nothing; say what would be written, and what has no counterpart.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made, and what has no counterpart, as JSON.")
@click.pass_obj
def command(course: Path | None, notebook: Path, slug: str | None, preview: bool, as_json: bool) -> int:
    """Make assignments/NAME/ and rubrics/NAME.yaml from NOTEBOOK, the one that you give to `otter assign`.

    Tests become public and hidden ones, points become criteria, manual questions are left to TAs. What has no
    counterpart is listed, with its place and what to do. An assignment that is there already is never written over.
    """
    from autograder.bridges.otter.taking import take_over
    from autograder.cli.taken_over import put_and_tell, require_slug
    from autograder.course.loading import find_course

    root = find_course(course or Path.cwd())
    require_slug(slug)
    return put_and_tell(root, take_over(notebook, slug), preview=preview, as_json=as_json)
