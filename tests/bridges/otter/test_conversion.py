"""otter's tests → public and hidden ones: what they say, and what cannot go over."""

from __future__ import annotations

import pytest

from autograder.bridges.conversion.body import Unconvertible, body_of
from autograder.bridges.conversion.case import Case
from autograder.bridges.conversion.names import Names
from autograder.bridges.conversion.tests import Asker
from autograder.bridges.otter.cases import Unclear, points_of, read_case
from autograder.bridges.otter.grammar import MasterCell
from autograder.course.findings import Findings

NAMES = Names(
    callables={"square", "helper", "Layer", "require"},
    classes={"Layer"},
    values={"count"},
    imports={"np": "import numpy as np", "pd": "import pandas as pd"},
)


def doctest(source: str, output: str = "", **fields: object) -> Case:
    return Case("hw.ipynb, cell 1", source, False, None, output=output, **fields)  # type: ignore[arg-type]


def function(source: str) -> Case:
    return Case("hw.ipynb, cell 1", source, False, None, function=True)


def hidden(case: Case, *, numpy: bool = False) -> list[str]:
    """The lines of the test under its docstring."""
    return Asker(NAMES, numpy).hidden(case, "test_1", "A title", "q.hidden").text.splitlines()[3:]


def public(case: Case) -> list[str]:
    return Asker(NAMES, True).public(case, "test_1", "A title").text.splitlines()[2:]


@pytest.mark.parametrize(
    ("source", "output", "last"),
    [
        ("square(3) == 9", "True", "assert square(3) == 9"),
        ("square(3) == 9", "", "assert square(3) == 9"),
        ("square(3) == 8", "False", "assert not (square(3) == 8)"),
        ("square(3) == 9", "np.True_", "assert square(3) == 9"),
        ("square(3)", "9", "assert square(3) == 9"),
        ("square(3)", "np.float64(9.0)", "assert square(3) == 9.0"),
        ("square(1) + 1", "2", "assert (square(1) + 1) == 2"),
        ("square('a')", "'aa'", "assert square('a') == 'aa'"),
        ("square(x)", "array([1, 2])", 'assert repr(square(x)) == "array([1, 2])"'),
        ("print(square(3))", "9", 'assert str(square(3)) == "9"'),
        ("np.testing.assert_allclose(square(3), 9)", "", "np.testing.assert_allclose(square(3), 9)"),
        ("assert square(3) == 9, 'no'", "", "assert square(3) == 9, 'no'"),
    ],
)
def test_a_doctest_as_an_assertion(source: str, output: str, last: str) -> None:
    assert body_of(doctest(source, output)).text == last + "\n"


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (doctest("for i in (1, 2):\n    print(i)", "1\n2"), "is no expression"),
        (doctest("print(1, 2)", "1 2"), "several arguments"),
        (function("def test(env):\n    assert 'square' in env"), 'another way than `env\\["name"\\]`'),
        (function("def test(square, n=3):\n    assert square(n)"), "defaults"),
    ],
)
def test_a_test_without_a_counterpart_says_why(case: Case, why: str) -> None:
    with pytest.raises(Unconvertible, match=why):
        body_of(case)


def test_a_public_test_is_plain_pytest() -> None:
    case = function("def test_it(square, count):\n    # two numbers\n    for n in (1, 2):\n        assert square(n) == n * count")
    assert public(case) == [
        "    count = impl.count",
        "    square = impl.square",
        "    # two numbers",
        "    for n in (1, 2):",
        "        assert square(n) == n * count",
    ]


def test_a_hidden_test_asks_the_sandbox_and_tells_no_values() -> None:
    case = function("def test_it(square):\n    y = square(3)\n    assert y == 9, f'{y} is not 9'\n    assert y > 0, 'positive'")
    assert hidden(case) == [
        "    square = impl.square",
        "    y = square(3)",
        '    require(y == 9, "A test of this question does not hold.")',
        '    require(y > 0, "positive")',
    ]


