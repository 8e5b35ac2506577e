"""`gradus grade SLUG --class FOLDER`: a whole class, into the gradebook."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.errors import DONE, FINDINGS, KIT_FAILED, KitFailed
from autograder.cli.gradebook import opened

if TYPE_CHECKING:
    from autograder.batches.grading import Queue, Tally
    from autograder.batches.intake import Intake
    from autograder.batches.order import Workforce
    from autograder.course.models import LoadedAssignment
    from autograder.gradebook import Gradebook
    from autograder.gradebook.attempts import Attempt


@dataclass(frozen=True)
class ClassCall:
    """What the command line says about a class."""

    slug: str
    folder: Path | None
    """None: what the gradebook holds is graded, nothing is received."""
    gradebook: str | None
    deadline: str | None
    add_unknown: bool
    cluster: str | None
    jobs: int | None
    seed: int | None
    sandbox: str
    trusted: bool


def grade_class(course: Path | None, call: ClassCall, *, as_json: bool) -> int:
    """Receive, grade and tell; the exit code: 1 when something could not be received, 3 when the grader failed."""
    from autograder.batches.backlog import seed_of, ungraded
    from autograder.batches.class_folder import read_class
    from autograder.batches.grading import Queue, adopt_ready
    from autograder.batches.intake import take_in
    from autograder.cli.progress import progress_bar
    from autograder.course.loading import find_course, load_assignment

    loaded = load_assignment(find_course(course or Path.cwd()), call.slug)
    deadline = deadline_of(call.deadline)
    entries = read_class(call.folder) if call.folder else []
    if call.folder and not entries:
        raise click.UsageError(f"{call.folder} is empty: put each student's folder or file there, named by their sid")
    with opened(course, call.gradebook, create=call.folder is not None) as book:
        with progress_bar(f"Receiving {call.folder.name if call.folder else ''}", len(entries)) as advance:
            intake = take_in(
                book, loaded.slug, entries, deadline=deadline, add_unknown=call.add_unknown, advance=advance
            )
        queue = Queue(book, loaded, seed_of(book, loaded.slug) if call.seed is None else call.seed)
        missing = ungraded(book, loaded.slug)
        adopted = adopt_ready(queue, missing)
        tally = grade_queue(queue, [one for one in missing if one.id not in adopted], loaded, call)
        left = ungraded(book, loaded.slug)
        older = _older(book, loaded, queue)
        report = ClassReport(
            intake if call.folder else None, tally, left, older, queue.version.seed, str(book.place)
        )
    if as_json:
        click.echo(json.dumps(report.record(), ensure_ascii=False))
    else:
        report.print()
    return KIT_FAILED if tally.troubles else DONE if intake.complete else FINDINGS


def grade_queue(
    queue: Queue, attempts: list[Attempt], loaded: LoadedAssignment, call: Any, *, adopting: bool = True
) -> Tally:
    """Grade what `attempts` need, with a bar; `call` says where and how. Nobody is started for nothing."""
    from autograder.batches.grading import Tally, grade_attempts
    from autograder.cli.progress import class_progress

    tally = Tally(queue.fill(attempts))
    if not tally.total:
        return tally
    private = _private(loaded, queue, call)
    with (
        workforce_of(loaded, call, queue.version.seed, private, tally.total) as workforce,
        class_progress(f"Grading {loaded.slug}", tally.total) as tell,
    ):
        for outcome in grade_attempts(queue, workforce, attempts) if adopting else queue.grade(workforce):
            tally.add(outcome)
            tell(tally.done, tally.failing, len(tally.troubles))
    return tally


@contextmanager
def workforce_of(
    loaded: LoadedAssignment, call: Any, seed: int, private: tuple[Path, ...], most: int
) -> Iterator[Workforce]:
    """The processes of this machine, or the cluster; what stops them before they grade is told."""
    from autograder.batches.cluster import cluster_crew
    from autograder.batches.local import local_crew
    from autograder.grading.measure import SelfTestFailed
    from autograder.sandbox.backend import Refused

    jobs = min(call.jobs or os.cpu_count() or 1, most)
    how = {"seed": seed, "sandbox": call.sandbox, "trusted": call.trusted, "private": private}
    try:
        with (
            cluster_crew(loaded, call.cluster, **how) if call.cluster else local_crew(loaded, **how, jobs=jobs) as crew
        ):
            yield crew
    except Refused as error:
        raise click.ClickException(str(error)) from error
    except SelfTestFailed as error:
        raise KitFailed(str(error)) from error


def _private(loaded: LoadedAssignment, queue: Queue, call: Any) -> tuple[Path, ...]:
    """What student code must not be able to read."""
    course, file = loaded.paths.course, queue.book.place.file
    folder = getattr(call, "folder", None)
    others = [path for path in (file, folder.resolve() if folder else None) if path is not None]
    return (course / "assignments", course / "solutions", *others)


def deadline_of(text: str | None) -> datetime | None:
    """The time that `--deadline` names; without an offset it is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            f'--deadline "{text}" is no time: write it as 2026-10-01T23:59:00+02:00, or without an offset for UTC'
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _older(book: Gradebook, loaded: LoadedAssignment, queue: Queue) -> int:
    from autograder.batches.backlog import versions_of
    from autograder.gradebook.attempts import counting_attempts

    versions = versions_of(book, counting_attempts(book, loaded.slug))
    return sum(version != queue.version.assignment_sha256 for version in versions.values())


