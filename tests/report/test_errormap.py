"""The words of an error map."""

from __future__ import annotations

import pytest

from autograder.grading.result import ErrorMap
from autograder.report.errormap import axis_names, describe, figure


@pytest.mark.parametrize(
    ("error_map", "sentence"),
    [
        (ErrorMap(name="y", shape=(), levels=((4,),)), "y (a single number): 1 of 1 cells are off."),
        (ErrorMap(name="y", shape=(3,), levels=((0, 0, 0),)), "y (3): 0 of 3 cells are off."),
        (
            ErrorMap(name="y", shape=(4,), axes="columns: time", levels=((0, 2, 2, 0),)),
            "y (4): 2 of 4 cells are off: at time 1–2.",
        ),
        (
            ErrorMap(name="y", shape=(2, 2), levels=((1, 1), (1, 1))),
            "y (2 × 2): 4 of 4 cells are off: everywhere along rows, everywhere along columns.",
        ),
        (
            ErrorMap(name="y", shape=(2, 40), levels=((1, 0) * 10, (0,) * 20)),
            "y (2 × 40): 10 of 40 cells are off: in cells 0 of 2 along rows, "
            "in cells 0, 2, 4, 6, 8, 10 and further of 20 along columns.",
        ),
        (
            ErrorMap(name="y", shape=(2, 2), axes="rows: B · columns: H", levels=((1, 5), (1, 0)), signs=("+ ", "− ")),
            "y (2 × 2): 3 of 4 cells are off: everywhere along B, everywhere along H; 1 too large, 1 too small.",
        ),
    ],
)  # fmt: skip
def test_describe(error_map: ErrorMap, sentence: str) -> None:
    assert describe(error_map) == sentence


@pytest.mark.parametrize(
    ("axes", "names"),
    [
        ("rows: axis 0 · columns: axis 1", ("axis 0", "axis 1")),
        ("columns: time", ("rows", "time")),
        ("", ("rows", "columns")),
        ("nonsense", ("rows", "columns")),
        ("rows: · columns:", ("rows", "columns")),
    ],
)
def test_axis_names(axes: str, names: tuple[str, str]) -> None:
    assert axis_names(axes) == names


def test_levels_outside_the_scale_are_drawn_at_its_ends() -> None:
    drawn = figure(ErrorMap(name="y", shape=(2,), levels=((-3, 99),)))
    assert drawn is not None
    assert [square.level for square in drawn.squares] == [0, 5]


def test_a_wide_map_has_no_marks_too_small_to_read() -> None:
    wide = figure(ErrorMap(name="y", shape=(64,), levels=((3,) * 64,)))
    narrow = figure(ErrorMap(name="y", shape=(16,), levels=((3,) * 16,)))
    assert wide is not None
    assert narrow is not None
    assert {square.mark for square in wide.squares} == {""}
    assert {square.mark for square in narrow.squares} == {"3"}


def test_signs_stand_beside_the_levels_and_nothing_else_does() -> None:
    drawn = figure(ErrorMap(name="y", shape=(2, 2), levels=((2, 3), (5, 0)), signs=("+−", "<script>")))
    assert drawn is not None
    assert [square.mark for square in drawn.squares] == ["+2", "−3", "5", "·"]
