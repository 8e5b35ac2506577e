"""Break a sound course in one way: `gradus verify` says what and where, and ends with 1."""

from __future__ import annotations

import pytest

from tests.verify.conftest import Room

pytestmark = pytest.mark.usefixtures("at_once")

SOURCE = "assignments/scale/source.ipynb"
SUBMISSIONS = "assignments/scale/submissions"
HIDDEN = "assignments/scale/tests/hidden"
TEMPLATE = "student_template/scale"
NO_BIAS = """\
class Affine(Affine):
    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight
"""
ORACLE = "x = draw(4, 8)\n    compare(lambda impl: impl.standardise(x), oracle=lambda _: torch.layer_norm(x, (8,)))"


@pytest.mark.slow
def test_nothing_is_broken(room: Room) -> None:
    assert room.verify() == (0, [])


def test_a_wrong_solution(room: Room) -> None:
    """Against an oracle that is not the solution itself."""
    room.add_test("standardise.values", ORACLE)
    assert room.verify("--only", "solution") == (0, [])
    room.edit_cell(SOURCE, "standardise", lambda text: text.replace("+ EPS", "+ 2 * EPS + 0.5"))
    code, (finding,) = room.verify("--only", "solution")
    assert code == 1
    assert finding.startswith(
        f"{SOURCE}: the solution does not pass standardise.values (FAIL with seed 0): The result is off: shape (4, 8) "
        "and dtype are right; "
    )
    assert finding.endswith("of the largest expected magnitude. Correct the solution or the test.")


def test_a_solution_that_depends_on_the_seed(room: Room) -> None:
    room.add_test("affine.values", 'require(draw_size(0, 1) == 0, "Heads.")')
    code, (lost, varies) = room.verify("--only", "solution", "--seeds", "4")
    assert code == 1
    assert lost == (
        f"{SOURCE}: the solution does not pass affine.values (FAIL with seed 1, 2): Heads. "
        "Correct the solution or the test."
    )
    assert varies == (
        f"{SOURCE}: affine.values depends on the seed (seed 0: PASS, seed 1: FAIL, seed 2: FAIL, seed 3: PASS). "
        "Repeat it with --seed."
    )


def test_a_template_that_earns_points(room: Room) -> None:
    for name in ("test_values", "test_gradients"):
        room.edit(f"{HIDDEN}/test_affine.py", f"def {name}():", f"def {name}():\n    return\n")
    assert room.verify("--only", "template") == (1, [
        f"{TEMPLATE}: the template earns 40 points. A test passes without an answer.",
        f"{TEMPLATE}: the template ends affine.values with PASS, not NOT_ATTEMPTED. "
        "The test decides before it calls the student's code, or the stub does more than raise.",
        f"{TEMPLATE}: the template ends affine.gradients with PASS, not NOT_ATTEMPTED. "
        "The test decides before it calls the student's code, or the stub does more than raise.",
    ])  # fmt: skip


def test_a_template_that_crashes(room: Room) -> None:
    room.edit_cell(f"{TEMPLATE}/scale.ipynb", "standardise", lambda text: text.replace(
        "raise NotImplementedError", "import os; os._exit(3)  #"
    ))  # fmt: skip
    assert room.verify("--only", "template") == (1, [
        f"{TEMPLATE}: the template ends {ending}, not NOT_ATTEMPTED. "
        "The test decides before it calls the student's code, or the stub does more than raise."
        for ending in ("standardise.values with CRASH", "standardise.stable with SKIPPED")
    ])  # fmt: skip


def test_a_template_that_cannot_be_read(room: Room) -> None:
    (room.course / TEMPLATE / "scale.ipynb").write_text("{")
    code, (finding,) = room.verify("--only", "template")
    assert code == 1
    assert finding.startswith(f"{TEMPLATE}: it was not graded: rejected: scale.ipynb")


