"""The README of a student's folder."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.models import Artifact, LoadedAssignment


@dataclass(frozen=True)
class QuestionRow:
    """What students are told of one question."""

    id: str
    title: str
    targets: tuple[str, ...]
    points: float
    ta_points: float
    """Of these, the points that a TA gives."""
    public: int
    """Tests that students run themselves."""
    hidden: int
    """Tests that run after the deadline."""


def readme(loaded: LoadedAssignment, rows: list[QuestionRow], generated: str) -> str:
    """What is asked, how to check it, what to hand in."""
    parts = [
        f"<!-- {generated} -->\n# {loaded.assignment.title}",
        _asked(loaded, rows),
        _start(loaded),
        _check(rows),
        _hand_in(loaded),
        _how_graded(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _asked(loaded: LoadedAssignment, rows: list[QuestionRow]) -> str:
    table = ["| Question | You write | Points | Checks here | Tests later |", "|---|---|---:|---:|---:|"]
    for row in rows:
        what = ", ".join(f"`{target}`" for target in row.targets) or "an answer, read by a TA"
        public, hidden = row.public or "–", row.hidden or "–"
        table.append(f"| `{row.id}`: {_cell(row.title)} | {what} | {row.points:g} | {public} | {hidden} |")
    table.append(f"| | | **{loaded.rubric.points:g}** | | |")
    return (
        f"Open `{loaded.slug}.ipynb` and work through it from top to bottom. "
        "Each question says what to write, with shapes and conventions; "
        "your code goes where `# YOUR CODE HERE` stands.\n\n"
    ) + "\n".join(table)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _start(loaded: LoadedAssignment) -> str:
    given = [f"`{name}`" for name in (loaded.assignment.scaffold, *loaded.assignment.data) if name]
    beside = f"\n\nGiven with it: {', '.join(given)}." if given else ""
    return (
        "## Start\n\n```\n"
        "python -m venv .venv\n"
        ". .venv/bin/activate\n"
        "pip install -r requirements.txt jupyterlab\n"
        f"jupyter lab {loaded.slug}.ipynb\n"
        f"```{beside}"
    )


def _check(rows: list[QuestionRow]) -> str:
    checked = next((row.id for row in rows if row.public), None)
    lines, magic = "gradus check", "%check"
    if checked:
        one = f"gradus check {checked}"
        lines = f"{lines:<{len(one)}}  # every question\n{one}  # one question"
        magic = f"%check {checked}"
    return (
        f"## Check your work\n\n```\n{lines}\n```\n\n"
        "Save the notebook first: the command reads the file. "
        f"In the notebook itself, `%load_ext autograder` in one cell and `{magic}` in another do the same.\n\n"
        "Before you write anything every check fails; that is as it should be. "
        f"Passing them all is necessary, not sufficient: {sum(row.hidden for row in rows)} more tests run "
        "after you hand in, on other sizes and values."
    )


def _hand_in(loaded: LoadedAssignment) -> str:
    items = [f"- `{loaded.slug}.ipynb`, saved. Its outputs do not matter."]
    items += [_artifact(artifact) for artifact in loaded.assignment.artifacts]
    return (
        "## Hand in\n\n" + "\n".join(items) + "\n\n"
        "Keep the names and signatures of what you are asked to write, and do not delete cells. "
        "Functions of your own go into the cell of the answer that uses them, "
        "or into a new cell whose first line is `#| export`."
    )


def _artifact(artifact: Artifact) -> str:
    limit = f"at most {artifact.max_mb} MB"
    return f"- `{artifact.name}`: the weights you trained for `{artifact.question}`, {limit}."


def _how_graded(rows: list[QuestionRow]) -> str:
    ta = sum(row.ta_points for row in rows)
    read = f" A TA reads your written answers and figures ({ta:g} points)." if ta else ""
    return (
        "## How it is graded\n\n"
        "Only answer cells and `#| export` cells are executed, one after the other; "
        "training and plots are not. A question you leave out costs its own points and no others. "
        "An answer that is right in float64 but loses its digits in float32 is called unstable, not wrong."
        f"{read}"
    )
