"""`standardise`: values, and what becomes of rows far from 0."""

from autograder.checks import compare, criterion, draw, draw_size, unchanged


@criterion("standardise.values")
def test_values():
    """Rows of any number and length are standardised."""
    x = draw(draw_size(2, 6), draw_size(3, 40))
    compare(lambda impl: impl.standardise(x))


@criterion("standardise.values")
def test_input_is_left_alone():
    """The input still holds its values after the call."""
    x = draw(4, 7)
    unchanged(lambda impl: impl.standardise(x))


@criterion("standardise.stable")
def test_rows_far_from_zero():
    """Rows around 1000 are standardised as well as rows around 0."""
    x = 1000.0 + draw(5, 33)
    compare(lambda impl: impl.standardise(x))