def test_a_variant_that_loses(room: Room) -> None:
    room.add("correct/by_name.py", '"""Right, but for the name of a parameter."""\n\n\n' + NO_BIAS.replace(
        "class Affine(Affine):", "class Affine(Affine):\n    def __init__(self, d):\n        super().__init__(d)\n"
        "        self.register_parameter('shift', self.__dict__['_parameters'].pop('bias'))\n",
    ).replace("self.weight", "self.weight + self.shift"))  # fmt: skip
    code, findings = room.verify("--only", "by_name")
    assert code == 1
    assert [finding.partition(" (FAIL with seed 0): ")[0] for finding in findings] == [
        f"{SUBMISSIONS}/correct/by_name.py: the correct variant does not pass affine.values",
        f"{SUBMISSIONS}/correct/by_name.py: the correct variant does not pass affine.gradients",
    ]
    step = "The test fails correct work: it relies on something the notebook does not ask for."
    assert all(finding.endswith(step) for finding in findings)


def test_a_variant_that_is_right_with_some_inputs_only(room: Room) -> None:
    room.add("correct/even.py", '"""Right for an even number of rows."""\n\n\ndef standardise(x: Tensor) -> Tensor:\n'
             "    c = x - x.mean(-1, keepdim=True)\n"
             "    y = c / torch.sqrt(c.square().mean(-1, keepdim=True) + EPS)\n"
             "    return y if len(x) % 2 == 0 else 2 * y\n")  # fmt: skip
    code, findings = room.verify("--only", "even", "--seeds", "3")
    assert code == 1
    assert findings[-1] == (
        f"{SUBMISSIONS}/correct/even.py: standardise.values depends on the seed "
        "(seed 0: PASS, seed 1: FAIL, seed 2: PASS). Repeat it with --seed."
    )


def test_a_mistake_that_nobody_catches(room: Room) -> None:
    room.add("mistakes/subtle.py", '"""Subtle.\n\nloses: standardise.values\nhint: Which?\n"""\n\nEPS = 1e-5\n')
    assert room.verify("--only", "subtle") == (1, [
        f"{SUBMISSIONS}/mistakes/subtle.py: it is not caught: it passes standardise.values. "
        "Write a hidden test that it fails."
    ])  # fmt: skip


def test_a_mistake_that_loses_more_than_it_says(room: Room) -> None:
    room.edit(f"{SUBMISSIONS}/mistakes/no_bias.py", "loses: affine.values, affine.gradients", "loses: affine.values")
    assert room.verify("--only", "no_bias") == (1, [
        f"{SUBMISSIONS}/mistakes/no_bias.py: it also loses affine.gradients (FAIL): No gradient of `bias` arrives: "
        "something cuts the graph (detach, .data, .item(), no_grad). "
        'Narrow the test, or add the criterion to "loses:".'
    ])  # fmt: skip


def test_another_verdict_than_the_docstring_says(room: Room) -> None:
    room.edit(f"{SUBMISSIONS}/hostile/leaves_early.py", "verdict: CRASH", "verdict: TIMEOUT")
    code, findings = room.verify("--only", "hostile")
    assert code == 1
    assert len(findings) == 4
    start = f"{SUBMISSIONS}/hostile/leaves_early.py: standardise.values ends with CRASH, where TIMEOUT is expected: "
    assert findings[0].startswith(start)
    assert findings[0].endswith('Correct the test, or say "verdict: …".')


def test_an_unstable_submission_that_is_wrong(room: Room) -> None:
    room.add("unstable/wrong.py", f'"""Wrong.\n\nloses: affine.values, affine.gradients\n"""\n\n\n{NO_BIAS}')
    code, findings = room.verify("--only", "unstable/wrong")
    assert code == 1
    assert [finding.partition(" is expected")[0] for finding in findings] == [
        f"{SUBMISSIONS}/unstable/wrong.py: affine.values ends with FAIL, where UNSTABLE",
        f"{SUBMISSIONS}/unstable/wrong.py: affine.gradients ends with FAIL, where UNSTABLE",
    ]