@dataclass(frozen=True)
class ClassReport:
    """What there is to tell in the end."""

    intake: Intake | None
    """None when nothing was to be received."""
    tally: Tally
    left: list[Attempt]
    older: int
    """Attempts whose result was made under an earlier version of the assignment."""
    seed: int
    place: str

    def record(self) -> dict[str, Any]:
        """As data. Nothing in it but the intake names a student."""
        return {
            "intake": asdict(self.intake) if self.intake else None, "graded": self.tally.done - len(self.tally.troubles),
            "failing": self.tally.failing, "sandboxes": sorted(self.tally.sandboxes), "troubles": self.tally.troubles,
            "ungraded": [attempt.pseudonym for attempt in self.left], "older": self.older, "seed": self.seed,
            "gradebook": self.place,
        }  # fmt: skip

    def print(self) -> None:
        """What was done on stdout; what is left to do on stderr."""
        intake, tally = self.intake, self.tally
        if intake:
            late = f", late: {intake.late}" if intake.late else ""
            click.echo(f"In the folder: {intake.entries}. New in the gradebook: {intake.new}{late}.")
        done = tally.done - len(tally.troubles)
        where = f" Sandbox: {', '.join(sorted(tally.sandboxes))}." if tally.sandboxes else ""
        click.echo(f"Graded: {done}, failing: {tally.failing}. Seed {self.seed}.{where} Gradebook: {self.place}")
        for line in self.worries():
            click.echo(line, err=True)

    def worries(self) -> Iterator[str]:
        """Facts with a next step."""
        yield from self._of_intake(self.intake) if self.intake else ()
        for digest, reason in self.tally.troubles.items():
            yield f"Submission {digest[:16]}: the grader failed: {reason.splitlines()[0][:300]} Give the command again."
        if self.left and not self.tally.troubles:
            yield f"{len(self.left)} attempts are not graded yet: another grader holds them. Give the command again later."
        if self.older:
            yield (
                f"{self.older} results were made under an earlier version of the assignment. "
                "See what a regrade would change: gradus regrade --preview."
            )

    def _of_intake(self, intake: Intake) -> Iterator[str]:
        for name in intake.unknown:
            yield f"{name}: nobody in the roster has this sid. Import a roster with them, or add --add-unknown."
        for name, reason in intake.unreadable.items():
            yield f"{name}: it could not be received: {reason}"
        for sid in intake.ambiguous:
            yield f"{sid}: several entries say no time; the last by name counts. Name them {sid}@20261001T120000Z."
        if intake.untimed:
            yield f"{len(intake.untimed)} entries say no time and are not marked late. Name them sid@time."
