"""A class to mark: the tiny course, students whose notebooks hold figures and mischief, results, staff."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt, receive
from autograder.gradebook.results import adopt, finished
from autograder.gradebook.roster import add_person
from autograder.gradebook.staff import add_staff
from autograder.gradebook.tasks import Key, claim, enqueue, finish
from autograder.grading.result import CriterionResult, Environment, Result, SubmissionId, TestResult
from autograder.review.application import application, cookie_name
from autograder.review.desk import Desk

SLUG, WRITTEN, TESTED = "scale", "why.reason", "standardise.values"
PORT = 8642
RULES = "a" * 64


def png(width: int = 40, height: int = 20) -> bytes:
    """A small grey picture."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def notebook(
    course: Path, answer: str, outputs: list[dict[str, Any]] | None = None, *, code: str = "", **attachments: bytes
) -> str:
    """The course's notebook with `answer` as the written answer, and outputs below the cell before it; `code` as the first."""
    tree = json.loads((course / "assignments" / SLUG / "source.ipynb").read_text())
    cells = {cell["id"]: cell for cell in tree["cells"]}
    cells["why"]["source"] = answer
    if code:
        cells["standardise"]["source"] = code
    if attachments:
        forms = {f"{name}.png": {"image/png": base64.b64encode(data).decode()} for name, data in attachments.items()}
        cells["why"]["attachments"] = forms
    cells["look"]["outputs"] = outputs or []
    return json.dumps(tree)


def shown(mime: str, data: str) -> dict[str, Any]:
    """An output of one kind."""
    return {"output_type": "display_data", "data": {mime: data, "text/plain": "<figure>"}, "metadata": {}}


def picture() -> dict[str, Any]:
    return shown("image/png", base64.b64encode(png()).decode())


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def result(submission: str, verdict: Verdict = Verdict.FAIL, detail: str = "") -> Result:
    """30 points that tests decided one way, 20 for a TA."""
    test = TestResult(name="test_values", title="Rows are standardised", verdict=verdict, detail=detail)
    score = 30.0 if verdict is Verdict.PASS else 0.0
    criteria = (
        CriterionResult(
            id=TESTED, question="standardise", title="The rows have mean 0", kind="tests", points=30, score=score,
            verdict=verdict, message="Row 2 is off by 0.5.", tests=(test,),
        ),
        CriterionResult(
            id=WRITTEN, question="why", title="The answer names a reason", kind="ta", points=20, score=0,
            verdict=Verdict.NEEDS_REVIEW,
        ),
    )  # fmt: skip
    where = Environment(
        kit="0", assignment_sha256=RULES, torch="2", device="cpu", sandbox="process", seed=7, seconds=1.0
    )
    return Result(
        assignment=SLUG, title="Scale", submission=SubmissionId(id="x", sha256=submission, file="scale.ipynb"),
        status="graded", score=score, max_score=100, pending=20, criteria=criteria, environment=where,
    )  # fmt: skip


@dataclass
class Classroom:
    """The desk of a class, and ways to fill it."""

    course: Path
    book: Gradebook
    desk: Desk

    def staff(self, **roles: str) -> None:
        for name, role in roles.items():
            add_staff(self.book, name, role)  # type: ignore[arg-type]

    def hand_in(
        self,
        sid: str,
        answer: str = "Because gradients scale with the inputs.",
        outputs: list[dict[str, Any]] | None = None,
        *,
        file: str = "scale.ipynb",
        verdict: Verdict = Verdict.FAIL,
        detail: str = "",
        code: str = "",
        **attachments: bytes,
    ) -> Attempt:
        """A student, who is called like their id, hands in and is graded."""
        folder = self.course.parent / "handed-in" / sid
        folder.mkdir(parents=True)
        path = folder / file
        path.write_text(notebook(self.course, f"{answer}\n", outputs, code=code, **attachments))
        attempt = receive(self.book, SLUG, add_person(self.book, sid, name=f"Real-Name {sid}").student_id, path)
        enqueue(self.book, SLUG, [Key(RULES, attempt.file_sha256, 7)])
        task = claim(self.book, SLUG, "w", 60, assignment_sha256=RULES)
        if task is not None:
            finish(self.book, task.id, result(attempt.file_sha256, verdict, detail))
        adopt(self.book, attempt.id, finished(self.book, SLUG, RULES, 7)[attempt.file_sha256], "gradus", "first", "")
        return attempt

    def visitor(self, name: str | None) -> Any:
        """A browser of somebody, signed in; None has no session."""
        from starlette.testclient import TestClient

        client = TestClient(application(self.desk, PORT), base_url=f"http://localhost:{PORT}")
        if name is not None:
            client.get("/enter", params={"token": self.desk.door.invite(name)})
            session = self.desk.door.session(client.cookies[cookie_name(PORT)])
            assert session is not None
            client.headers["X-CSRF-Token"] = session.csrf
        return client

    def mark(self, client: Any, attempt: Attempt, action: str, criterion: str = WRITTEN, **fields: str) -> Any:
        """Carry out an action as the page would."""
        force = self.desk.rubrics.of(SLUG)
        assert force is not None
        form = {"rubric": force.rubric_sha256, "expected": "", "seconds": "12.5", "comment": "", "action": action}
        return client.post(f"/mark/{SLUG}/{criterion}/{attempt.id}", data=form | fields)
