"""`gradus regrade`: a class again under the assignment as it is now."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, KIT_FAILED
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.batches.regrade import Move, Policy


@dataclass(frozen=True)
class _How:
    """Where and how it is graded."""

    jobs: int | None
    cluster: str | None
    sandbox: str
    trusted: bool


@click.command("regrade")
@click.argument("slug")
@click.option("--preview", is_flag=True, help="Show who would move and adopt nothing.")
@click.option(
    "--reason", default="", help="Why, for the students whose results are looked at again; not with --preview."
)
@click.option(
    "--policy",
    type=click.Choice(["never-lower", "replace"]),
    default="never-lower",
    show_default=True,
    help="What becomes of a student whose score would fall: they keep the old result, or get the new one.",
)
@click.option("--only", multiple=True, metavar="STUDENT", help="This student only, by sid or pseudonym; repeatable.")
@click.option("--author", help="Who decides. [default: your login name]")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Other draws than the class had. [default: the same]")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Submissions graded at a time. [default: one a core]")
@click.option("--cluster", metavar="WHERE", help="Grade on dask workers: tcp://scheduler:8786 or jobqueue.yaml.")
@click.option("--sandbox", default="auto", show_default=True, metavar="NAME", help="As in `gradus grade`.")
@click.option("--i-trust-this-code", "trusted", is_flag=True, help="Allow the sandbox process, which locks nothing in.")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print who moves as JSON.")
@click.pass_obj
def command(
    course: Path | None, slug: str, preview: bool, reason: str, policy: Policy, only: tuple[str, ...],
    author: str | None, seed: int | None, jobs: int | None, cluster: str | None, sandbox: str, trusted: bool,
    where: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Grade the attempts of SLUG that count once more, under the assignment as it is now.

    With --preview nothing that counts changes: a table says who would move and by how much. Without it the new results
    are adopted; policy and reason stay with each attempt, and the student reads them. What staff marked or overrode
    stays. What was graded before under the same version and seed is not graded again.
    """
    from autograder.batches.backlog import seed_of
    from autograder.batches.grading import Queue
    from autograder.batches.regrade import attempts_to_regrade, carry_out, moves_of
    from autograder.cli.grade_class import grade_queue
    from autograder.course.loading import find_course, load_assignment

    if not preview and not reason.strip():
        raise click.UsageError(
            "a regrade has a reason, which students read: add --reason TEXT, or look first with --preview"
        )
    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with opened(course, where) as book:
        queue = Queue(book, loaded, seed_of(book, slug) if seed is None else seed)
        attempts = attempts_to_regrade(book, slug, only)
        tally = grade_queue(queue, attempts, loaded, _How(jobs, cluster, sandbox, trusted), adopting=False)
        moves = list(moves_of(queue, attempts))
        taken = [] if preview else carry_out(
            book, moves, policy=policy, reason=reason.strip(), author=author or getpass.getuser()
        )  # fmt: skip
    if as_json:
        adopted = {move.attempt_id for move in taken}
        record = [{**asdict(move), "by": move.by, "adopted": move.attempt_id in adopted} for move in moves]
        click.echo(json.dumps({"regraded": len(attempts), "moves": record, "troubles": tally.troubles}))
    else:
        _print(len(attempts), moves, taken, preview, policy)
        for digest, why in tally.troubles.items():
            click.echo(f"Submission {digest[:16]}: the grader failed: {why.splitlines()[0][:300]} Try again.", err=True)
    return KIT_FAILED if tally.troubles else DONE


def _print(number: int, moves: list[Move], taken: list[Move], preview: bool, policy: str) -> None:
    from rich.console import Console
    from rich.table import Table

    changed = sorted((move for move in moves if move.changes), key=lambda move: (move.by, move.pseudonym))
    if changed:
        table = Table("Student", "Before", "After", "By", "Criteria")
        for move in changed:
            criteria = ", ".join(f"{one.criterion} {one.before} → {one.after}" for one in move.changes)
            table.add_row(move.pseudonym, f"{move.before:g}", f"{move.after:g}", f"{move.by:+g}", criteria)
        Console(highlight=False).print(table)
    if not moves:
        click.echo(f"{number} attempts: no result differs from the one that counts. Other draws: --seed N.")
        return
    up, down = sum(move.by > 0 for move in moves), sum(move.by < 0 for move in moves)
    click.echo(
        f"{number} attempts were graded again: {up} {_would('rise', preview)}, {down} {_would('fall', preview)}."
    )
    if preview:
        click.echo("Nothing was adopted. To adopt it: gradus regrade with --reason, and without --preview.")
    elif len(taken) < len(moves):
        click.echo(f"{len(moves) - len(taken)} of them keep their old result ({policy}).")


def _would(verb: str, preview: bool) -> str:
    return f"would {verb}" if preview else {"rise": "rose", "fall": "fell"}[verb]
