"""Results to show and to test reports with: one realistic `lstm` submission, and the odd ones."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.models import Criterion
from autograder.course.verdict import Verdict
from autograder.grading.result import (
    CriterionResult,
    Environment,
    ErrorMap,
    Repair,
    Result,
    SubmissionId,
    TestResult,
)
from autograder.report.matrix import Kind, MatrixRow

ENVIRONMENT = Environment(
    kit="0.1.0",
    assignment_sha256="5f0c6a1e" * 8,
    torch="2.13.0+cpu",
    device="cpu",
    sandbox="process",
    seed=20931,
    seconds=4.21,
)

QUESTIONS = {
    "cell": "One step of an LSTM",
    "lstm": "Layers and sequences",
    "lm": "A character language model",
    "bptt": "Truncated backpropagation through time",
    "sampling": "Sampling text",
    "gates": "What the gates do",
    "report": "Figures and written answers",
}

CELL_MAP = ErrorMap(
    name="h",
    shape=(5, 7),
    axes="rows: batch · columns: hidden unit",
    levels=(
        (0, 0, 0, 0, 0, 0, 0),
        (3, 3, 2, 3, 3, 4, 3),
        (3, 1, 3, 3, 2, 3, 3),
        (3, 3, 3, 5, 3, 3, 3),
        (0,) * 7,
    ),
    signs=("       ", "+−+−−+−", "−++−−++", "−−+ +−−", "       "),
)

GRADIENT_MAP = ErrorMap(
    name="gradient of W_hh",
    shape=(128, 64),
    axes="rows: gate row · columns: hidden unit",
    levels=tuple(tuple((4 if r < 8 else 2 + (c % 3 == 0)) if r < 16 else 0 for c in range(64)) for r in range(32)),
)


def criterion(
    criterion_id: str,
    title: str,
    points: float,
    verdict: Verdict = Verdict.PASS,
    *,
    score: float | None = None,
    **fields: object,
) -> CriterionResult:
    """A criterion whose score follows from its verdict unless one is given."""
    earned = (points if verdict is Verdict.PASS else 0.0) if score is None else score
    data = {
        "id": criterion_id,
        "question": criterion_id.split(".")[0],
        "title": title,
        "kind": "tests",
        "points": points,
        "score": earned,
        "verdict": verdict,
    }
    return CriterionResult.model_validate(data | fields)


def outcome(name: str, title: str, verdict: Verdict = Verdict.PASS, **fields: object) -> TestResult:
    credit = 1.0 if verdict is Verdict.PASS else 0.0
    return TestResult.model_validate({"name": name, "title": title, "verdict": verdict, "credit": credit} | fields)


def result_of(*criteria: CriterionResult, **fields: object) -> Result:
    """A graded result of `criteria`, its totals summed from them."""
    data = {
        "assignment": "lstm",
        "title": "LSTM from scratch",
        "submission": SubmissionId(id="ada", sha256="c0ffee42" * 8, file="ada.ipynb"),
        "status": "graded",
        "score": sum(c.score for c in criteria),
        "max_score": sum(c.points for c in criteria) or 100.0,
        "pending": sum(c.points - c.score for c in criteria if c.verdict.pending),
        "criteria": criteria,
        "environment": ENVIRONMENT,
    }
    return Result.model_validate(data | fields)


def _cell() -> list[CriterionResult]:
    return [
        criterion(
            "cell.values",
            "One step gives the right h and c",
            8,
            Verdict.FAIL,
            message="`h` differs from the equations in float64. Shape [5, 7] and dtype are right.\n"
            "The largest difference is in row 3, column 3. `c` is right.",
            hint="Which of the two states does the output gate act on?",
            mistake="cell_state_swapped",
            error_map=CELL_MAP,
            tests=(
                outcome(
                    "test_one_step",
                    "h and c after one step, in float64 and float32",
                    Verdict.FAIL,
                    message="`h` differs from the equations in float64.",
                    detail="STAFF ONLY expected tensor([0.1234])",
                ),
                outcome("test_zero_weights", "With weights of zero, c is half the old c"),
                outcome("test_batch", "Examples of a batch do not influence each other"),
            ),
        ),
        criterion("cell.gates", "Gates stand in the order i, f, g, o", 4),
        criterion("cell.memory", "An open forget gate keeps c, a shut output gate hides it", 4),
        criterion(
            "cell.stable",
            "The sigmoid survives inputs of ±100",
            3,
            Verdict.UNSTABLE,
            message="Right in float64; in float32 the forget gate overflows for inputs below −88.",
            hint="Which form of σ(x) never takes the exponential of a large positive number?",
        ),
        criterion("cell.pure", "Arguments are not changed in place", 2),
    ]


def _layers() -> list[CriterionResult]:
    return [
        criterion("lstm.values", "Outputs equal the equations for 1, 2 and 3 layers", 6),
        criterion("lstm.names", "Parameters are named as in `torch.nn.LSTM`", 3),
        criterion(
            "lstm.gradients",
            "Gradients reach every parameter",
            6,
            Verdict.FAIL,
            message="The gradient of `weight_hh_l0` is off; the outputs are right.",
            hint="Is there a step whose result you detach, or compute without recording it?",
            mistake="c_detached",
            error_map=GRADIENT_MAP,
        ),
        criterion("lstm.chunks", "A sequence in chunks equals the whole sequence", 4),
        criterion("lstm.own", "The layer is written by hand", 3),
        criterion(
            "lstm.speed",
            "At most three times slower than a plain loop",
            4,
            Verdict.INCONCLUSIVE,
            message="20 paired runs gave ratios on both sides of the limit.",
        ),
    ]


def _model() -> list[CriterionResult]:
    return [
        criterion("lm.shapes", "Logits have shape [T, B, V]", 3),
        criterion("lm.loss", "The loss is in nats per character, shifted by one", 6),
        criterion("lm.start", "An untrained model's loss is near ln V", 3),
        criterion("lm.heldout", "Held-out loss beats the bigram model", 10, Verdict.FAIL, score=6.5,
                  message="Better than the bigram model, and not yet as good as the trigram model."),
        criterion("bptt.carry", "The state is carried from window to window", 5, Verdict.TIMEOUT,
                  message="`truncated_bptt` gave no second loss within 10 s and was stopped."),
        criterion("bptt.detach", "No gradient crosses a window", 5, Verdict.SKIPPED),
        criterion("sampling.argmax", "Temperature 0 is argmax", 4, Verdict.NOT_ATTEMPTED),
        criterion("sampling.chance", "The generator is the only source of chance", 4, Verdict.NOT_ATTEMPTED),
        criterion("gates.range", "Activations are taken after the non-linearity", 3, Verdict.GRADER_ERROR,
                  message="The oracle ended with an error."),
        criterion("gates.shape", "One array [T, layers, H] a gate", 3, visibility="hidden"),
        criterion("report.gates", "A figure of gate activations over text, and what it shows", 4,
                  Verdict.NEEDS_REVIEW, kind="ta"),
        criterion("report.lag", "Gradient norm against time lag for RNN, GRU and LSTM", 3,
                  Verdict.NEEDS_REVIEW, kind="ta"),
    ]  # fmt: skip


def typical() -> Result:
    """A submission with some of everything; 100 points."""
    return result_of(
        *_cell(),
        *_layers(),
        *_model(),
        repairs=(
            Repair(cell=9, question="lm", what="the cell stood twice; the first copy with an answer was taken."),
            Repair(cell=None, question="gates", what="the cell was gone; the one handed out was put back."),
            Repair(cell=14, question="sampling", what="the type was `markdown`; it was read as code."),
        ),
    )


def perfect() -> Result:
    return result_of(
        *(
            c.model_copy(update={"verdict": Verdict.PASS, "score": c.points, "message": "", "hint": "",
                                 "error_map": None, "mistake": None, "tests": ()})
            for c in typical().criteria
        ),
        submission=SubmissionId(id="grace", sha256="ab" * 32, file="grace.ipynb"),
    )  # fmt: skip


def rejected() -> Result:
    return result_of(
        status="rejected",
        message="`essay.docx` is not a notebook. Hand in the `.ipynb` file that you worked in.",
        submission=SubmissionId(id="essay", sha256="00" * 32, file="essay.docx"),
    )


def grader_error() -> Result:
    return result_of(
        status="grader_error",
        message="The sandbox could not be started.",
        submission=SubmissionId(id="edsger", sha256="11" * 32, file="edsger.ipynb"),
    )


def hostile() -> Result:
    """Everything a submission can put into a result, filled with markup, escapes and direction marks."""
    planted = "<script>alert(1)</script> [bold red]x[/] \x1b[31m \u202e`<b>`\"'"
    return result_of(
        criterion(
            "cell.values",
            "One step",
            8,
            Verdict.FAIL,
            message=planted,
            hint=planted,
            error_map=ErrorMap(name=planted, shape=(1, 2), axes=f"rows: {planted}", levels=((1, 5),)),
            tests=(
                outcome("test_a", "first", Verdict.FAIL, message=planted, detail="STAFF ONLY"),
                outcome("test_b", planted, Verdict.CRASH, detail="STAFF ONLY"),
            ),
        ),
        submission=SubmissionId(id=planted, sha256="22" * 32, file=planted),
        repairs=(Repair(cell=1, question=planted, what=planted),),
        message=planted,
    )


def many(count: int = 45) -> Result:
    """`count` criteria over nine questions with long names and titles."""
    verdicts = list(Verdict)
    return result_of(
        *(
            criterion(
                f"a_question_with_a_long_name_{n % 9}.criterion_{n}",
                f"Criterion {n} has a title longer than a line of a phone, `and_some_code_without_breaks`",
                1 + n / 3,
                verdicts[n % len(verdicts)],
                message="" if n % 2 else "A message.",
            )
            for n in range(count)
        )
    )


def rubric() -> list[Criterion]:
    """The criteria of `typical`, as a rubric spells them."""
    return [
        Criterion(id=c.id, question=c.question, title=c.title, points=c.points, kind=c.kind) for c in typical().criteria
    ]


def matrix_rows() -> list[MatrixRow]:
    """A verify run with three surprises: a mistake not caught, one that loses too much, a doubt."""
    ids = [c.id for c in rubric() if c.kind == "tests"]

    def row(kind: Kind, name: str, lost: dict[str, Verdict], expected: Iterable[str] | None = None) -> MatrixRow:
        verdicts = {i: lost.get(i, Verdict.PASS) for i in ids}
        reviews = {c.id: Verdict.NEEDS_REVIEW for c in rubric() if c.kind == "ta"}
        return MatrixRow(kind, name, verdicts | reviews, frozenset(lost if expected is None else expected))

    fail = Verdict.FAIL
    return [
        row("solution", "solution", {}),
        row("template", "template", dict.fromkeys(ids, Verdict.NOT_ATTEMPTED)),
        row("correct", "einsum", {}),
        row("correct", "hoisted_projection", {}),
        row("correct", "module_list", {"lstm.speed": Verdict.INCONCLUSIVE}, []),
        row("mistakes", "cell_state_swapped", {"cell.values": fail, "cell.memory": fail}),
        row("mistakes", "gates_i_f_swapped", {"cell.values": fail, "cell.gates": fail, "lstm.values": fail},
            ["cell.values", "cell.gates"]),
        row("mistakes", "c_detached", {"lstm.gradients": fail}),
        row("mistakes", "targets_unshifted", {"lm.loss": fail}),
        row("mistakes", "global_seed", {}, ["sampling.chance"]),
        row("mistakes", "state_reset_between_chunks", {"lstm.chunks": fail, "bptt.carry": fail}),
        row("slow", "python_loop_over_units", {"lstm.speed": fail, "bptt.carry": Verdict.TIMEOUT}),
        row("unstable", "naive_sigmoid", {"cell.stable": Verdict.UNSTABLE}),
        row("hostile", "exit_at_import", dict.fromkeys(ids, Verdict.CRASH)),
        row("hostile", "calls_torch_lstm", {"lstm.own": Verdict.FORBIDDEN}),
        row("hostile", "allocates", dict.fromkeys(ids[:6], Verdict.MEMORY)),
    ]  # fmt: skip
