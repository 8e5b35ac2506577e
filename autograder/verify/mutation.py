"""Does some hidden test notice each small change of the answer key? The mutants that live, and those that may.

A mutant that computes the same is no defect of the tests: `equivalent.yaml` beside `assignment.yaml` names it and says
why. Each mutant is given to the tests that reach what it changes, until the first that it loses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from autograder.course.findings import Finding, Findings
from autograder.course.models import LoadedAssignment
from autograder.course.source import read_source
from autograder.course.verdict import Verdict
from autograder.course.yaml_lines import Lined, read_model
from autograder.grading.limits import kept, limits_from, measurement
from autograder.sandbox.backend import choose
from autograder.verify.mutants import Mutant, mutants
from autograder.verify.reuse import Baseline
from autograder.verify.run import Crew, Outcome, baselines_of
from autograder.verify.subjects import Subject

LEAST_CAUGHT = 0.95
"""Part of the mutants that are not equivalent: below, the tests are not worth trusting."""
EQUIVALENT = "equivalent.yaml"


class Equivalent(BaseModel):
    """A mutant that computes the same as the answer key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mutant: str
    reason: str


class Equivalents(BaseModel):
    """`equivalent.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    equivalent: tuple[Equivalent, ...]


@dataclass(frozen=True)
class Fate:
    """What became of one mutant."""

    mutant: Mutant
    test: str | None
    """The first hidden test that it loses; None where it lives."""
    verdict: Verdict | None
    reason: str = ""
    """Why it is equivalent, as the assignment says."""

    @property
    def lives(self) -> bool:
        return self.test is None and not self.reason


@dataclass(frozen=True)
class Mutation:
    """All mutants of one assignment."""

    source: str
    fates: tuple[Fate, ...]
    findings: tuple[Finding, ...]

    @property
    def caught(self) -> float:
        """The part of those not equivalent that some test notices; 1 where there are none."""
        counted = [fate for fate in self.fates if not fate.reason]
        return sum(fate.test is not None for fate in counted) / len(counted) if counted else 1.0

    @property
    def clean(self) -> bool:
        return not self.findings and self.caught >= LEAST_CAUGHT

    def record(self) -> dict[str, Any]:
        """As mutants.json holds it."""
        return {
            "schema": 1,
            "mutants": len(self.fates),
            "caught": sum(fate.test is not None for fate in self.fates),
            "equivalent": sum(bool(fate.reason) for fate in self.fates),
            "rate": round(self.caught, 4),
            "findings": [str(finding) for finding in self.findings],
            "survivors": [_survivor(fate, self.source) for fate in self.fates if fate.lives],
        }


def _survivor(fate: Fate, source: str) -> dict[str, str]:
    return {"mutant": fate.mutant.id, "change": fate.mutant.change, "diff": fate.mutant.diff(source)}


def planned(loaded: LoadedAssignment, only: tuple[str, ...] = ()) -> tuple[str, list[Mutant]]:
    """The answer key's source, and the mutants of what students write; with `only`, those whose id contains a text."""
    from autograder.course.notebook import module_source

    findings = Findings()
    source = read_source(loaded.paths, findings)
    findings.raise_if_any()
    assert source is not None
    names = [name for name, cell in source.defines.items() if cell.solution]
    text = module_source(source.notebook)
    found = mutants(text, names)
    return text, [one for one in found if not only or any(part in one.id for part in only)]


def mutate(
    loaded: LoadedAssignment,
    source: str,
    planned_ones: list[Mutant],
    *,
    complete: bool = True,
    seed: int = 0,
    jobs: int | None = None,
    backend: str = "auto",
    advance: Callable[[Fate], None] = lambda fate: None,
) -> Mutation:
    """Give every mutant to the hidden tests. Raises GraderFault when no child can be started at all."""
    findings = Findings()
    known = read_equivalent(loaded, findings)
    findings.raise_if_any()
    equivalent = {one.mutant: one.reason for one in known.value.equivalent} if known else {}
    fates: list[Fate] = []
    for mutant in [one for one in planned_ones if one.id in equivalent]:
        fates.append(Fate(mutant, None, None, equivalent[mutant.id]))
        advance(fates[-1])
    rest = [one for one in planned_ones if one.id not in equivalent]
    for fate in _fates(loaded, rest, seed=seed, jobs=jobs, backend=backend):
        fates.append(fate)
        advance(fate)
    if complete and known:
        ids = {one.id for one in planned_ones}
        for place, one in enumerate(known.value.equivalent):
            if one.mutant not in ids:
                line = known.line("equivalent", place)
                findings.add(known.file, line, f"there is no mutant {one.mutant!r} any more.", "Remove it.")
    order = {mutant.id: place for place, mutant in enumerate(planned_ones)}
    fates.sort(key=lambda fate: order[fate.mutant.id])
    return Mutation(source, tuple(fates), tuple(findings.items))


def read_equivalent(loaded: LoadedAssignment, findings: Findings) -> Lined[Equivalents] | None:
    """The mutants that are known to be equivalent, and why; None where the assignment has no such file."""
    path = loaded.paths.assignment / EQUIVALENT
    return read_model(path, _file(loaded), Equivalents, findings) if path.is_file() else None


def _file(loaded: LoadedAssignment) -> str:
    return f"assignments/{loaded.slug}/{EQUIVALENT}"


# ── in workers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _fates(
    loaded: LoadedAssignment, some: list[Mutant], *, seed: int, jobs: int | None, backend: str
) -> Iterator[Fate]:
    """In the order in which they end. The answer key comes first: its outcomes and its time are the measure."""
    sandbox = choose(backend, trusted=True, gpu=loaded.assignment.gpu)
    with Crew.of(loaded, sandbox, jobs, len(some)) as crew:
        key = Subject("solution", "solution", seed)
        found: dict[Subject, Outcome] = dict(crew.grade([key], loaded.assignment.limits, seed))
        known = kept(loaded, sandbox) or measurement([found[key].usage])
        limits = limits_from(loaded, known)
        baseline = baselines_of(found)[seed]
        tasks: Mapping[Future[Any], Mutant] = {
            crew.submit(_lost_by, mutant.source, seed, limits, baseline): mutant for mutant in some
        }
        for task in as_completed(tasks):
            test, verdict = task.result()
            yield Fate(tasks[task], test, verdict)


def _lost_by(source: str, seed: int, limits: Any, baseline: Baseline) -> tuple[str | None, Verdict | None]:
    """The first hidden test that a mutant loses, and how."""
    from autograder.grading.accepted import hand_in_source
    from autograder.verify.reuse import unchanged
    from autograder.verify.run import bench

    here = bench()
    here.seed, here.limits = seed, limits
    submission = hand_in_source(here, "mutant", source)
    given = unchanged(baseline, here.reference_source, source)
    result = here.grade_read(submission, given=given, until_lost=True)
    if result.status != "graded":
        return None, Verdict.GRADER_ERROR
    lost = [test for one in result.criteria for test in one.tests if test.verdict.lost]
    return (lost[0].name, lost[0].verdict) if lost else (None, None)
