"""The figure of growth: its words, its geometry, and what a page shows of it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from autograder.course.record import Curve, Line
from autograder.course.verdict import Verdict
from autograder.report.feedback import feedback_html
from autograder.report.growth import HEIGHT, WIDTH, amount, describe, panels

from . import samples

N = (512, 1024, 2048, 4096)


def line(first: float, exponent: float, sizes: tuple[int, ...] = N) -> Line:
    return Line(points=tuple((n, first * (n / sizes[0]) ** exponent) for n in sizes), exponent=exponent)


STEEP = Curve(quantity="memory", allowed=1.2, submission=line(1.5e6, 1.97), reference=line(5e5, 1.0))
FLAT = Curve(quantity="operations", allowed=1.2, submission=line(2e6, 1.0), reference=line(2e6, 1.0))
CUT = Curve(quantity="seconds", submission=line(0.002, 2.0, N[:3]), reference=line(0.001, 0.9))
FALLING = Curve(
    quantity="error",
    over="features",
    submission=line(0.5, -0.48, (8, 32, 128)),
    reference=line(0.4, -0.5, (8, 32, 128)),
)
ONE = Curve(quantity="seconds", submission=Line(points=((512, 0.1),)), reference=line(0.001, 0.9))


@pytest.mark.parametrize(
    ("curve", "sentence"),
    [
        (STEEP, "from N = 512 to 4096 yours grows like N^1.97, the reference like N^1.00; N^1.2 is allowed."),
        (CUT, "from N = 512 to 2048 yours grows like N^2.00, the reference like N^0.90."),
        (ONE, ""),
        (FALLING, "from features m = 8 to 128 yours changes like m^-0.48, the reference like m^-0.50."),
    ],
)
def test_the_sentence(curve, sentence):
    assert describe(curve) == sentence


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        ("seconds", 0.0023, "2.3 ms"),
        ("seconds", 1.5, "1.5 s"),
        ("seconds", 4e-5, "40 µs"),
        ("memory", 7.1e7, "71 MB"),
        ("largest", 640.0, "640 B"),
        ("operations", 1.8e7, "18 M"),
        ("operations", 3, "3"),
        ("memory", 0, "0 B"),
        ("error", 0.0234, "0.023"),
        ("error", 2.4e-6, "2e-06"),
    ],
)
def test_amounts(quantity, value, text):
    assert amount(quantity, value) == text


def test_geometry():
    """Everything is inside of the picture, a steeper line is steeper, and labels do not touch."""
    for panel in panels([STEEP, FLAT, CUT]):
        for drawn in panel.lines:
            places = [tuple(map(float, place.split(","))) for place in drawn.corners.split()]
            assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
            assert [x for x, _ in places] == sorted(x for x, _ in places)
        heights = sorted(drawn.label_y for drawn in panel.lines)
        assert all(high - low >= 14.9 for low, high in pairwise(heights))
        assert heights[-1] < HEIGHT
        assert 2 <= len(panel.y_ticks) <= 6
        assert [tick.text for tick in panel.x_ticks] == ["4096", "2048", "1024", "512"]
    steep = {drawn.kind: drawn for drawn in panels([STEEP])[0].lines}
    assert steep["yours"].points[-1][1] < float(steep["allowed"].corners.split()[1].split(",")[1])


def test_what_is_over_its_limit_is_marked():
    assert [(panel.exceeded, panel.judged) for panel in panels([STEEP, FLAT, CUT])] == [
        (True, True),
        (False, True),
        (False, False),
    ]


def test_one_point_is_no_line():
    assert panels([ONE]) == ()


def test_nothing_measured_is_drawn_as_nothing():
    """A quantity of zero has no logarithm."""
    zero = Curve(quantity="memory", allowed=1, submission=Line(points=((1, 0.0), (2, 0.0))), reference=Line())
    assert panels([zero])[0].lines == ()
    assert panels([zero])[0].rows == (("1", "0 B", "–"), ("2", "0 B", "–"))


@pytest.mark.parametrize("value", [1.0, 2.7e-3, 6.6e-3, 8.4e6, 9.99e9])
@pytest.mark.parametrize("slope", [0.0, 0.01, 0.1, 3.0])
def test_every_height_has_a_tick_within_the_picture(value, slope):
    """Also where no round number lies between the lowest and the highest value."""
    flat = Curve(quantity="seconds", submission=line(value, slope), reference=line(value, slope))
    ticks = panels([flat])[0].y_ticks
    assert ticks
    assert all(0 <= tick.at <= HEIGHT for tick in ticks)


def page(curves: tuple[Curve, ...], verdict: Verdict, message: str = "") -> str:
    one = samples.criterion("cell.growth", "Linear memory", 4, verdict, message=message, curves=curves)
    return feedback_html(samples.typical().model_copy(update={"criteria": (one,)}))


def test_the_page_of_a_failure_shows_picture_and_table():
    html = page((STEEP, CUT), Verdict.FAIL, "its memory grows like N^1.97; N^1.2 is allowed.")
    assert '<details class="curves" open>' in html
    assert html.count('<svg class="curve"') == 2
    assert "grows like N<sup>1.97</sup>; N<sup>1.2</sup> is allowed." in html
    assert re.search(r'<th scope="row" class="number">4096</th><td class="number">–</td>', html)  # where it was stopped
    assert "style=" not in html.partition("</style>")[2]


def test_the_page_of_a_pass_keeps_it_folded():
    assert '<details class="curves">' in page((FLAT,), Verdict.PASS)
    assert "<details" not in page((), Verdict.PASS)
