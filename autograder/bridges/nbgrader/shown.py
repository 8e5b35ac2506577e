"""The notebook of a submission as formgrader shows it: the student's cells, made harmless, and a cell for every criterion."""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator, Mapping, Sequence

from autograder.bridges.nbgrader import harmless
from autograder.bridges.nbgrader.cells import Json, Seat, cell_of, notebook_of, with_added
from autograder.grading.result import CriterionResult
from autograder.report.wording import face_of, points
from autograder.returning.standing import Standing
from autograder.submissions.cells import Output, SeenCell
from autograder.submissions.clean import terminal
from autograder.submissions.opened import Opened

MISSING = "*This cell is not in what was handed in.*"


def submitted_notebook(master: Sequence[Json], opened: Opened, seats: Sequence[Seat], standing: Standing) -> Json:
    """What stands in `autograded/`. `master` are the cells of the released notebook, without the added ones.

    Metadata, ids and outputs that are not text, a picture or a table are left behind; of two cells with one name the first
    keeps it; a cell for answers that is missing is put back, so that there is something to mark.
    """
    known = {marks["grade_id"]: cell for cell in master if (marks := cell["metadata"].get("nbgrader"))}
    cells = _told(opened, standing)
    used: set[str] = set()
    for seen in opened.cells:
        named = known.get(seen.grade_id or "")
        fits = named is not None and named["cell_type"] == seen.type and seen.grade_id not in used
        if fits and seen.grade_id:
            used.add(seen.grade_id)
        cells.append(_harmless(seen, named["metadata"]["nbgrader"] if fits and named else None))
    for grade_id, cell in known.items():
        if grade_id not in used and _needed(cell["metadata"]["nbgrader"]):
            cells.append(_put_back(cell))
    complete = with_added(cells, seats)
    _tell_results(complete, seats, standing)
    return notebook_of(complete)


def _told(opened: Opened, standing: Standing) -> list[Json]:
    """What has to be said about the whole."""
    said = [opened.trouble, standing.result.message if standing.result else ""]
    text = "\n\n".join(dict.fromkeys(one for one in said if one))
    return [cell_of("markdown", harmless.markdown(text))] if text else []


def _needed(marks: Json) -> bool:
    return bool(marks["solution"] or marks["grade"] or marks.get("task"))


def _put_back(cell: Json) -> Json:
    found = copy.deepcopy(cell)
    if found["metadata"]["nbgrader"]["solution"]:
        found["source"] = MISSING if found["cell_type"] == "markdown" else f"# {MISSING.strip('*')}"
    return found


def _harmless(seen: SeenCell, marks: Json | None) -> Json:
    """A student's cell. A raw one becomes markdown: nbconvert would write it into the page as it is."""
    kept = copy.deepcopy(marks)
    if seen.type == "code":
        cell = cell_of("code", seen.source, kept)
        cell["outputs"] = list(_outputs(seen.outputs))
        return cell
    pictures = {f"picture-{number}": one for number, one in enumerate(seen.attachments, start=1)}
    source = seen.source
    for renamed, (name, _, _) in pictures.items():
        source = source.replace(f"](attachment:{name})", f"](attachment:{renamed})")
    cell = cell_of("markdown", harmless.markdown(source, frozenset(pictures)), kept)
    if pictures:
        cell["attachments"] = {name: {mime: _base64(data)} for name, (_, mime, data) in pictures.items()}
    return cell


def _outputs(outputs: Sequence[Output]) -> Iterator[Json]:
    for output in outputs:
        plain = terminal(output.text)
        if output.kind == "picture":
            yield _display({output.mime: _base64(output.data), "text/plain": plain})
        elif output.kind == "page" and output.mime == "text/html":
            yield _display({"text/html": harmless.page(output.data.decode("utf-8", "replace")), "text/plain": plain})
        elif output.kind == "error":
            yield _stream("stderr", plain)
        else:
            yield _stream("stdout", plain or "(an output that cannot be shown here)")


def _display(data: Json) -> Json:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _stream(name: str, text: str) -> Json:
    return {"output_type": "stream", "name": name, "text": text}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _tell_results(cells: Sequence[Json], seats: Sequence[Seat], standing: Standing) -> None:
    """What the tests said, as the output of the cell that holds their points."""
    results: Mapping[str, CriterionResult] = {c.id: c for c in (standing.result.criteria if standing.result else ())}
    by_id = {seat.grade_id: seat for seat in seats if seat.added and seat.criterion.kind == "tests"}
    for cell in cells:
        seat = by_id.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        result = results.get(seat.criterion.id) if seat else None
        if result is not None and result.visibility != "hidden":
            cell["outputs"] = [_stream("stdout", _line(result))]


def _line(result: CriterionResult) -> str:
    face = face_of(result.verdict, result.score, result.points)
    head = (
        face.word
        if result.verdict.pending
        else f"{face.word}: {points(result.score)} of {points(result.points)} points"
    )
    return "\n".join(terminal(text) for text in (head, result.message, result.hint) if text) + "\n"
