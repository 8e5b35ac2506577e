"""`gradus grade`: submissions in, results and feedback out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, KIT_FAILED, KitFailed
from autograder.cli.gradebook import gradebook_option

if TYPE_CHECKING:
    from autograder.course.models import LoadedAssignment
    from autograder.grading.result import Result


@click.command("grade")
@click.argument("slug")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--class",
    "class_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Instead of PATHS: a folder with a whole class, whose results go into the gradebook.",
)
@click.option("--ungraded", is_flag=True, help="Instead of PATHS: what is in the gradebook and has no result yet.")
@gradebook_option
@click.option("--deadline", metavar="TIME", help="With --class: mark what was handed in later as late; ISO 8601.")
@click.option("--add-unknown", is_flag=True, help="With --class: enrol students who are not in the roster.")
@click.option(
    "--cluster", metavar="WHERE", help="With --class: grade on dask workers: tcp://scheduler:8786 or jobqueue.yaml."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Where results go. [default: graded/SLUG]"
)
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Submissions graded at a time. [default: one a core]")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Repeat the draws of an earlier run. [default: new ones]",
)
@click.option(
    "--sandbox",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="What student code is locked in: docker, bubblewrap, uid or process; auto is the strongest that works here.",
)
@click.option(
    "--i-trust-this-code",
    "trusted",
    is_flag=True,
    help="Allow the sandbox process, which locks nothing in: a submission could read the tests and write its own result.",
)
@click.option("--feedback", is_flag=True, help="Print every submission's feedback, not only the table.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    paths: tuple[Path, ...],
    class_folder: Path | None,
    ungraded: bool,
    where: str | None,
    deadline: str | None,
    add_unknown: bool,
    cluster: str | None,
    out: Path | None,
    jobs: int | None,
    seed: int | None,
    sandbox: str,
    trusted: bool,
    feedback: bool,
    as_json: bool,
) -> int:
    """Grade submissions of the assignment SLUG: notebooks, .py files, folders or zips; or a whole class.

    For each, OUT/<id>/ gets result.json, feedback.html and gradescope.json, <id> being the file's stem or the
    folder's name. Submitted notebooks are read and never executed; the answers in them run in a sandbox. Where the
    assignment does not fix limits of time they are measured first, on its own submissions, and kept for the next time.

    With --class, every entry of a folder is what the student has handed in whose sid is its name, or `sid@time` for
    several attempts. A call that was ended in any way is given again: it goes on where the other stopped. With --ungraded
    nothing is received, and what `gradus import` took in is graded.
    """
    if class_folder is not None or ungraded:
        from autograder.cli.grade_class import ClassCall, grade_class

        chosen_by = "--ungraded" if ungraded else "--class"
        _refuse(chosen_by, {"PATHS": paths, "--out": out, "--feedback": feedback})
        if ungraded:
            _refuse(chosen_by, {"--class": class_folder, "--deadline": deadline, "--add-unknown": add_unknown})
        call = ClassCall(slug, class_folder, where, deadline, add_unknown, cluster, jobs, seed, sandbox, trusted)
        return grade_class(course, call, as_json=as_json)
    given = {"--gradebook": where, "--deadline": deadline, "--add-unknown": add_unknown, "--cluster": cluster}
    _refuse("PATHS", given)
    if not paths:
        raise click.UsageError("there is nothing to grade: name submissions, or a class's folder with --class")
    from autograder.course.loading import find_course, load_assignment
    from autograder.grading.batch import grade_all, tasks_of

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    folder = out or Path("graded") / slug
    tasks = tasks_of([path.resolve() for path in paths])
    chosen = secrets.randbelow(2**31) if seed is None else seed
    others = tuple(task.path for task in tasks) if len(tasks) > 1 else ()
    private = (loaded.paths.course / "assignments", loaded.paths.course / "solutions", folder, *others)
    graded = grade_all(
        loaded, tasks, folder, seed=chosen, backend=sandbox, trusted=trusted, private=private, jobs=jobs,
        finish=_Reporter(loaded),
    )  # fmt: skip
    results, troubles = _collected(_with_progress(graded, len(tasks)))
    if as_json:
        click.echo(
            json.dumps([result.model_dump(mode="json", by_alias=True) for result in results], ensure_ascii=False)
        )
    else:
        _print(results, folder, panels=feedback or len(results) == 1)
    for name, error in sorted(troubles.items()):
        click.echo(
            f"{name}: what came out could not be written to {folder / name} ({error}). Grade it again.", err=True
        )
    return KIT_FAILED if troubles or any(result.status == "grader_error" for result in results) else DONE


def _refuse(chosen: str, others: Mapping[str, object]) -> None:
    """What goes with PATHS only, or with --class only."""
    wrong = [name for name, value in others.items() if value]
    if wrong:
        raise click.UsageError(f"{chosen} and {wrong[0]} exclude each other: leave one out")


def _collected(graded: Iterator[Result]) -> tuple[list[Result], dict[str, Exception]]:
    """The results in the order of their names, and what could not be written; what stops everything is told and ends."""
    from autograder.grading.batch import Unfinished
    from autograder.grading.lock import FolderInUse
    from autograder.grading.measure import SelfTestFailed
    from autograder.sandbox.backend import Refused

    results: list[Result] = []
    troubles: dict[str, Exception] = {}
    try:
        for result in graded:
            results.append(result)
    except Unfinished as error:
        troubles = error.troubles
    except (Refused, FolderInUse) as error:
        raise click.ClickException(str(error)) from error
    except SelfTestFailed as error:
        raise KitFailed(str(error)) from error
    return sorted(results, key=lambda result: result.submission.id), troubles


class _Reporter:
    """Writes the reports of one result beside it."""

    def __init__(self, loaded: LoadedAssignment) -> None:
        self.titles = {question.id: question.title for question in loaded.assignment.questions}

    def __call__(self, folder: Path, result: Result) -> None:
        from autograder.grading.store import write_atomically
        from autograder.report.feedback import feedback_html
        from autograder.report.gradescope import gradescope_results

        write_atomically(folder / "feedback.html", feedback_html(result, questions=self.titles))
        scores = json.dumps(gradescope_results(result), ensure_ascii=False, allow_nan=False, indent=1)
        write_atomically(folder / "gradescope.json", scores + "\n")


def _with_progress(graded: Iterator[Result], total: int) -> Iterator[Result]:
    """A bar on stderr while there is a person to see it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Grading", total=total)
        for result in graded:
            progress.advance(bar)
            yield result


def _print(results: list[Result], folder: Path, *, panels: bool) -> None:
    from rich.console import Console

    from autograder.report.terminal import results_table, submission_panel

    console = Console(highlight=False)
    for result in results if panels else ():
        console.print(submission_panel(result))
    console.print(results_table(results))
    where = results[0].environment
    if where.sandbox == "process":
        click.echo(
            "Sandbox: process. It limits student code but does not lock it in: grade only code you trust with it.",
            err=True,
        )
    console.print(f"Seed {where.seed}. Results and feedback: {folder}/<id>/result.json, feedback.html, gradescope.json")
