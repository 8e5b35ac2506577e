"""`gradus verify`: prove an assignment before it is released."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.course.known import KnownSubmission
    from autograder.course.models import Criterion, LoadedAssignment
    from autograder.course.verdict import Verdict
    from autograder.report.matrix import MatrixRow
    from autograder.verify.evidence import Run
    from autograder.verify.subjects import Subject
    from autograder.verify.verification import Verification


@click.command("verify")
@click.argument("slug")
@click.option(
    "--only",
    multiple=True,
    metavar="TEXT",
    help="Run only submissions whose kind/name contains TEXT, or mutants whose change does; repeatable.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Seeds for the solution, variants and what is too slow.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The first seed.")
@click.option(
    "--every-test",
    is_flag=True,
    help="Run every hidden test on every submission, also where the code behind it is the answer key's.",
)
@click.option(
    "--mutate",
    is_flag=True,
    help="Instead: change the answer key in one place after the other, and print the changes that no hidden test notices.",
)
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Submissions graded at a time. [default: one a core]")
@click.option(
    "--sandbox",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="As in `gradus grade`; the course's own submissions are trusted, so that process is allowed.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the record goes. [default: verified/SLUG]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.pass_obj
def command(
    course: Path | None, slug: str, only: tuple[str, ...], seeds: int, seed: int, every_test: bool, mutate: bool,
    jobs: int | None, sandbox: str, out: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Run all submissions with a known outcome against the hidden tests of SLUG.

    A mistake is not given to tests that would run nothing but the answer key's own code: their outcome is its own.

    Prints the matrix submissions × criteria, every finding, and notes, which are no defects; writes OUT/verify.json
    and OUT/matrix.svg.
    """
    from autograder.course.loading import find_course, load_assignment
    from autograder.sandbox.backend import Refused
    from autograder.verify.verification import plan

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    if mutate:
        from autograder.cli.mutate import verify_mutants

        context = click.get_current_context()
        for name, option in (("seeds", "--seeds"), ("every_test", "--every-test")):
            if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
                raise click.UsageError(
                    f"--mutate runs under one seed, and gives a mutant to the tests that reach it: leave out {option}"
                )

        return verify_mutants(loaded, only, seed=seed, jobs=jobs, sandbox=sandbox, out=out, as_json=as_json)
    known, subjects = plan(loaded, seeds=seeds, first_seed=seed, only=only)
    if not subjects:
        raise click.UsageError(f"no submission of {slug} matches --only {' --only '.join(only)}")
    try:
        verification = _with_progress(
            loaded, known, subjects, complete=not only, every_test=every_test, jobs=jobs, sandbox=sandbox
        )
    except Refused as error:
        raise click.ClickException(str(error)) from error
    folder = out or Path("verified") / slug
    _write(verification, folder)
    if as_json:
        click.echo(json.dumps(verification.record(), ensure_ascii=False))
    else:
        _print(verification, folder)
    return DONE if verification.clean else FINDINGS


def _with_progress(
    loaded: LoadedAssignment,
    known: list[KnownSubmission],
    subjects: list[Subject],
    *,
    complete: bool,
    every_test: bool,
    jobs: int | None,
    sandbox: str,
) -> Verification:
    from autograder.cli.progress import progress_bar
    from autograder.verify.verification import verify

    with progress_bar(f"Verifying {loaded.slug}", len(subjects)) as advance:
        return verify(
            loaded, known, subjects, complete=complete, every_test=every_test, jobs=jobs, backend=sandbox,
            advance=lambda subject: advance(),
        )  # fmt: skip


def _matrix(verification: Verification) -> tuple[list[MatrixRow], list[Criterion]]:
    """Rows of the matrix, one a subject (its worst seed), and its columns."""
    from autograder.course.verdict import Verdict
    from autograder.report.matrix import MatrixRow
    from autograder.verify.subjects import expected_losses

    evidence = verification.evidence
    rows: dict[str, MatrixRow] = {}
    for run in sorted(evidence.runs, key=_place):
        losses: dict[str, Verdict | None] = {}
        if run.subject.kind == "template":
            losses = dict.fromkeys(run.verdicts)
        elif run.subject.kind not in ("solution", "correct"):
            losses = expected_losses(evidence.known_of(run))
        undecided = frozenset(id for id, verdict in losses.items() if verdict is Verdict.INCONCLUSIVE)
        row = MatrixRow(run.subject.kind, run.subject.name, run.verdicts, frozenset(losses), undecided, run.untouched)
        old = rows.get(run.subject.id)
        if old is None or len(row.surprises) > len(old.surprises):
            rows[run.subject.id] = row
    criteria = [c for c in evidence.loaded.rubric.criteria if c.kind == "tests"]
    return list(rows.values()), criteria


_KINDS = ("solution", "template", "correct", "mistakes", "slow", "unstable", "hostile")


def _place(run: Run) -> tuple[int, str, int]:
    return _KINDS.index(run.subject.kind), run.subject.name, run.subject.seed


def _write(verification: Verification, folder: Path) -> None:
    from autograder.grading.store import write_atomically
    from autograder.report.heatmap import matrix_svg

    folder.mkdir(parents=True, exist_ok=True)
    record = json.dumps(verification.record(), ensure_ascii=False, indent=1)
    write_atomically(folder / "verify.json", record + "\n")
    rows, columns = _matrix(verification)
    write_atomically(folder / "matrix.svg", matrix_svg(rows, columns, title=verification.evidence.loaded.slug))


def _print(verification: Verification, folder: Path) -> None:
    from rich.console import Console

    from autograder.report.matrix import matrix_table

    console = Console(highlight=False)
    rows, columns = _matrix(verification)
    console.print(matrix_table(rows, columns))
    for finding in verification.findings:
        click.echo(f"{finding} [{finding.code}]")
    for note in verification.notes:
        click.echo(f"Note: {note} [{note.code}]")
    count = len(verification.evidence.runs)
    runs = f"{count} run{'s' if count > 1 else ''}"
    count = len(verification.findings)
    said = "Clean" if verification.clean else f"{count} finding{'s' if count > 1 else ''}"
    click.echo(
        f"{said}: {runs} in {verification.seconds:.0f} s. Record: {folder}/verify.json, {folder}/matrix.svg"
    )
