"""Mutants: what is changed, what is left alone, and what becomes of them."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from autograder.cli import run as command
from autograder.course.loading import load_assignment
from autograder.course.verdict import Verdict
from autograder.grading.accepted import hand_in_source
from autograder.grading.bench import Bench
from autograder.sandbox.backend import Backend
from autograder.verify.mutants import mutants
from tests.verify.conftest import Room


def changes(body: str, names: tuple[str, ...] = ("f",)) -> set[tuple[str, str]]:
    """(operator, what the line becomes) of every mutant of `def f(x, y): <body>`."""
    source = f"import torch\n\n\ndef f(x, y):\n    {body}\n"
    found = mutants(source, names)
    assert all(ast.parse(one.source) for one in found)
    assert len({one.source for one in found}) == len(found)
    return {(one.change, one.now) for one in found}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return x + y", {("operator", "return x - y")}),
        ("return x - y", {("operator", "return x + y"), ("operands swapped", "return y - x")}),
        ("return x < y", {("comparison", "return x <= y")}),
        ("return x and y", {("operator", "return x or y")}),
        ("return not x", {("sign", "return x")}),
        ("return 0", {("constant", "return 1")}),
        ("return 2", {("constant", "return 3"), ("constant", "return 1")}),
        ("return 0.5", {("constant", "return 1.0")}),
        ("return True", {("constant", "return False")}),
        ("return x.detach()", {("call left out", "return x")}),
        ("return torch.exp(x)", {("call left out", "return x")}),
        ("return torch.add(x, y)", {("arguments swapped", "return torch.add(y, x)")}),
        ("return x[:y]", {("slice", "return x[:]")}),
        ("x.eval()", {("statement left out", "pass"), ("call left out", "x")}),
        ("return [x, 'name']", set()),
        ('"""Only words."""', set()),
        (
            "return x.sum(-1, keepdim=True)",
            {
                ("call left out", "return x"),
                ("sign", "return x.sum(1, keepdim=True)"),
                ("constant", "return x.sum(-2, keepdim=True)"),
                ("constant", "return x.sum(-0, keepdim=True)"),
                ("constant", "return x.sum(-1, keepdim=False)"),
                ("option left out", "return x.sum(-1)"),
            },
        ),
        ("return x if y else 1", {
            ("condition", "return x if True else 1"), ("condition", "return x if False else 1"),
            ("constant", "return x if y else 2"), ("constant", "return x if y else 0"),
        }),
    ],
)  # fmt: skip
def test_every_operator(body: str, expected: set[tuple[str, str]]) -> None:
    assert changes(body) == expected


def test_only_what_is_named_is_changed() -> None:
    assert changes("return x + y", ("g",)) == set()


def test_a_context_is_left_out() -> None:
    (found,) = mutants("def f(x):\n    with torch.no_grad():\n        return x\n", ["f"])[:1]
    assert found.change == "context left out"
    assert "with __import__('contextlib').nullcontext():" in found.source


def test_a_diff_shows_the_change_and_no_docstring() -> None:
    source = 'def f(x, y):\n    """Words."""\n    return x + y\n'
    (found,) = mutants(source, ["f"])
    assert found.id == "f: return x + y → return x - y"
    assert [line for line in found.diff(source).splitlines() if line[:1] in "+-"] == [
        "--- f, answer key", "+++ operator", "-    return x + y", "+    return x - y",
    ]  # fmt: skip


# ── a real assignment ────────────────────────────────────────────────────────────────────────────────────────────────

EQUAL = "standardise: centred = x - x.mean(dim=-1, keepdim=True) → centred = x - x.mean(dim=1, keepdim=True)"
UNNOTICED = (
    "standardise: variance = (centred * centred).mean(dim=-1, keepdim=True) → "
    "variance = (centred * centred).mean(dim=1, keepdim=True)"
)


@pytest.fixture
def verify(room: Room) -> Any:
    def run(*options: str) -> tuple[int, str, dict[str, Any]]:
        out = str(room.course / "out")
        given = ["--course", str(room.course), "verify", "scale", "--mutate", "--sandbox", "process", "--out", out]
        code = command([*given, *options])
        shown = room.capsys.readouterr()
        path = room.course / "out" / "mutants.json"
        return code, shown.out + shown.err, json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    return run


@pytest.mark.slow
def test_survivors_are_shown_unless_they_are_known_to_be_equivalent(verify: Any, room: Room) -> None:
    """Inputs have two axes, so that axis 1 is the last one: nobody can tell."""
    code, out, record = verify("--jobs", "2")
    assert code == 1
    assert {one["mutant"] for one in record["survivors"]} == {EQUAL, UNNOTICED}
    assert record["mutants"] == record["caught"] + 2
    assert f"Lives: {EQUAL}" in out
    assert "+    centred = x - x.mean(dim=1, keepdim=True)" in out

    entries = [f"- mutant: {json.dumps(name)}\n  reason: There are two axes.\n" for name in (EQUAL, UNNOTICED)]
    file = room.assignment / "equivalent.yaml"
    file.write_text("equivalent:\n" + "".join(entries), encoding="utf-8")
    code, out, record = verify("--only", ".mean(", "--json")
    assert (code, record["equivalent"], record["survivors"], record["rate"]) == (0, 2, [], 1.0)
    assert json.loads(out) == record


@pytest.mark.slow
def test_an_equivalent_that_is_no_mutant_any_more(verify: Any, room: Room) -> None:
    room.assignment.joinpath("equivalent.yaml").write_text(
        "equivalent:\n- mutant: gone\n  reason: x\n", encoding="utf-8"
    )
    code, out, record = verify("--jobs", "2")
    assert code == 1
    assert record["findings"] == [
        "assignments/scale/equivalent.yaml, line 2: there is no mutant 'gone' any more. Remove it."
    ]
    assert record["findings"][0] in out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("equivalent:\n- mutant: x\n", 'line 2: in equivalent[1] "reason" is missing. Add "reason: …" here.'),
        ("equivalent:\n- mutant: x\n  why: y\n  reason: z\n", 'line 3: unknown key "why".'),
        ("equivalent: [", "line 1: this is not YAML: "),
        ("- mutant: x\n", "line 1: the file holds no keys."),
    ],
)
def test_a_file_that_cannot_be_read(verify: Any, room: Room, text: str, told: str) -> None:
    room.assignment.joinpath("equivalent.yaml").write_text(text, encoding="utf-8")
    code, out, _ = verify()
    assert code == 2
    assert f"assignments/scale/equivalent.yaml, {told}" in out


def test_no_mutant_of_that_name(verify: Any) -> None:
    code, out, _ = verify("--only", "nothing like it")
    assert code == 2
    assert "no mutant of scale matches --only nothing like it" in out


def test_grading_ends_with_the_first_loss_when_it_is_told_to(room: Room, backend: Backend) -> None:
    bench = Bench(load_assignment(room.course, "scale"), backend)
    wrong = bench.reference_source.replace("centred * centred", "centred").replace("x * self.weight", "x")
    lost = []
    for until_lost in (True, False):
        result = bench.grade_read(hand_in_source(bench, "x", wrong), until_lost=until_lost)
        lost.append([t.name for c in result.criteria for t in c.tests if t.verdict is not Verdict.PASS])
    assert len(lost[0]) == 1
    assert len(lost[1]) > 1
    assert set(lost[0]) < set(lost[1])


@pytest.mark.parametrize("option", [("--seeds", "3"), ("--every-test",)])
def test_options_that_mean_nothing_here_are_refused(verify: Any, option: tuple[str, ...]) -> None:
    code, out, record = verify(*option)
    assert (code, record) == (2, {})
    assert f"--mutate runs under one seed, and gives a mutant to the tests that reach it: leave out {option[0]}" in out
