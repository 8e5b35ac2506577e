"""`gradus verify --mutate`: which small changes of the answer key does no hidden test notice?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.course.models import LoadedAssignment
    from autograder.verify.mutation import Mutation


def verify_mutants(
    loaded: LoadedAssignment,
    only: tuple[str, ...],
    *,
    seed: int,
    jobs: int | None,
    sandbox: str,
    out: Path | None,
    as_json: bool,
) -> int:
    """Run, print and write OUT/mutants.json; the exit code."""
    from autograder.grading.store import write_atomically
    from autograder.sandbox.backend import Refused

    try:
        mutation = _with_progress(loaded, only, seed=seed, jobs=jobs, sandbox=sandbox)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    folder = out or Path("verified") / loaded.slug
    folder.mkdir(parents=True, exist_ok=True)
    record = mutation.record()
    write_atomically(folder / "mutants.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
    else:
        _print(mutation, folder)
    return DONE if mutation.clean else FINDINGS


def _with_progress(
    loaded: LoadedAssignment, only: tuple[str, ...], *, seed: int, jobs: int | None, sandbox: str
) -> Mutation:
    from autograder.cli.progress import progress_bar
    from autograder.verify.mutation import mutate, planned

    source, mutants = planned(loaded, only)
    if not mutants:
        raise click.UsageError(f"no mutant of {loaded.slug} matches --only {' --only '.join(only)}")
    with progress_bar(f"Mutants of {loaded.slug}", len(mutants)) as advance:
        return mutate(
            loaded, source, mutants, complete=not only, seed=seed, jobs=jobs, backend=sandbox,
            advance=lambda fate: advance(),
        )  # fmt: skip


def _print(mutation: Mutation, folder: Path) -> None:
    for fate in mutation.fates:
        if fate.lives:
            click.echo(f"Lives: {fate.mutant.id}")
            click.echo(fate.mutant.diff(mutation.source) + "\n")
    for finding in mutation.findings:
        click.echo(str(finding))
    record = mutation.record()
    click.echo(
        f"{record['caught']} of {record['mutants'] - record['equivalent']} mutants are caught "
        f"({100 * mutation.caught:.1f}%), {record['equivalent']} are known to be equivalent. Record: {folder}/mutants.json"
    )
