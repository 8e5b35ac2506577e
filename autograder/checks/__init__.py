"""All that test files may import: what to draw, what to observe, what to demand."""

from autograder.checks.accuracy import keeps_accuracy
from autograder.checks.artifacts import artifact, data
from autograder.checks.compare import compare
from autograder.checks.counts import Trace, trace
from autograder.checks.criterion import criterion
from autograder.checks.draws import draw, draw_ints, draw_seed, draw_size
from autograder.checks.growth import growth
from autograder.checks.implementation import Implementation, generator, take, vjp
from autograder.checks.observe import observed
from autograder.checks.pictures import show_error, show_pattern
from autograder.checks.properties import (
    close,
    credit,
    dtype_kept,
    finite_under,
    no_global_chance,
    poison,
    repeatable,
    require,
    unchanged,
)
from autograder.checks.timing import faster_than

__all__ = [
    "Implementation",
    "Trace",
    "artifact",
    "close",
    "compare",
    "credit",
    "criterion",
    "data",
    "draw",
    "draw_ints",
    "draw_seed",
    "draw_size",
    "dtype_kept",
    "faster_than",
    "finite_under",
    "generator",
    "growth",
    "keeps_accuracy",
    "no_global_chance",
    "observed",
    "poison",
    "repeatable",
    "require",
    "show_error",
    "show_pattern",
    "take",
    "trace",
    "unchanged",
    "vjp",
]