@pytest.mark.slow
def test_a_hidden_test_that_no_mistake_fails(room: Room) -> None:
    """The hostile submission, which ends the process, fails it; that does not count."""
    (room.assignment / "submissions/mistakes/in_place.py").unlink()
    assert room.verify() == (1, [
        f"{HIDDEN}/test_standardise.py: no mistake fails test_input_is_left_alone (standardise.values). "
        "Add one to submissions/mistakes/, or drop the test."
    ])  # fmt: skip


def test_a_hidden_test_that_fails_by_itself(room: Room) -> None:
    """One finding, however many submissions meet it."""
    room.add_test("affine.values", "1 / 0")
    assert room.verify("--only", "solution", "--only", "correct") == (1, [
        f"{HIDDEN}/test_more.py: test_added fails by itself with solution, correct/loop, correct/moments: "
        "ZeroDivisionError: division by zero. Correct the test: what it says of them counts for nothing."
    ])  # fmt: skip


def test_a_solution_that_changes_what_it_is_given(room: Room) -> None:
    """The property that students are judged by does not hold of the reference: no student is blamed for it."""
    room.edit_cell(SOURCE, "standardise", lambda text: text.replace("centred = x -", "centred = x.sub_(1) -"))
    code, findings = room.verify("--only", "solution")
    assert code == 1
    assert findings == [
        f"{HIDDEN}/test_standardise.py: test_input_is_left_alone fails by itself with solution: AssertionError: "
        "the reference changes its arguments. Correct the test: what it says of them counts for nothing."
    ]


def test_a_test_that_is_written_but_not_collected(room: Room) -> None:
    with (room.course / HIDDEN / "test_affine.py").open("a") as file:
        file.write("\n\ndel test_gradients\n")
    assert room.verify("--only", "solution") == (1, [
        "rubrics/scale.yaml: no hidden test ran for affine.gradients. See that pytest collects the one you wrote."
    ])  # fmt: skip


@pytest.mark.slow
def test_a_release_that_is_out_of_date(room: Room) -> None:
    (room.course / TEMPLATE / "README.md").write_text("mine")
    assert room.verify() == (1, [
        f"{TEMPLATE}/README.md: the file is not what the source gives. Run `gradus release scale`."
    ])  # fmt: skip


@pytest.mark.slow
def test_a_leak_in_the_release(room: Room) -> None:
    (room.assignment / "data/heights.txt").write_text("centred / torch.sqrt(variance + EPS)")
    assert room.verify() == (1, [
        f"{TEMPLATE}/data/heights.txt: 10 tokens in a row of the solution in cell 4 stand here: "
        '"centred / torch . sqrt ( variance + …". Remove them where this comes from, then release again.'
    ])  # fmt: skip


def test_no_release(room: Room) -> None:
    import shutil

    shutil.rmtree(room.course / "student_template")
    assert room.verify() == (1, [f"{TEMPLATE}: there is no release. Run `gradus release scale`."])


def test_a_mistake_whose_hint_is_never_shown_is_a_note(room: Room) -> None:
    """Notes are told and change nothing."""
    room.edit(f"{HIDDEN}/test_affine.py", "    compare(lambda impl: vjp(scaled(impl, weight, bias), (x,), cotangent))", (
        "    grads = observed(lambda impl: vjp(scaled(impl, weight, bias), (x,), cotangent))['parameters']\n"
        '    require(bool(grads["bias"].abs().max() > 1e-3), "The shift does not learn.")'
    ))  # fmt: skip
    room.edit(f"{HIDDEN}/test_affine.py", "import compare,", "import compare, observed, require,")
    room.add(
        "mistakes/frozen.py",
        """\
\"\"\"The shift does not learn.

loses: affine.gradients
hint: Which parameter stays as it is?
\"\"\"


class Affine(Affine):
    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight + self.bias.detach() + 0 * self.bias
""",
    )
    code, notes = room.verify("--only", "frozen")
    assert (code, notes) == (0, [
        f"Note: {SUBMISSIONS}/mistakes/frozen.py: it loses affine.gradients, and no hint is shown to a student who "
        "makes it. Observe it with compare(…), or say explain=… in require(…)."
    ])  # fmt: skip
    assert room.record()["clean"] is True
