"""The zip that is uploaded to Gradescope: the same bytes whenever it is made from the same kit and assignment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path

from autograder.bridges.gradescope.results import first_results
from autograder.bridges.gradescope.settings import FILE, PLATFORM_MINUTES, Settings
from autograder.bridges.gradescope.stored import stored_zip
from autograder.bridges.gradescope.wheel import kit_project, kit_wheel
from autograder.course.findings import CourseError
from autograder.course.known import KnownSubmission, read_known
from autograder.course.models import LoadedAssignment
from autograder.course.notebook import read_notebook
from autograder.course.text_source import source_bytes
from autograder.grading.blank import assignment_sha256

SCRIPTS = ("run_autograder", "setup.sh")
_CLUTTER = ("__pycache__", ".pytest_cache", ".ipynb_checkpoints", ".DS_Store")


@dataclass(frozen=True)
class Package:
    """The zip and what went into it."""

    data: bytes
    settings: Settings
    files: tuple[str, ...]


def make_package(
    loaded: LoadedAssignment,
    *,
    include_ta: bool = True,
    platform_minutes: int = PLATFORM_MINUTES,
    seed: int | None = None,
) -> Package:
    """The zip for Gradescope's "Configure Autograder" page. Raises CourseError."""
    settings = make_settings(loaded, include_ta=include_ta, platform_minutes=platform_minutes, seed=seed)
    wheel, content = kit_wheel()
    files = {name: _script(name) for name in SCRIPTS} | {
        FILE: _json(settings.model_dump(mode="json")),
        "first_results.json": _json(first_results(settings)),
        f"kit/{wheel}": content,
        "kit/torch.txt": (_torch() + "\n").encode(),
    }
    files |= {f"course/{name}": data for name, data in _course_files(loaded).items()}
    return Package(stored_zip(files, executable=SCRIPTS), settings, tuple(sorted(files)))


def make_settings(
    loaded: LoadedAssignment, *, include_ta: bool, platform_minutes: int, seed: int | None = None
) -> Settings:
    """What `gradus.json` holds. Raises CourseError for an assignment that cannot be graded there."""
    criteria = [c for c in loaded.rubric.criteria if include_ta or c.kind == "tests"]
    if not criteria:
        fact = f"All criteria of {loaded.slug} are decided by TAs: without them nothing is left to grade."
        raise CourseError(f"{fact} Leave --without-ta out.")
    return Settings(
        slug=loaded.slug,
        title=loaded.assignment.title,
        points=round(sum(criterion.points for criterion in criteria), 6),
        include_ta=include_ta,
        platform_minutes=platform_minutes,
        seed=seed,
        leaderboard={c.id: c.leaderboard for c in criteria if c.leaderboard},
        kit=kit_project(_kit_root()).version,
        assignment_sha256=assignment_sha256(loaded),
    )


def _kit_root() -> Path:
    import autograder

    return Path(autograder.__file__).resolve().parents[1]


def _torch() -> str:
    return kit_project(_kit_root()).pinned("torch")


def _script(name: str) -> bytes:
    return resources("autograder.bridges.gradescope").joinpath("platform", name).read_bytes()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n").encode()


def _course_files(loaded: LoadedAssignment) -> dict[str, bytes]:
    """What grading reads of the course, and nothing else of it: path in the course → bytes."""
    paths, assignment = loaded.paths, loaded.assignment
    named = [paths.assignment / "assignment.yaml", paths.rubric]
    named += [
        paths.assignment / name for name in (*assignment.data, *([assignment.scaffold] if assignment.scaffold else []))
    ]
    named += [path for path in paths.hidden_tests.rglob("*") if path.is_file() and not set(path.parts) & set(_CLUTTER)]
    named += [paths.artifacts / a.name for a in assignment.artifacts if (paths.artifacts / a.name).is_file()]
    for known in read_known(loaded):
        named += _known_files(loaded, known)
    files = {path.relative_to(paths.course).as_posix(): path.read_bytes() for path in named}
    files[f"assignments/{paths.slug}/source.ipynb"] = _without_written_answers(source_bytes(paths))
    return files


def _known_files(loaded: LoadedAssignment, known: KnownSubmission) -> list[Path]:
    """A known submission that may explain a failure, with the weights it names; the others prove, and are not needed."""
    if not known.hint or known.kind not in ("mistakes", "unstable"):
        return []
    files = [loaded.paths.known / known.kind / f"{known.name}.py"]
    if known.artifact not in (None, "none"):
        files.append(loaded.paths.known / "artifacts" / str(known.artifact))
    return files


def _without_written_answers(data: bytes) -> bytes:
    """The source notebook; TAs read the written answers, grading does not."""
    tree = json.loads(data.decode("utf-8-sig"))
    for cell, raw in zip(read_notebook(data, "source.ipynb").cells, tree["cells"], strict=True):
        if cell.type == "markdown" and cell.solution:
            raw["source"] = ""
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()
