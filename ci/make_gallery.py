"""Make docs/gallery.md: what students read about answers that are wrong in ways that are known.

    python ci/make_gallery.py

Each example is a submission with a known outcome, graded for this page; what stands in the quotes is what came out.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course.known import KnownSubmission, read_known
from autograder.course.loading import load_assignment
from autograder.course.models import Criterion, LoadedAssignment
from autograder.grading.result import CriterionResult, Result

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "gallery.md"
SEED = 1
EXAMPLES = (
    ("lstm", "mistakes/hidden_for_cell_state", "cell.values"),
    ("transformer", "mistakes/mask_after_the_softmax", "attention.mask"),
    ("resnet", "mistakes/kernel_flipped", "conv2d.values"),
    ("resnet", "unstable/mean_of_squares_minus_square_of_mean", "norm.stable"),
    ("foundations", "mistakes/epsilon_in_log_softmax", "softmax.stable"),
    ("lstm", "unstable/logarithm_of_a_softmax", "lm.stable"),
    ("efficient_attention", "mistakes/quadratic_order", "linear.cost"),
    ("lstm", "slow/projection_in_the_loop", "lstm.products"),
    ("transformer", "mistakes/no_scale", "attention.values"),
    ("transformer", "slow/cache_asked_for_and_not_used", "decoding.cost"),
    ("lstm", "mistakes/uses_torchs_lstm", "lstm.values"),
)
"""Assignment, submission, the criterion that is shown of those that it loses."""
INTRODUCTION = """\
# What students see

Made by `ci/make_gallery.py`. Behind each example stands an answer that is wrong in a way that somebody was wrong before. What is
quoted came out of grading it; a student gets it on a page with the points, a picture of where numbers are off, and curves of what
grows. `gradus check`, on the student's own machine, speaks the same way of the public tests.

![The page of one submission](feedback.png)
"""


def main() -> None:
    """Grade the examples and write the page."""
    parts = [INTRODUCTION]
    for slug in dict.fromkeys(slug for slug, _, _ in EXAMPLES):
        parts += examples_of(load_assignment(ROOT, slug))
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


def examples_of(loaded: LoadedAssignment) -> list[str]:
    """The part of one assignment."""
    from autograder.grading.accepted import hand_in
    from autograder.grading.bench import Bench
    from autograder.sandbox.backend import open_backend

    known = {one.id: one for one in read_known(loaded)}
    parts = [f"## {loaded.assignment.title}\n"]
    with Bench(loaded, open_backend("auto", trusted=True), seed=SEED) as bench:
        for slug, submission, criterion in EXAMPLES:
            if slug == loaded.slug:
                result = bench.grade_read(hand_in(bench, submission))
                parts.append(example(known[submission], loaded.rubric.criterion(criterion), result))
    return parts


def example(known: KnownSubmission, criterion: Criterion | None, result: Result) -> str:
    """One answer and what is said of it. Raises ValueError when it does not lose the criterion."""
    lost = {one.id: one for one in result.criteria if one.verdict.lost}
    if criterion is None or criterion.id not in lost:
        raise ValueError(f"{known.name} loses {', '.join(lost) or 'nothing'}")
    said = "\n".join(f"> {line}".rstrip() for line in lines_of(lost[criterion.id]))
    return f"### {known.title}\n\n{said}\n"


def lines_of(criterion: CriterionResult) -> list[str]:
    """What the page says of a criterion."""
    from autograder.report.errormap import describe
    from autograder.report.terminal import face
    from autograder.report.wording import hint_label, points

    lines = [f"**{face(criterion).word}** · {criterion.title} · {points(criterion.score)} of {points(criterion.points)} points"]
    lines += ["", criterion.message or face(criterion).meaning]
    if criterion.error_map is not None:
        lines += ["", f"*Where it is off:* {describe(criterion.error_map)}"]
    if criterion.hint:
        lines += ["", f"*{hint_label(criterion.hint)}:* {criterion.hint}"]
    return lines


if __name__ == "__main__":
    main()