def test_variables_are_asked_through_the_scaffold() -> None:
    assert hidden(doctest("count == 5", "True"))[0] == "    count = impl.scaffold.value(impl.count)"
    assert hidden(doctest("count == 5", "True"), numpy=True)[0] == "    count = arrays(impl.scaffold.value(impl.count))"


def test_arrays_come_back_as_numpys() -> None:
    assert hidden(doctest("square(np.ones(2)).sum() == 2", "True"), numpy=True)[0] == "    square = asked(impl.square)"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("helper(square, 3) == 9", "another way than calling"),
        ("helper(lambda x: x, 3) == 9", "hands a function to helper"),
        ("helper(np.sin, 3) == 9", "hands a function to helper"),
        ("def f(x):\n    return x\n\nassert helper(f, 3) == 9", "hands a function to helper"),
        ("pd.Series(square(3)).size == 1", "needs pandas"),
        ("Layer(3).weight == 1", "reads the attribute weight"),
        ("isinstance(square(3), Layer)", "another way than calling"),
        ("require(3) == 27", "a name that tests here use themselves"),
        ("cube(3) == 27", "uses cube, which no graded cell defines"),
        ("square(open('x').read()) == 1", r"uses open\(\)"),
    ],
)
def test_what_does_not_cross_is_refused(source: str, why: str) -> None:
    with pytest.raises(Unconvertible, match=why):
        hidden(doctest(source, "" if "assert" in source else "True"))


def test_env_inside_a_text() -> None:
    case = function("def test(env):\n    assert env['square'](1), f'got {env[\"square\"](1)}'")
    assert body_of(case).text == "assert square(1), f'got {square(1)}'\n"


def test_text_over_several_lines_keeps_its_indentation() -> None:
    body = body_of(function('def test(square):\n    text = """a\n    b"""\n    assert square(text) == 1'))
    assert "'a\\n    b'" in body.text


@pytest.mark.parametrize(
    ("settings", "own", "points"),
    [
        (None, [None, None], [0.5, 0.5]),
        (2, [None, None], [1, 1]),
        (3, [2, None], [2, 1]),
        (None, [2, None], [2, 0]),
        ([1, 3], [None, None], [1, 3]),
        ({"each": 2}, [None, None], [2, 2]),
        (0, [None], [0]),
        (None, [0, None, None], [0, 0.5, 0.5]),
    ],
)
def test_points_are_otters(settings: object, own: list[float | None], points: list[float]) -> None:
    cases = [Case("", "x", False, one) for one in own]
    assert points_of(settings, cases) == pytest.approx(points)


@pytest.mark.parametrize(("settings", "own"), [([1], [None, None]), (1, [2]), ("two", [None]), (float("inf"), [None])])
def test_points_that_otter_refuses_are_told(settings: object, own: list[float | None]) -> None:
    with pytest.raises(Unclear):
        points_of(settings, [Case("", "x", False, one) for one in own])


@pytest.mark.parametrize(
    ("source", "hidden", "points"),
    [
        ("square(3)", False, None),
        ("# HIDDEN\nsquare(3)", True, None),
        ("# a remark\nsquare(3)", False, None),
        ('""" # BEGIN TEST CONFIG\nhidden: true\npoints: 2\n""" # END TEST CONFIG\nsquare(3)', True, 2),
    ],
)
def test_who_sees_a_test_and_what_it_is_worth(source: str, hidden: bool, points: float | None) -> None:
    case = read_case(MasterCell(1, "code", source), "hw.ipynb", ok_format=True, findings=Findings())
    assert case is not None
    assert (case.hidden, case.points, case.source.splitlines()[-1]) == (hidden, points, "square(3)")


@pytest.mark.parametrize("source", ["square(", "import numpy\ndef test():\n    pass"])
def test_a_cell_that_otter_refuses_is_a_finding(source: str) -> None:
    findings = Findings()
    assert read_case(MasterCell(4, "code", source), "hw.ipynb", ok_format=False, findings=findings) is None
    assert findings.items[0].file == "hw.ipynb, cell 4"
