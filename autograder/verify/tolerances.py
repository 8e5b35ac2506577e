"""Do the hidden tests notice code that drops to a lower precision?"""

from __future__ import annotations

from autograder.course.findings import Findings
from autograder.verify.evidence import Evidence


def tolerance_passes_a_lower_precision(evidence: Evidence, findings: Findings) -> None:
    """The tolerance of every comparison lies below what the reference errs in the next lower precision."""
    seen: dict[tuple[str, str], None] = {}
    for run in evidence.of("solution"):
        for criterion in run.result.criteria:
            for test in criterion.tests:
                for overlap in test.overlaps:
                    what = overlap.partition(" ")[0]
                    if (test.name, what) in seen:
                        continue
                    seen[test.name, what] = None
                    file, _, function = test.name.partition("::")
                    fact = f"{function} cannot tell a lower precision (seed {run.subject.seed}): {overlap}."
                    step = "Draw inputs away from jumps and cancellation: the reference itself errs much there."
                    path = f"assignments/{evidence.loaded.slug}/tests/hidden/{file}"
                    findings.add(path, None, fact, step)
