"""How fast the review desk is on a gradebook of 1000 students × 5 assignments.

    python -m benchmarks.review_desk [--students N] [--gradebook PATH] [--json]

Makes the gradebook (or takes the one that `--gradebook` names and an earlier run made), opens the desk in this process and
asks for pages as a browser would, without a network. Prints the median and the slowest of ten in milliseconds:

- queue: the page with all criteria of all assignments (at most 150 ms)
- next: from one submission to the next, the redirect and the page (at most 100 ms)
- save: a level is given (at most 30 ms); the time until the panel with the saved mark is back

Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from autograder.course.loading import list_assignments, load_assignment
from autograder.course.models import Criterion, LoadedAssignment
from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook, open_gradebook
from autograder.gradebook.attempts import counting_attempts, receive
from autograder.gradebook.results import adopt, finished
from autograder.gradebook.roster import add_person
from autograder.gradebook.staff import add_staff
from autograder.gradebook.tables import marks
from autograder.gradebook.tasks import Key, claim, enqueue, finish
from autograder.grading.result import CriterionResult, Environment, Result, SubmissionId

COURSE = Path(__file__).parents[1]
RULES, SEED = "b" * 64, 1
TRIES = 10
TARGETS = {"queue": 150.0, "next": 100.0, "save": 30.0}


def made(book: Gradebook, students: int) -> None:
    """Students, what each handed in for each assignment, results, and two thirds of the marks of six TAs."""
    chance = random.Random(7)
    names = [f"ta{n}" for n in range(5)]
    for name in names:
        add_staff(book, name, "ta")
    people = [add_person(book, f"s{n}").student_id for n in range(students)]
    for slug in list_assignments(COURSE):
        loaded = load_assignment(COURSE, slug)
        for number, student in enumerate(people):
            _handed_in(book, loaded, student, number, chance)
        _marked(book, loaded, names, chance)
        print(f"{slug}: {students} submissions", file=sys.stderr)


def _handed_in(book: Gradebook, loaded: LoadedAssignment, student: int, number: int, chance: random.Random) -> None:
    tree = json.loads((loaded.paths.student / f"{loaded.slug}.ipynb").read_text(encoding="utf-8"))
    for cell in tree["cells"]:
        if cell["cell_type"] == "markdown" and cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = f"Answer {number}. " + "The forget gate stays open over long stretches of text. " * 12
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{loaded.slug}.ipynb"
        path.write_text(json.dumps(tree), encoding="utf-8")
        attempt = receive(book, loaded.slug, student, path)
    enqueue(book, loaded.slug, [Key(RULES, attempt.file_sha256, SEED)])
    task = claim(book, loaded.slug, "benchmark", 60, assignment_sha256=RULES)
    if task is not None:
        finish(book, task.id, _result(loaded, attempt.file_sha256, chance))
    adopt(book, attempt.id, finished(book, loaded.slug, RULES, SEED)[attempt.file_sha256], "gradus", "first", "")


def _result(loaded: LoadedAssignment, submission: str, chance: random.Random) -> Result:
    criteria = tuple(_outcome(one, chance) for one in loaded.rubric.criteria)
    where = Environment(
        kit="0", assignment_sha256=RULES, torch="2", device="cpu", sandbox="process", seed=SEED, seconds=4.0
    )
    return Result(
        assignment=loaded.slug,
        title=loaded.assignment.title,
        submission=SubmissionId(id="s", sha256=submission, file=f"{loaded.slug}.ipynb"),
        status="graded",
        score=round(sum(one.score for one in criteria), 2),
        max_score=loaded.rubric.points,
        pending=round(sum(one.points for one in criteria if one.verdict.pending), 2),
        criteria=criteria,
        environment=where,
    )


def _outcome(one: Criterion, chance: random.Random) -> CriterionResult:
    usual = chance.choices((Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE), (80, 18, 2))[0]
    verdict = Verdict.NEEDS_REVIEW if one.kind == "ta" else usual
    score = one.points if verdict is Verdict.PASS else 0.0
    told = "" if verdict is Verdict.PASS else "What your code returns differs from the first row on. " * 4
    return CriterionResult(
        id=one.id, question=one.question, title=one.title, kind=one.kind, points=one.points, score=score,
        verdict=verdict, message=told,
    )  # fmt: skip


def _marked(book: Gradebook, loaded: LoadedAssignment, names: list[str], chance: random.Random) -> None:
    from autograder.gradebook.clock import now

    written = [one for one in loaded.rubric.criteria if one.kind == "ta" and one.levels]
    rows = []
    for attempt in counting_attempts(book, loaded.slug):
        for one in written:
            if chance.random() < 2 / 3:
                level = chance.randrange(len(one.levels))
                rows.append(
                    {
                        "attempt_id": attempt.id, "criterion": one.id, "kind": "mark", "level": level,
                        "points": one.levels[level].points, "comment": f"Remark {chance.randrange(40)}",
                        "rubric_sha256": "", "seconds": chance.uniform(10, 90), "author": chance.choice(names),
                        "at": now(),
                    }
                )  # fmt: skip
    if rows:
        with book.write() as connection:
            connection.execute(insert(marks), rows)


def measured(book: Gradebook) -> dict[str, list[float]]:
    """Milliseconds of each of the tries."""
    from starlette.testclient import TestClient

    from autograder.review.application import application, cookie_name
    from autograder.review.desk import Desk

    desk = Desk(COURSE, book)
    with TestClient(application(desk, 8642), base_url="http://localhost:8642") as client:  # one event loop, as a server has
        client.get("/enter", params={"token": desk.door.invite("ta0")})
        session = desk.door.session(client.cookies[cookie_name(8642)])
        assert session is not None
        client.headers["X-CSRF-Token"] = session.csrf
        client.get("/")  # the rubrics are read once
        slug, criterion = _written()
        force = desk.rubrics.of(slug)
        assert force is not None
        took: dict[str, list[float]] = {"queue": [], "next": [], "save": []}
        current = str(client.get(f"/grade/{slug}/{criterion}").url.path).rpartition("/")[2]
        for _ in range(TRIES):
            took["queue"].append(_timed(lambda: client.get("/")))
            form = {"action": "level:1", "expected": "", "rubric": force.rubric_sha256, "seconds": "20"}
            place = f"/mark/{slug}/{criterion}/{current}"
            took["save"].append(_timed(lambda place=place, form=form: client.post(place, data=form)))
            page: list[Any] = []
            onward = f"/grade/{slug}/{criterion}?after={current}"
            took["next"].append(_timed(lambda onward=onward, page=page: page.append(client.get(onward)) or page[0]))
            current = str(page[0].url.path).rpartition("/")[2]
    return took


def _written() -> tuple[str, str]:
    """The first criterion that a TA marks."""
    for slug in list_assignments(COURSE):
        for one in load_assignment(COURSE, slug).rubric.criteria:
            if one.kind == "ta":
                return slug, one.id
    raise SystemExit("No rubric here has a criterion for TAs.")


def _timed(ask: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    answer = ask()
    took = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 200, answer.text
    return took


def main() -> int:
    """0 when all targets are met, 1 when not."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--students", type=int, default=1000)
    options.add_argument("--gradebook", type=Path)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.gradebook or Path(folder) / "gradebook.db"
        fresh = not file.exists()
        with open_gradebook(file) as book:
            if fresh:
                made(book, chosen.students)
            took = measured(book)
    medians = {name: round(statistics.median(values), 1) for name, values in took.items()}
    if chosen.json:
        print(json.dumps({"median_ms": medians, "most_ms": {name: round(max(v), 1) for name, v in took.items()}}))
    else:
        for name, values in took.items():
            print(
                f"{name:<6} median {medians[name]:>6.1f} ms, most {max(values):>6.1f} ms, target {TARGETS[name]:g} ms"
            )
    return 0 if all(medians[name] <= TARGETS[name] for name in TARGETS) else 1


if __name__ == "__main__":
    sys.exit(main())
